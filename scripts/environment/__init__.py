"""The local environment: its instance, both runtimes, its processes, its database."""
