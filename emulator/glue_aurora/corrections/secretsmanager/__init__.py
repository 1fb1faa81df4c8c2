"""LocalStack's Secrets Manager, corrected for the secrets that RDS manages."""
