"""Runs a job's script, or another in its place, in the terminal, with the worker's own launch code.

The worker agent does not take part: the script is a child of the command, and no run of Glue. Embedded runtime only.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from scripts.base.errors import CommandError
from scripts.environment import worker
from scripts.environment.instance import Instance
from scripts.supply import java


def check_runtime(instance: Instance, command: str) -> None:
    """Checks that the instance's jobs run on this machine.

    Raises:
        CommandError: they run in a container.
    """
    if instance.runtime == "docker":
        raise CommandError(
            f"`make {command}` needs the embedded runtime: in Docker jobs run in a container that no terminal and no "
            "port of this machine reaches",
            f"make local-down, then RUNTIME=embedded make local-up {command}",
        )


def run(instance: Instance, body: dict[str, Any], script: Path | None = None) -> int:
    """Runs the job of `body` (the body of `POST /runs`) in the terminal. Returns the exit code."""
    home = instance.folder / "terminal"
    home.mkdir(mode=0o700, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix="request-", suffix=".json", dir=home)  # 0600: it holds the role's keys
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(body, file)
        environment = worker.variables(instance) | {
            "GLUE_WORKER_HOME": str(home.resolve()),
            "TMPDIR": str(home.resolve()),
        }
        command = [str(java.worker()), "-m", "glue_worker.terminal", str(Path(name).resolve())]
        process = subprocess.Popen([*command, *([str(script)] if script else [])], env=environment, cwd=home)
        # Ctrl-C reaches the script too, which has the terminal; it decides what to do.
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            return process.wait()
        except BaseException:  # the terminal hung up, or somebody ended the command
            process.terminate()
            process.wait()
            raise
        finally:
            signal.signal(signal.SIGINT, before)
    finally:
        Path(name).unlink(missing_ok=True)
