# The case on AWS: CSV files in S3, one Glue job, Parquet in S3 and rows in Aurora PostgreSQL.

provider "aws" {
  region              = var.region
  allowed_account_ids = var.allowed_account_ids
  max_retries         = var.provider_max_retries

  default_tags {
    tags = {
      Project   = var.project_name
      ManagedBy = "terraform"
    }
  }
}

data "aws_caller_identity" "current" {}

locals {
  job_name         = "${var.project_name}-etl-performance-academica"
  connection_name  = "${var.project_name}-network"
  log_group_prefix = "/aws-glue/${var.project_name}"

  monitoring = var.alarms_enabled || var.dashboard_enabled || var.monthly_budget_usd != null
}

module "networking" {
  source = "./modules/1_networking"

  project_name           = var.project_name
  vpc_cidr               = var.vpc_cidr
  availability_zones     = var.availability_zones
  endpoint_in_every_zone = var.endpoint_in_every_zone
  glue_availability_zone = var.glue_availability_zone
}

module "s3" {
  source = "./modules/3_s3"

  project_name        = var.project_name
  bucket_name         = "${var.project_name}-data-${data.aws_caller_identity.current.account_id}"
  log_group_prefix    = local.log_group_prefix
  sample_files_dir    = "${path.module}/../csv_exemplos"
  deletion_protection = var.deletion_protection
  alarms_use_key      = local.monitoring
}

module "rds_aurora" {
  source = "./modules/4_rds_aurora"

  project_name             = var.project_name
  vpc_id                   = module.networking.vpc_id
  subnet_ids               = module.networking.private_subnet_ids
  client_security_group_id = module.networking.glue_security_group_id
  kms_key_arn              = module.s3.kms_key_arn
  engine_version           = var.aurora_engine_version
  max_capacity             = var.aurora_max_capacity
  seconds_until_auto_pause = var.aurora_seconds_until_auto_pause
  database_name            = var.aurora_database_name
  master_username          = var.aurora_master_username
  deletion_protection      = var.deletion_protection
  final_snapshot           = var.final_snapshot
  backup_retention_days    = var.aurora_backup_retention_days
  instance_count           = var.aurora_instance_count
}

module "iam" {
  source = "./modules/2_iam"

  project_name           = var.project_name
  bucket_arn             = module.s3.bucket_arn
  kms_key_arn            = module.s3.kms_key_arn
  secret_arn             = module.rds_aurora.master_user_secret_arn
  vpc_id                 = module.networking.vpc_id
  glue_subnet_id         = module.networking.glue_subnet_id
  glue_security_group_id = module.networking.glue_security_group_id
  connection_name        = local.connection_name
  log_group_prefix       = local.log_group_prefix
}

module "glue" {
  source = "./modules/5_glue"

  job_name               = local.job_name
  connection_name        = local.connection_name
  log_group_prefix       = local.log_group_prefix
  log_retention_days     = var.log_retention_days
  role_arn               = module.iam.glue_role_arn
  kms_key_arn            = module.s3.kms_key_arn_for_services
  bucket_name            = module.s3.bucket_name
  raw_prefix             = module.s3.raw_prefix
  scripts_dir            = "${path.module}/../glue_scripts"
  wheels_dir             = "${path.module}/${var.wheels_dir}"
  glue_availability_zone = module.networking.glue_availability_zone
  glue_subnet_id         = module.networking.glue_subnet_id
  glue_security_group_id = module.networking.glue_security_group_id
  aurora_ca_bundle       = var.aurora_ca_bundle
  aurora_host            = module.rds_aurora.cluster_endpoint
  aurora_port            = module.rds_aurora.cluster_port
  aurora_database        = module.rds_aurora.database_name
  aurora_secret_arn      = module.rds_aurora.master_user_secret_arn
  csv_encoding           = var.csv_encoding
  csv_separator          = var.csv_separator
  decimal_separator      = var.decimal_separator
  max_rejected_percent   = var.max_rejected_percent
  timeout_minutes        = var.glue_timeout_minutes
  notify_delay_minutes   = var.alarms_enabled ? var.glue_notify_delay_minutes : null
  schedule               = var.glue_schedule
}

module "monitoring" {
  source = "./modules/6_monitoring"
  count  = local.monitoring ? 1 : 0

  project_name              = var.project_name
  kms_key_arn               = module.s3.kms_key_arn_for_services
  email                     = var.alarm_email
  alarms_enabled            = var.alarms_enabled
  dashboard_enabled         = var.dashboard_enabled
  monthly_budget_usd        = var.monthly_budget_usd
  job_name                  = module.glue.job_name
  log_group_output_name     = module.glue.log_group_output_name
  aurora_cluster_identifier = module.rds_aurora.cluster_identifier
}
