output "glue_availability_zone" {
  description = "Zone of the Glue connection's subnet."
  value       = local.glue_zone
}

output "glue_security_group_id" {
  description = "Security group of the Glue job."
  value       = aws_security_group.glue.id
}

output "glue_subnet_id" {
  description = "Subnet of the Glue connection."
  value       = aws_subnet.private[local.glue_zone].id
}

output "private_subnet_ids" {
  description = "Private subnets, in the order of the zones."
  value       = [for zone in var.availability_zones : aws_subnet.private[zone].id]
}

output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}
