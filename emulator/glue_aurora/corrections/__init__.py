"""LocalStack's own services, put right where they differ from AWS in ways that matter to Terraform or a job."""
