"""The JVM that waits for the next run (emulator/CONTRACT.md, "One JVM waits")."""

from __future__ import annotations

from pathlib import Path

import requests

from scripts.base.waiting import NotReady, wait_for
from scripts.environment import runtime
from scripts.environment.instance import Instance

# A pipe in the folder of the run to come, as long as the JVM waits.
WAITING = Path(".worker") / "ask"


def of_a_run(folder: str) -> bool:
    """Returns whether a process in this folder is a run's, and not the JVM's that waits for the next one."""
    return "glue-job-" in folder and not (Path(folder) / WAITING).exists()


def until_ready(instance: Instance) -> None:
    """Returns when a JVM waits for the next run."""

    def ready() -> None:
        if (found := requests.get(f"{instance.worker_url}/health", timeout=10).json()["warm"]) != "ready":
            raise NotReady(f"the JVM is {found}")

    wait_for("a JVM that waits for the next run", ready, seconds=240, remedy="see the worker's log")


def served(instance: Instance, run_id: str) -> bool:
    """Returns whether the JVM that waited did the run."""
    runtime.of(instance).save_logs(instance)
    return f"{run_id}: runs in the warm JVM" in (instance.folder / "logs" / "worker.log").read_text(encoding="utf-8")
