"""Whether a principal may do something to a resource, as IAM decides it, and why."""
