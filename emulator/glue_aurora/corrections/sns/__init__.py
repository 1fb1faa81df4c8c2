"""LocalStack's SNS, corrected where it takes a value and does not keep it."""
