variable "availability_zones" {
  type        = list(string)
  description = "Zones of the private subnets, at least two; Glue runs in the first."
}

variable "project_name" {
  type        = string
  description = "Prefix of every name."
}

variable "vpc_cidr" {
  type        = string
  description = "Address range of the VPC."
}
