"""Whether a run's network interface reaches a destination, and the hop that stops it otherwise."""
