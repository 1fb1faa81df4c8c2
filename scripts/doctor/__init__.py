"""Looks at the machine before anything is installed. Python's standard library only, and the syntax of Python 3.8."""
