"""What a user types: each module defines commands of the command line."""
