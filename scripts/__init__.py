"""The environment's commands behind make: set-up, start, apply, run, checks, tear-down."""
