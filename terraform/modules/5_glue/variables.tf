variable "aurora_ca_bundle" {
  type        = string
  description = "PEM file of the authorities that sign the database's certificate."
}

variable "aurora_database" {
  type        = string
  description = "Database of the table."
}

variable "aurora_host" {
  type        = string
  description = "Host of the database."
}

variable "aurora_port" {
  type        = number
  description = "Port of the database."
}

variable "aurora_secret_arn" {
  type        = string
  description = "Secret with username and password."
}

variable "bucket_name" {
  type        = string
  description = "Data bucket."
}

variable "connection_name" {
  type        = string
  description = "Name of the Glue connection."
}

variable "csv_encoding" {
  type        = string
  description = "Encoding of the source files."
}

variable "csv_separator" {
  type        = string
  description = "Separator of the source files."
}

variable "decimal_separator" {
  type        = string
  description = "Decimal separator of the grades."
}

variable "glue_availability_zone" {
  type        = string
  description = "Zone of the subnet."
}

variable "glue_security_group_id" {
  type        = string
  description = "Security group of the job."
}

variable "glue_subnet_id" {
  type        = string
  description = "Subnet of the job."
}

variable "job_name" {
  type        = string
  description = "Name of the job."
}

variable "kms_key_arn" {
  type        = string
  description = "Key of the log groups."
}

variable "log_group_prefix" {
  type        = string
  description = "Prefix of the log groups: they are <prefix>/output and <prefix>/error."
}

variable "log_retention_days" {
  type        = number
  description = "Days that the logs are kept."
}

variable "max_rejected_percent" {
  type        = number
  description = "Percentage of a set's lines above which rejected lines fail the run."
}

variable "notify_delay_minutes" {
  type        = number
  description = "Minutes after which Glue tells EventBridge that a run has not ended; null means never."
}

variable "raw_prefix" {
  type        = string
  description = "Prefix of the source files in the bucket."
}

variable "role_arn" {
  type        = string
  description = "Role of the job."
}

variable "schedule" {
  type        = string
  description = "cron expression of the trigger; null means no trigger."
}

variable "scripts_dir" {
  type        = string
  description = "Folder of the job's Python files."
}

variable "timeout_minutes" {
  type        = number
  description = "Minutes after which a run ends as TIMEOUT."
}

variable "wheels_dir" {
  type        = string
  description = "Folder of the driver's wheel."
}
