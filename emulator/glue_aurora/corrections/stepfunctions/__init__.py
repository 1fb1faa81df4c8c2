"""LocalStack's Step Functions, put right."""
