"""LocalStack's Firehose, put right."""
