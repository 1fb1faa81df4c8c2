"""The monthly cost of an environment, computed from its plan."""
