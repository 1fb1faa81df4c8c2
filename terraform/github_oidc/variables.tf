variable "allowed_account_ids" {
  type        = list(string)
  description = "AWS accounts that Terraform may change, for example [\"123456789012\"]."

  validation {
    condition     = length(var.allowed_account_ids) > 0 && alltrue([for id in var.allowed_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "Name at least one AWS account by its 12 digits."
  }
}

variable "branch" {
  type        = string
  description = "Branch from which a manually started workflow may plan."
  default     = "main"

  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]+$", var.branch))
    error_message = "Give a branch's name, without a wildcard."
  }
}

variable "create_provider" {
  type        = bool
  description = "Make GitHub's identity provider. An account has only one: set this to false where another project made it."
  default     = true
}

variable "environments" {
  type        = set(string)
  description = "GitHub environments from which the workflow may apply; protect them there (required reviewers)."
  default     = ["dev", "prod"]

  validation {
    condition     = alltrue([for name in var.environments : can(regex("^[a-z0-9-]+$", name))])
    error_message = "Use small letters, digits and hyphens: a wildcard would open the role to every workflow."
  }
}

variable "name_prefix" {
  type        = string
  description = "Prefix of every name of the project. The apply role reaches nothing else, where AWS can restrict by name."
  default     = "letrus-de-case"
}

variable "region" {
  type        = string
  description = "AWS region of the project."
  default     = "us-east-1"
}

variable "state_bucket" {
  type        = string
  description = "Bucket of Terraform's state, as `make aws-bootstrap` made it."
}

variable "subject_prefix" {
  type        = string
  description = <<-EOT
    Beginning of the subject of the repository's tokens: "repo:OWNER/NAME", or "repo:OWNER@ID/NAME@ID" for repositories
    made, renamed or moved after July 2026. The repository's OIDC settings on GitHub show it.
  EOT

  validation {
    condition     = can(regex("^repo:[A-Za-z0-9-]+(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$", var.subject_prefix))
    error_message = "repo:OWNER/NAME or repo:OWNER@ID/NAME@ID, without a wildcard."
  }
}
