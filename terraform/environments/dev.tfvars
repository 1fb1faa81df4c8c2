# The cheapest environment that works, made to be torn down: at most 11 USD a month with one run a day (docs/cost.md).
# terraform -chdir=terraform plan -var-file=environments/dev.tfvars
project_name = "letrus-de-case-dev"
region       = "us-east-1"

# One address of the endpoint, one Aurora instance that pauses after five idle minutes and never grows above 1 ACU.
availability_zones              = ["us-east-1a", "us-east-1b"]
endpoint_in_every_zone          = false
aurora_instance_count           = 1
aurora_max_capacity             = 1
aurora_seconds_until_auto_pause = 300
aurora_backup_retention_days    = 1

# Nothing outlives `terraform destroy`.
deletion_protection = false
final_snapshot      = false
log_retention_days  = 7

# The user who starts a run sees it fail. The budget is free; TF_VAR_alarm_email names the address for its notices.
alarms_enabled     = false
dashboard_enabled  = false
monthly_budget_usd = 15

glue_schedule = null
