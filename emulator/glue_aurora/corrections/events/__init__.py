"""LocalStack's EventBridge, put right."""
