"""LocalStack's IAM, corrected where it takes a value and does not keep it."""
