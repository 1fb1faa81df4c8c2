variable "backup_retention_days" {
  type        = number
  description = "Days that RDS keeps its backups, 1 to 35."
}

variable "client_security_group_id" {
  type        = string
  description = "Security group that may connect to the database."
}

variable "database_name" {
  type        = string
  description = "Database that the cluster is created with."
}

variable "deletion_protection" {
  type        = bool
  description = "Refuse to delete the cluster."
}

variable "engine_version" {
  type        = string
  description = "Aurora PostgreSQL version, 16.3 or later of major 16."
}

variable "final_snapshot" {
  type        = bool
  description = "Take a last snapshot when the cluster is destroyed."
}

variable "instance_count" {
  type        = number
  description = "Instances of the cluster: 1, or more for a reader in another zone that can take over."
}

variable "kms_key_arn" {
  type        = string
  description = "Key of storage and secret."
}

variable "master_username" {
  type        = string
  description = "Master user."
}

variable "max_capacity" {
  type        = number
  description = "Upper limit of the capacity in ACU."
}

variable "project_name" {
  type        = string
  description = "Prefix of every name."
}

variable "seconds_until_auto_pause" {
  type        = number
  description = "Idle seconds after which the cluster pauses."
}

variable "subnet_ids" {
  type        = list(string)
  description = "Private subnets in at least two zones."
}

variable "vpc_id" {
  type        = string
  description = "VPC of the cluster's security group."
}
