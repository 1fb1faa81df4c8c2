"""What an environment costs a month, from its plan."""
