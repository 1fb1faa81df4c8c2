"""LocalStack's CloudWatch Logs, put right."""
