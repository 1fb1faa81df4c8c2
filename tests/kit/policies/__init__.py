"""Generated policies and requests, and other implementations of IAM's evaluation that judge them."""
