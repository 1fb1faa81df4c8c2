# Protected, in three zones, and it speaks up. TF_VAR_alarm_email says to whom.
# terraform -chdir=terraform plan -var-file=environments/prod.tfvars
project_name = "letrus-de-case-prod"
region       = "us-east-1"

# A reader in another zone takes over from the writer; the endpoint outlives a zone. Glue runs in one zone: should that one
# fail, set glue_availability_zone.
availability_zones     = ["us-east-1a", "us-east-1b", "us-east-1c"]
endpoint_in_every_zone = true
aurora_instance_count  = 2

# Pauses in prod too: the table is loaded once a day, and the job waits for a paused database. After an hour and not five
# minutes, so that who works with it need not wait each time.
aurora_max_capacity             = 8
aurora_seconds_until_auto_pause = 3600
aurora_backup_retention_days    = 35

# RDS refuses to delete the cluster (read ../README.md before a destroy), and once allowed leaves a snapshot.
deletion_protection = true
final_snapshot      = true
log_retention_days  = 365

alarms_enabled            = true
dashboard_enabled         = true
glue_notify_delay_minutes = 15
monthly_budget_usd        = 100

# Off until someone wants it, for example "cron(0 6 * * ? *)" (UTC).
glue_schedule = null
