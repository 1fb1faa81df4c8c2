"""The JVM that waits for the next run, as the worker's log tells (emulator/CONTRACT.md, "One JVM waits")."""

from __future__ import annotations

from scripts.base.waiting import NotReady, wait_for
from scripts.environment import runtime
from scripts.environment.instance import Instance

_WAITS, _IS_USED, _IS_NOT = "a warm JVM waits", "runs in the warm JVM", "starts a JVM of its own"


def until_ready(instance: Instance) -> None:
    """Returns when a JVM waits for the next run. It gets ready at low priority, so other work makes it late.

    Raises:
        StartError: none waits after ten minutes.
    """

    def ready() -> None:
        if not is_ready(instance):
            raise NotReady("no JVM waits")

    wait_for("a JVM that waits for the next run", ready, seconds=600, remedy="see the worker's log")


def is_ready(instance: Instance) -> bool:
    """Returns whether a JVM waits for the next run."""
    told = [line for line in _log(instance) if _WAITS in line or _IS_USED in line or _IS_NOT in line]
    return bool(told) and _WAITS in told[-1]


def served(instance: Instance, run_id: str) -> bool:
    """Returns whether the JVM that waited did the run."""
    return any(f"{run_id}: {_IS_USED}" in line for line in _log(instance))


def _log(instance: Instance) -> list[str]:
    runtime.of(instance).save_logs(instance)
    return (instance.folder / "logs" / "worker.log").read_text(encoding="utf-8", errors="replace").splitlines()
