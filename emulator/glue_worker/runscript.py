"""Runs the job's script inside Spark's Python, as Glue's own ``pythonrunner/runscript.py`` does; notes why it failed.

``runscript.py REPORT SCRIPT ARGUMENT…``: the script sees ``sys.argv == [SCRIPT, ARGUMENT…]`` and ``__name__ ==
"__main__"``; its own folder is not on ``sys.path`` (on Glue neither). What ends it goes into the file REPORT as
``Class: message``, Glue's form of a job run's ErrorMessage, and then on its way, so that traceback and exit code are
Python's own.

Copied into the run's folder and run there: standard library only, nothing of this package.
"""

import re
import runpy
import sys
from pathlib import Path

LONGEST_MESSAGE = 8000


def describe(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"SystemExit: {error.code}"
    text = str(error).strip()
    name = type(error).__name__
    if name == "Py4JJavaError":
        return java_message(text)[:LONGEST_MESSAGE]
    return (f"{name}: {text}" if text else name)[:LONGEST_MESSAGE]


def java_message(text: str) -> str:
    """Shortens py4j's text to ``An error occurred while calling o12.parquet. CAUSE``, as Glue shows it.

    py4j's own form: the call, then ``: java.class.Name: message``, then Java's stack.
    """
    call, _, rest = text.partition("\n")
    cause = rest.removeprefix(": ").partition("\n\tat ")[0].strip()
    cause = re.sub(r"^[\w.$]+(Exception|Error|Failure|Throwable)(: |$)", "", cause) or cause
    return f"{call} {cause}".strip()


def main() -> None:
    report, script = sys.argv[1:3]
    sys.argv = sys.argv[2:]
    try:
        runpy.run_path(script, run_name="__main__")
    except BaseException as error:
        if not (isinstance(error, SystemExit) and error.code in (None, 0)):
            Path(report).write_text(describe(error), encoding="utf-8", errors="backslashreplace")
        raise


if __name__ == "__main__":
    main()
