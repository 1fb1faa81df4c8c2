"""The JVM that waits for the next run (emulator/CONTRACT.md, "One JVM waits"), among the processes."""

from __future__ import annotations

from pathlib import Path

# A pipe in the folder of the run to come, as long as the JVM waits.
WAITING = Path(".worker") / "ask"


def of_a_run(folder: str) -> bool:
    """Returns whether a process in this folder is a run's, and not the JVM's that waits for the next one."""
    return "glue-job-" in folder and not (Path(folder) / WAITING).exists()
