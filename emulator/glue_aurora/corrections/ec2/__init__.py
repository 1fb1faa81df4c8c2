"""LocalStack's EC2, corrected where a Terraform plan would not come clean."""
