"""The Python that the project needs. Any Python 3 can read this file, an old one too."""

VERSION = (3, 11)  # what Glue 5.1 runs
NAME = "Python 3.11"
REMEDY = (
    "install it (macOS: `brew install python@3.11`; Debian, Ubuntu: packages python3.11 and python3.11-venv), or name "
    "one: `make PYTHON=/path/to/python3.11 ...`. It must be 3.11: that is what Glue 5.1 runs."
)
