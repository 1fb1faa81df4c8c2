"""The report on results, quality and runs as one page for people who look at results, not at the project."""
