"""AWS Budgets, as far as Terraform's aws_budgets_budget needs it."""
