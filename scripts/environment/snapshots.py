"""Named copies of an environment's data: LocalStack's state, which has Terraform's in a bucket, and PostgreSQL's.

A copy is made and put back while the parts are stopped, so that all of it is of one moment.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scripts.base.console import say, step
from scripts.base.errors import CommandError
from scripts.base.files import write_whole
from scripts.base.paths import LOCAL
from scripts.environment import inputs, lifecycle, runtime, state
from scripts.environment.instance import Instance

FOLDER = LOCAL / "snapshots"
# Of the instance's folder: what belongs to the data. The superuser's password is in PostgreSQL's folder too.
_FILES = ("applied-inputs.json", "terraform-sources.json", "postgres-authority.pem", "secrets/rdsadmin_password")
_ABOUT = "snapshot.json"


@dataclass(frozen=True)
class Snapshot:
    """A whole snapshot; `size` is in bytes."""

    name: str
    runtime: str
    made: datetime
    size: int


def found() -> list[Snapshot]:
    """Returns the whole snapshots, the newest first."""
    if not FOLDER.is_dir():
        return []
    whole = [each for each in map(_read, FOLDER.iterdir()) if each]
    return sorted(whole, key=lambda each: each.made, reverse=True)


def _read(folder: Path) -> Snapshot | None:
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return None
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Snapshot(folder.name, about["runtime"], datetime.fromisoformat(about["made"]), size)


def make(instance: Instance, name: str) -> None:
    """Copies the data of the environment, which is stopped for it and runs afterwards if it did before.

    A snapshot of the same name is replaced once the new one is whole.

    Raises:
        CommandError: the name can't be one, or LocalStack could not save all of its state.
    """
    check_name(name)
    folder = FOLDER / name
    making = folder.with_name(f".{name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700, parents=True)  # secrets and keys are in it
    try:
        with _stopped(instance), step(f"copying the data to the snapshot {name}"):
            runtime.of(instance).copy_out(instance, making)
            for each in _FILES:
                if (instance.folder / each).exists():
                    shutil.copy2(instance.folder / each, making / each.replace("/", "-"))
        if lifecycle.is_running(instance) and (told := state.ask(instance)).why:
            raise CommandError(
                f"the snapshot {name} would not be whole: LocalStack's state {told.why}",
                "wait until what uses the environment has ended, look what is missing, then make the snapshot again",
            )
        about = {"runtime": instance.runtime, "made": datetime.now(UTC).isoformat()}
        write_whole(making / _ABOUT, json.dumps(about).encode())
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def put_back(instance: Instance, name: str) -> None:
    """Gives the environment the data of the snapshot, and starts it. What it had is gone.

    Raises:
        CommandError: there is no such snapshot, it is of the other runtime, or LocalStack can't read it.
    """
    made_in = check_found(name).runtime
    if made_in != instance.runtime:
        raise CommandError(
            f"the snapshot {name} is of the {made_in} runtime, and this is the {instance.runtime} one",
            f"make local-down, then make restore NAME={name} RUNTIME={made_in}",
        )
    folder = FOLDER / name
    runtime.of(instance).drop(instance)
    with step(f"copying the data of the snapshot {name}"):
        runtime.of(instance).copy_in(instance, folder)
        for each in _FILES:
            kept = folder / each.replace("/", "-")
            if kept.exists():
                shutil.copy2(kept, instance.folder / each)
            else:
                (instance.folder / each).unlink(missing_ok=True)
    lifecycle.start(instance)
    if not (told := state.ask(instance)).loaded:
        raise CommandError(
            f"LocalStack can't read the snapshot {name}: its state {told.why or 'is not there'}",
            "run `make local-up`, which builds the environment again around this database; then make another one",
        )
    if told.why:
        say(f"LocalStack's state {told.why}; `make local-up PLAN=1` compares and repairs")
    if not inputs.had_these_ports(instance):
        lifecycle.provision(instance)


def remove(name: str) -> None:
    """Removes the snapshot, if there is one."""
    check_name(name)
    shutil.rmtree(FOLDER / name, ignore_errors=True)


def check_found(name: str) -> Snapshot:
    """Returns the snapshot.

    Raises:
        CommandError: there is none of this name, or it can't be one.
    """
    check_name(name)
    known = {each.name: each for each in found()}
    if name not in known:
        have = f"choose one of {', '.join(sorted(known))}" if known else f"make one: make local-up snapshot NAME={name}"
        raise CommandError(f"there is no snapshot {name}", have)
    return known[name]


def check_name(name: str) -> None:
    """Refuses what can't be the name of a snapshot.

    Raises:
        CommandError: it can't.
    """
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}", name):
        raise CommandError(
            f"NAME={name} can't be the name of a snapshot", "use letters, digits, `.`, `_` and `-`: NAME=before-merge"
        )


@contextmanager
def _stopped(instance: Instance) -> Iterator[None]:
    """Stops the environment for a block, and starts it again if it ran."""
    ran = lifecycle.is_running(instance)
    lifecycle.stop(instance)
    try:
        yield
    finally:
        if ran:
            lifecycle.start(instance)
