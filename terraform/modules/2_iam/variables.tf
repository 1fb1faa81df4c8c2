variable "bucket_arn" {
  type        = string
  description = "ARN of the data bucket."
}

variable "connection_name" {
  type        = string
  description = "Name of the job's Glue connection."
}

variable "glue_security_group_id" {
  type        = string
  description = "Security group of the job's network interfaces."
}

variable "glue_subnet_id" {
  type        = string
  description = "Subnet of the job's network interfaces."
}

variable "kms_key_arn" {
  type        = string
  description = "Key of bucket and secret."
}

variable "log_group_prefix" {
  type        = string
  description = "The job's log groups are <prefix>/output and <prefix>/error."
}

variable "project_name" {
  type        = string
  description = "Prefix of every name."
}

variable "secret_arn" {
  type        = string
  description = "Secret with the database's credentials."
}

variable "vpc_id" {
  type        = string
  description = "VPC that the job looks at."
}
