variable "bucket_name" {
  type        = string
  description = "Name of the data bucket, unique on all of AWS."
}

variable "deletion_protection" {
  type        = bool
  description = "Refuse to destroy the bucket while it holds objects."
}

variable "log_group_prefix" {
  type        = string
  description = "CloudWatch Logs may use the key for the log groups below this name."
}

variable "project_name" {
  type        = string
  description = "Prefix of every name."
}

variable "sample_files_dir" {
  type        = string
  description = "Folder whose CSV files go to raw/."
}
