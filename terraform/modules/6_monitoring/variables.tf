variable "alarms_enabled" {
  type        = bool
  description = "Make the alarms."
}

variable "aurora_cluster_identifier" {
  type        = string
  description = "Cluster whose capacity is watched."
}

variable "dashboard_enabled" {
  type        = bool
  description = "Make the dashboard."
}

variable "email" {
  type        = string
  description = "Subscriber of the topic; null means none."
}

variable "job_name" {
  type        = string
  description = "Job whose runs are watched."
}

variable "kms_key_arn" {
  type        = string
  description = "Key of the topic; its policy must let EventBridge, CloudWatch and budgets use it."
}

variable "log_group_output_name" {
  type        = string
  description = "Log group with the job's summaries, for the dashboard."
}

variable "monthly_budget_usd" {
  type        = number
  description = "Monthly budget of the whole account in USD; null means none."
}

variable "project_name" {
  type        = string
  description = "Prefix of every name."
}
