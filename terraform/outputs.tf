output "alarm_topic_arn" {
  description = "Topic of the alarms; null when alarms, dashboard and budget are all off."
  value       = one(module.monitoring[*].topic_arn)
}

output "aurora_cluster_endpoint" {
  description = "Host of the database."
  value       = module.rds_aurora.cluster_endpoint
}

output "aurora_cluster_identifier" {
  description = "Identifier of the Aurora cluster."
  value       = module.rds_aurora.cluster_identifier
}

output "aurora_cluster_port" {
  description = "Port of the database."
  value       = module.rds_aurora.cluster_port
}

output "aurora_database_name" {
  description = "Name of the database."
  value       = module.rds_aurora.database_name
}

output "bucket_data_name" {
  description = "Bucket of raw/, processed/, scripts/, wheels/, certificates/ and tmp/."
  value       = module.s3.bucket_name
}

output "deletion_protection" {
  description = "Whether RDS refuses to delete the cluster. `terraform destroy` then fails only after everything else is gone."
  value       = var.deletion_protection
}

output "glue_job_performance_academica_name" {
  description = "Name of the only Glue job."
  value       = module.glue.job_name
}

output "glue_job_role_arn" {
  description = "Role of the Glue job."
  value       = module.iam.glue_role_arn
}

output "glue_log_group_error" {
  description = "Log group of Spark's and Glue's own messages."
  value       = module.glue.log_group_error_name
}

output "glue_log_group_output" {
  description = "Log group of what the job prints."
  value       = module.glue.log_group_output_name
}

output "kms_key_arn" {
  description = "Key that encrypts bucket, database, secret and logs."
  value       = module.s3.kms_key_arn
}

output "secret_manager_aurora_credentials_arn" {
  description = "Secret with the master user's username and password, managed by RDS."
  value       = module.rds_aurora.master_user_secret_arn
}
