"""Waits inside a warm JVM, and then becomes the program of a run.

`warm_program.py OWN [TIMES MODULES]`: OWN is the worker's own folder within a run's working folder. MODULES has
`small_job`, which runs TIMES times: Java compiles what has run often enough. The agent copies this file to where a run
has `runscript.py`, and Spark starts it as it starts that one.

It lets the JVM do a small job first, so that Spark's classes are loaded and compiled, and stops Spark again. Nothing of
that stays: no session, no file, no line in the logs. It reaches neither S3 nor anything of a case.

Then it waits for the run, without MODULES, in a small Python. At last a new Python with the command line of the run
takes its place (`exec`) in the same process: PySpark's PythonRunner has given the process its environment, the
gateway's port and secret, and its pipes. So no module that is loaded here is in the script's way.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import TextIO

ASK, ANSWER, COMMAND = "ask", "answer", "command.json"
READY, SET, TAKE, GO = "ready\n", "set\n", "take\n", "go\n"
LOGS = ("output.log", "error.log")
# Of this process and the JVM, which share a session. A kernel without automatic groups has no such file.
PRIORITY = Path("/proc/self/autogroup")
# The kernel allows one change in a tenth of a second.
PRIORITY_SECONDS = 2.0


def main(own: Path, warming: list[str]) -> None:
    program, script = sys.orig_argv[:2]
    if warming:
        environment = dict(os.environ)  # Spark adds to it.
        times, *modules = warming
        warm_up(own, int(times), modules)
        os.execve(program, [program, script, str(own)], environment)  # noqa: S606
    with (own / ASK).open() as ask, (own / ANSWER).open("w") as answer:
        say(answer, READY)
        if ask.readline() != TAKE:
            return
        command = own / COMMAND
        arguments = json.loads(command.read_text(encoding="utf-8"))
        command.unlink()
        take_normal_priority()
        say(answer, SET)
        if ask.readline() != GO:
            return
    (own / ANSWER).unlink()
    (own / ASK).unlink()  # The last thing: without it the run counts as begun.
    os.execv(program, [program, script, *arguments])  # noqa: S606


def warm_up(own: Path, times: int, modules: list[str]) -> None:
    """Lets the JVM do the small job so many times, and leaves the logs as they were."""
    sys.path += modules
    import small_job  # type: ignore[import-not-found]

    sizes = {name: (own / name).stat().st_size for name in LOGS}
    small_job.warm_up(own, times)
    for name, size in sizes.items():
        os.truncate(own / name, size)


def say(answer: TextIO, word: str) -> None:
    answer.write(word)
    answer.flush()


def take_normal_priority() -> None:
    """Ends the low priority of this session.

    Raises:
        OSError: the kernel refuses.
    """
    give_up = time.monotonic() + PRIORITY_SECONDS
    while PRIORITY.exists() and not PRIORITY.read_text().endswith(" nice 0\n"):
        try:
            PRIORITY.write_text("0")
        except BlockingIOError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
