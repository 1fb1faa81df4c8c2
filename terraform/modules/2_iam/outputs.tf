output "glue_role_arn" {
  description = "Role of the Glue job."
  value       = aws_iam_role.glue.arn
}
