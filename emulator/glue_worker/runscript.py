"""Runs the job's script inside Spark's Python, as Glue's own `pythonrunner/runscript.py` does, and notes why it failed.

`runscript.py REPORT SCRIPT ARGUMENT…`: the script sees `sys.argv == [SCRIPT, ARGUMENT…]` and `__name__ == "__main__"`.
As on Glue, its own folder is not on `sys.path`. An exception that ends the script goes into the file REPORT as
`Class: message`, which is Glue's form of a job run's ErrorMessage. Then it goes up, so that the traceback and the exit
code are Python's own.

A file ENDED beside REPORT says that the script came to its end. It holds the place of a `sys.exit(0)` that came
earlier. Without the file a process that ended well did so behind Python's back (`os._exit`).

The script does not see the variables that steer this worker and that Glue does not set, nor what only this machine
has (`machine_guard.py`). In a terminal it does: the debugger there is the user's own.

Standard input is empty. Spark gives the script a pipe into which nobody writes, so `input()` or a debugger would wait
until the run's time is over. With `-` as REPORT, for a script in a terminal, input and errors stay as
they are.

The agent copies this file into the run's folder and runs the copy, so it uses the standard library only.
"""

import os
import re
import runpy
import sys
import tempfile
from pathlib import Path
from traceback import walk_tb

LONGEST_MESSAGE = 8000
IN_TERMINAL = "-"
ENDED = "ended.txt"
MACHINE = "machine.json"
# The JVM and Python have read these. Processes that Spark starts for Python functions have them from the JVM.
HIDDEN = (
    "PYTHONBREAKPOINT",
    "PYTHONUSERBASE",
    "SPARK_LAUNCHER_OPTS",
    "SPARK_LOCAL_DIRS",
    "SPARK_LOCAL_IP",
    "SPARK_SUBMIT_OPTS",
    "TMPDIR",
)


def describe(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"SystemExit: {error.code}"
    text = str(error).strip()
    name = type(error).__name__
    if name == "Py4JJavaError":
        return java_message(text)[:LONGEST_MESSAGE]
    return (f"{name}: {text}" if text else name)[:LONGEST_MESSAGE] + place(error)


def place(error: BaseException) -> str:
    """Returns where in AWS's own package the error arose, which alone tells a missing jar of Glue's from others."""
    frames = [frame.f_code.co_filename for frame, _ in walk_tb(error.__traceback__)]
    own = [name for name in frames if Path(name).parent.name == "awsglue"]
    return f" (in awsglue/{Path(own[-1]).name})" if own and "JavaPackage" in str(error) else ""


def java_message(text: str) -> str:
    """Returns py4j's text shortened to `An error occurred while calling o12.parquet. CAUSE`, as Glue shows it.

    py4j's own text has the call, then `: java.class.Name: message`, then Java's stack.
    """
    call, _, rest = text.partition("\n")
    cause = rest.removeprefix(": ").partition("\n\tat ")[0].strip()
    cause = re.sub(r"^[\w.$]+(Exception|Error|Failure|Throwable)(: |$)", "", cause) or cause
    return f"{call} {cause}".strip()


def main() -> None:
    report, script = sys.argv[1:3]
    sys.argv = sys.argv[2:]
    if report == IN_TERMINAL:
        runpy.run_path(script, run_name="__main__")
        return
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    # They lie beside this file in the run's folder, and not where the agent imports it.
    import machine_guard  # type: ignore[import-not-found]
    import no_terminal  # type: ignore[import-not-found]
    import script_end  # type: ignore[import-not-found]

    hide()
    machine_guard.install(Path(report).with_name(MACHINE))
    sys.breakpointhook = no_terminal.refuse
    try:
        runpy.run_path(script, run_name="__main__")
    except BaseException as error:
        if not (isinstance(error, SystemExit) and error.code in (None, 0)):
            Path(report).write_text(describe(error), encoding="utf-8", errors="backslashreplace")
            raise
        place_of_exit = script_end.early_exit(error.__traceback__, Path(script).parent)
        Path(report).with_name(ENDED).write_text(place_of_exit or "", encoding="utf-8")
        raise
    Path(report).with_name(ENDED).touch()


def hide() -> None:
    """Removes the worker's own variables from the script's environment, and keeps their effect on this process."""
    tempfile.tempdir = tempfile.gettempdir()
    for name in HIDDEN:
        os.environ.pop(name, None)


if __name__ == "__main__":
    main()
