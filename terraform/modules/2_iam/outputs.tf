output "glue_role_arn" {
  description = "Role of the Glue job."
  value       = aws_iam_role.glue.arn
}

output "glue_role_name" {
  description = "Name of the role of the Glue job."
  value       = aws_iam_role.glue.name
}
