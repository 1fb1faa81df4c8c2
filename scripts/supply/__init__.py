"""What the project fetches and pins: virtual environments, wheels, jars, Java."""
