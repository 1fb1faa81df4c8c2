"""`make mutants`: changes that would break the project on AWS, and whether each one breaks here for the same reason."""
