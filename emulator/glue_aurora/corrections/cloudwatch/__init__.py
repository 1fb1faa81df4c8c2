"""LocalStack's CloudWatch, corrected where a Terraform plan would not come clean."""
