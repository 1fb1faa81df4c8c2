"""LocalStack's EventBridge Scheduler, put right."""
