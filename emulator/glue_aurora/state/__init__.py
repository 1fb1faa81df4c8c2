"""The state of LocalStack's services outlives its process: kept in a folder, and read when LocalStack starts."""
