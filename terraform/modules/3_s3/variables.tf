variable "alarms_use_key" {
  type        = bool
  description = "Let EventBridge, CloudWatch alarms and budgets use the key, to publish to an encrypted topic."
  default     = false
}

variable "bucket_name" {
  type        = string
  description = "Name of the data bucket, unique on all of AWS."
}

variable "deletion_protection" {
  type        = bool
  description = "Refuse to destroy the bucket while it holds objects, and delete the key after 30 days instead of 7."
}

variable "log_group_prefix" {
  type        = string
  description = "Prefix of the log groups for which CloudWatch Logs may use the key."
}

variable "project_name" {
  type        = string
  description = "Prefix of every name."
}

variable "sample_files_dir" {
  type        = string
  description = "Folder whose CSV files go to raw/."
}
