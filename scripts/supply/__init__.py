"""What is fetched and pinned: virtual environments, wheels, jars, Java."""
