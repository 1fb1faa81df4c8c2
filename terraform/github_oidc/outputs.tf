output "role_arns" {
  description = "ARNs of the roles `plan` and `apply`: variables AWS_PLAN_ROLE and AWS_APPLY_ROLE of the repository."
  value       = { for name, role in aws_iam_role.github : name => role.arn }
}
