variable "allowed_account_ids" {
  type        = list(string)
  description = <<-EOT
    AWS account(s) that may be touched, for example ["123456789012"]. There is no default on purpose: with the wrong
    credentials or endpoint in the environment, plan stops at once. Give it by TF_VAR_allowed_account_ids or a
    *.auto.tfvars file.
  EOT

  validation {
    condition     = length(var.allowed_account_ids) > 0 && alltrue([for id in var.allowed_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "Name at least one AWS account by its 12 digits, for example [\"123456789012\"]; an empty list would be no guard."
  }
}

variable "aurora_database_name" {
  type        = string
  description = "Database that the cluster is created with."
  default     = "letrus"
}

variable "aurora_engine_version" {
  type        = string
  description = "Aurora PostgreSQL version. 16.8 is a long-term support minor; scaling to zero needs 16.3 or later."
  default     = "16.8"
}

variable "aurora_master_username" {
  type        = string
  description = "Master user; RDS keeps its password in Secrets Manager."
  default     = "letrus_admin"
}

variable "aurora_max_capacity" {
  type        = number
  description = "Upper limit of Aurora's capacity in ACU (2 GiB each). The lower limit is 0: the cluster pauses when idle."
  default     = 2
}

variable "aurora_seconds_until_auto_pause" {
  type        = number
  description = "Idle seconds after which the cluster pauses, 300 to 86400."
  default     = 300

  validation {
    condition     = var.aurora_seconds_until_auto_pause >= 300 && var.aurora_seconds_until_auto_pause <= 86400
    error_message = "RDS takes 300 to 86400 seconds."
  }
}

variable "availability_zones" {
  type        = list(string)
  description = "Zones of the private subnets; Glue runs in the first. A list and not a look-up: the zones of a subnet must not change by themselves."
  default     = ["us-east-1a", "us-east-1b"]

  validation {
    condition     = length(distinct(var.availability_zones)) >= 2
    error_message = "Aurora's subnet group needs subnets in at least two different zones."
  }

  validation {
    condition     = alltrue([for zone in var.availability_zones : startswith(zone, var.region)])
    error_message = "Every zone must belong to var.region."
  }
}

variable "csv_encoding" {
  type        = string
  description = "Encoding of the source files: utf-8, iso-8859-1 (Latin-1) or windows-1252. A file with UTF-8's byte order mark is UTF-8 in any case."
  default     = "utf-8"

  validation {
    condition     = contains(["utf-8", "iso-8859-1", "windows-1252"], var.csv_encoding)
    error_message = "One of utf-8, iso-8859-1, windows-1252."
  }
}

variable "csv_separator" {
  type        = string
  description = "Separator of the source files: auto (told by each header), a comma, ; | or tab."
  default     = "auto"

  validation {
    condition     = contains(["auto", ",", ";", "|", "tab"], var.csv_separator)
    error_message = "One of auto , ; | tab."
  }
}

variable "decimal_separator" {
  type        = string
  description = "Decimal separator of the grades: a point, a comma, or auto (a comma in files separated by ;)."
  default     = "auto"

  validation {
    condition     = contains(["auto", ".", ","], var.decimal_separator)
    error_message = "One of auto . ,"
  }
}

variable "deletion_protection" {
  type        = bool
  description = "Protect cluster and bucket against `terraform destroy`. Off: the case is made to be torn down."
  default     = false
}

variable "final_snapshot" {
  type        = bool
  description = "Take a last snapshot when the cluster is destroyed. Off: the rows can be made again from the CSV files."
  default     = false
}

variable "glue_schedule" {
  type        = string
  description = "Schedule of the job, for example \"cron(0 6 * * ? *)\" (UTC). null: the job runs on demand only."
  default     = null
}

variable "glue_timeout_minutes" {
  type        = number
  description = "Minutes after which Glue ends a run as TIMEOUT."
  default     = 30
}

variable "log_retention_days" {
  type        = number
  description = "Days that CloudWatch keeps the job's logs."
  default     = 30
}

variable "max_rejected_percent" {
  type        = number
  description = "A run fails, before anything is merged, when more than this percentage of a set's lines is rejected."
  default     = 10

  validation {
    condition     = var.max_rejected_percent >= 0 && var.max_rejected_percent <= 100
    error_message = "A percentage, 0 to 100."
  }
}

variable "project_name" {
  type        = string
  description = "Prefix of every name."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.project_name)) && !strcontains(var.project_name, "--")
    error_message = "3 to 30 characters: small letters, digits and single hyphens, a letter first (S3 and RDS name rules)."
  }
}

variable "provider_max_retries" {
  type        = number
  description = "How often the provider repeats a failed API call."
  default     = 25
}

variable "region" {
  type        = string
  description = "AWS region."
}

variable "vpc_cidr" {
  type        = string
  description = "Address range of the VPC; each subnet gets a part 256 times smaller."
  default     = "10.42.0.0/16"
}

variable "wheels_dir" {
  type        = string
  description = "Folder of the PostgreSQL driver's wheel, relative to this one; `make wheels` fills it."
  default     = "../build/wheels"
}
