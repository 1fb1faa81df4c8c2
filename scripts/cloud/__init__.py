"""An AWS account or its stand-in on this machine, and the guard before a real account."""
