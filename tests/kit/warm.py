"""The JVM that waits for the next run (emulator/CONTRACT.md, "One JVM waits"), among the processes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil

from scripts.environment import warm
from scripts.environment.instance import Instance

# A pipe in the folder of the run to come, as long as the JVM waits.
WAITING = Path(".worker") / "ask"


def of_a_run(process: psutil.Process) -> bool:
    """Returns whether a process below the worker is a run's, and not the JVM's that waits for the next one."""
    try:
        folder = process.cwd()
    except psutil.Error:
        return False
    return "glue-job-" in folder and not (Path(folder) / WAITING).exists()


def until_ready(instance: Instance) -> None:
    """Returns when a JVM waits for the next run. Other tests would keep it from getting ready, so it goes before them.

    Raises:
        StartError: none waits after ten minutes.
    """
    warm.until_ready(instance, take_usual_priority)


def take_usual_priority() -> None:
    """Gives the sessions of runs the usual priority, where the kernel has one for a session and lets this user."""
    for process in psutil.process_iter(["cmdline"]):
        if any("glue-job-" in part for part in process.info["cmdline"] or ()):
            with suppress(OSError):
                Path(f"/proc/{process.pid}/autogroup").write_text("0")
