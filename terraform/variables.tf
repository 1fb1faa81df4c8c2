variable "alarm_email" {
  type        = string
  description = "Address that receives alarms and budget notices, once its owner has confirmed AWS's first mail. With null the topic has no subscriber."
  default     = null

  validation {
    condition     = var.alarm_email == null || can(regex("^[^@\\s]+@[^@\\s]+$", var.alarm_email))
    error_message = "Give an e-mail address, or null."
  }
}

variable "alarms_enabled" {
  type        = bool
  description = "Report failed runs, overlong runs and a database at its limit to an SNS topic."
  default     = false
}

variable "allowed_account_ids" {
  type        = list(string)
  description = "AWS accounts that Terraform may change, for example [\"123456789012\"]. It has no default, so that a plan with the wrong credentials or endpoint in the environment stops at once. Set it with TF_VAR_allowed_account_ids or a *.auto.tfvars file."

  validation {
    condition     = length(var.allowed_account_ids) > 0 && alltrue([for id in var.allowed_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "Name at least one AWS account by its 12 digits, for example [\"123456789012\"]; an empty list guards nothing."
  }
}

variable "aurora_backup_retention_days" {
  type        = number
  description = "Days that RDS keeps its backups, 1 to 35."
  default     = 7

  validation {
    condition     = var.aurora_backup_retention_days >= 1 && var.aurora_backup_retention_days <= 35
    error_message = "RDS takes 1 to 35 days."
  }
}

variable "aurora_ca_bundle" {
  type        = string
  description = "PEM file of the authorities that sign the database's certificate, as an absolute path or relative to this folder. docs/aws.md has the command that fetches Amazon's."
  default     = "../build/certificates/global-bundle.pem"
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

variable "aurora_instance_count" {
  type        = number
  description = "Instances of the cluster. With 2 or more, a reader in another zone takes over when the writer's zone fails."
  default     = 1

  validation {
    condition     = var.aurora_instance_count >= 1 && var.aurora_instance_count <= 16 && floor(var.aurora_instance_count) == var.aurora_instance_count
    error_message = "A cluster has 1 to 16 instances."
  }
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
  description = "Zones of the private subnets. Glue runs in the first, unless glue_availability_zone names another. The zones are listed and not looked up, because a subnet must not change its zone."
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
  description = "Encoding of the source files: utf-8, iso-8859-1 (Latin-1) or windows-1252. The job reads a file with UTF-8's byte order mark as UTF-8."
  default     = "utf-8"

  validation {
    condition     = contains(["utf-8", "iso-8859-1", "windows-1252"], var.csv_encoding)
    error_message = "Choose one of utf-8, iso-8859-1, windows-1252."
  }
}

variable "csv_separator" {
  type        = string
  description = "Separator of the source files: auto (found in each header), a comma, ; | or tab."
  default     = "auto"

  validation {
    condition     = contains(["auto", ",", ";", "|", "tab"], var.csv_separator)
    error_message = "Choose one of auto , ; | tab."
  }
}

variable "dashboard_enabled" {
  type        = bool
  description = "Make a CloudWatch dashboard. An account's first three are free, each further one costs 3 USD a month."
  default     = false
}

variable "decimal_separator" {
  type        = string
  description = "Decimal separator of the grades: a point, a comma, or auto (a comma in files separated by ;)."
  default     = "auto"

  validation {
    condition     = contains(["auto", ".", ","], var.decimal_separator)
    error_message = "Choose one of auto . ,"
  }
}

variable "deletion_protection" {
  type        = bool
  description = "Protect cluster and bucket against `terraform destroy`. It is off by default, because the case is made to be torn down."
  default     = false
}

variable "endpoint_in_every_zone" {
  type        = bool
  description = "Give the Secrets Manager endpoint an address in every zone, each about 7.30 USD a month; otherwise in Glue's zone only."
  default     = false
}

variable "final_snapshot" {
  type        = bool
  description = "Take a last snapshot when the cluster is destroyed. It is off by default, because the job can make the rows again from the CSV files."
  default     = false
}

variable "glue_availability_zone" {
  type        = string
  description = "Zone that Glue runs in, one of availability_zones; null means the first. Change it when that zone fails."
  default     = null

  validation {
    condition     = var.glue_availability_zone == null || contains(var.availability_zones, coalesce(var.glue_availability_zone, "-"))
    error_message = "Choose one of availability_zones, or null."
  }
}

variable "glue_notify_delay_minutes" {
  type        = number
  description = "Minutes after which Glue reports a run that has not ended (with alarms_enabled); below glue_timeout_minutes."
  default     = 15

  validation {
    condition     = !var.alarms_enabled || (var.glue_notify_delay_minutes >= 1 && var.glue_notify_delay_minutes < var.glue_timeout_minutes)
    error_message = "Give at least 1 and less than glue_timeout_minutes: a run has ended at its timeout."
  }
}

variable "glue_schedule" {
  type        = string
  description = "Schedule of the job, for example \"cron(0 6 * * ? *)\" (UTC). With null the job runs on demand only."
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

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch takes certain numbers only, among them 1, 3, 5, 7, 14, 30, 60, 90, 180, 365."
  }
}

variable "max_rejected_percent" {
  type        = number
  description = "Percentage of a set's lines. When the job rejects more, the run fails before it merges anything."
  default     = 10

  validation {
    condition     = var.max_rejected_percent >= 0 && var.max_rejected_percent <= 100
    error_message = "Give a percentage from 0 to 100."
  }
}

variable "monthly_budget_usd" {
  type        = number
  description = "Monthly budget of the whole account in USD. AWS reports 80 % spent, and a forecast above the budget. null means no budget."
  default     = null

  validation {
    condition     = var.monthly_budget_usd == null || coalesce(var.monthly_budget_usd, 0) > 0
    error_message = "Give an amount above 0, or null."
  }
}

variable "project_name" {
  type        = string
  description = "Prefix of every name."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.project_name)) && !strcontains(var.project_name, "--")
    error_message = "Give 3 to 30 characters: small letters, digits and single hyphens, a letter first (S3 and RDS name rules)."
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
  description = "Address range of the VPC. Each subnet gets a 256th of it."
  default     = "10.42.0.0/16"
}

variable "wheels_dir" {
  type        = string
  description = "Folder of the PostgreSQL driver's wheel, relative to this one; `make wheels` fills it."
  default     = "../build/wheels"
}
