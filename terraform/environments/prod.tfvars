# Protected, in three zones, with alarms. TF_VAR_alarm_email names the address for them.
# terraform -chdir=terraform plan -var-file=environments/prod.tfvars
project_name = "letrus-de-case-prod"
region       = "us-east-1"

# A reader in another zone takes over from the writer, and the endpoint has an address in every zone. Glue runs in one zone:
# when that zone fails, set glue_availability_zone.
availability_zones     = ["us-east-1a", "us-east-1b", "us-east-1c"]
endpoint_in_every_zone = true
aurora_instance_count  = 2

# The cluster pauses in prod too: the job loads the table once a day and waits for a paused database. It pauses after an hour
# and not after five minutes, so that its users seldom wait.
aurora_max_capacity             = 8
aurora_seconds_until_auto_pause = 3600
aurora_backup_retention_days    = 35

# RDS refuses to delete the cluster (read ../README.md before a destroy). Once allowed, the deletion leaves a snapshot.
deletion_protection = true
final_snapshot      = true
log_retention_days  = 365

alarms_enabled            = true
dashboard_enabled         = true
glue_notify_delay_minutes = 15
monthly_budget_usd        = 100

# Off by default. An example is "cron(0 6 * * ? *)" (UTC).
glue_schedule = null
