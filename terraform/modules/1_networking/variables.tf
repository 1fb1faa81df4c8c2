variable "availability_zones" {
  type        = list(string)
  description = "Zones of the private subnets, at least two. Glue runs in the first, unless glue_availability_zone names another."
}

variable "endpoint_in_every_zone" {
  type        = bool
  description = "Give the Secrets Manager endpoint an address in every zone (each costs money); otherwise in Glue's zone only."
  default     = false
}

variable "glue_availability_zone" {
  type        = string
  description = "Zone of the Glue connection, one of the zones; null means the first."
  default     = null
}

variable "project_name" {
  type        = string
  description = "Prefix of every name."
}

variable "vpc_cidr" {
  type        = string
  description = "Address range of the VPC."
}
