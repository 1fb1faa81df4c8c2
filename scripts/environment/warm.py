"""The JVM that waits for the next run, as the worker's log tells (emulator/CONTRACT.md, "One JVM waits")."""

from __future__ import annotations

from collections.abc import Callable

from scripts.base.waiting import NotReady, wait_for
from scripts.environment import runtime
from scripts.environment.instance import Instance

_WAITS, _IS_USED, _IS_NOT = "a warm JVM waits", "runs in the warm JVM", "starts a JVM of its own"


def until_ready(instance: Instance, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Returns when a JVM waits for the next run. It gets ready at low priority, so other work makes it late.

    `meanwhile` is called at each look that finds none.

    Raises:
        StartError: none waits after ten minutes.
    """

    def ready() -> None:
        told = [line for line in _log(instance) if _WAITS in line or _IS_USED in line or _IS_NOT in line]
        if not told or _WAITS not in told[-1]:
            meanwhile()
            raise NotReady("no JVM waits")

    wait_for("a JVM that waits for the next run", ready, seconds=600, remedy="see the worker's log")


def served(instance: Instance, run_id: str) -> bool:
    """Returns whether the JVM that waited did the run."""
    return any(f"{run_id}: {_IS_USED}" in line for line in _log(instance))


def _log(instance: Instance) -> list[str]:
    runtime.of(instance).save_logs(instance)
    return (instance.folder / "logs" / "worker.log").read_text(encoding="utf-8", errors="replace").splitlines()
