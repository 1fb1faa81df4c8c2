"""The commands that a user types. Each module defines one group of them."""
