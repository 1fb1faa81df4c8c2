"""What `breakpoint()` does in a run: it raises at once. Python's debugger would wait for a terminal that a run has not.

The agent copies this file into the run's folder, and the environment names it in PYTHONBREAKPOINT, so it uses the
standard library only.
"""

import sys


class NoTerminalError(RuntimeError):
    """The script asks for a debugger, and no terminal belongs to the run."""


def refuse(*_: object, **__: object) -> None:
    main = getattr(sys.modules["__main__"], "__spec__", None)
    if main is not None and main.name.startswith("pyspark."):
        raise NoTerminalError(
            "breakpoint() in a function that Spark runs in processes of its own, which no terminal reaches. "
            "Call the function in the script itself."
        )
    raise NoTerminalError("breakpoint() needs a terminal, and a run has none.")
