"""What killed processes of this clone have left: processes that no command knows any more, and a half-made apply.

Each background process of the environment has a variable that names its record (scripts/base/processes.py), and what
it starts inherits the variable. Terraform's processes name the command that waits for them.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Iterator, NamedTuple

from scripts.doctor import docker
from scripts.doctor.finding import Finding, ok, warning
from scripts.doctor.place import LOCAL, instance, shown

DAEMON = "LETRUS_DAEMON"
COMMAND = "LETRUS_COMMAND"


class Process(NamedTuple):
    """A process of ours: `record` is the file of its daemon, `command` the pid of the command that waits for it."""

    pid: int
    name: str
    record: str
    command: int


def check() -> Iterator[Finding]:
    """Yields what is left, each with what ends it."""
    found = list(processes())
    for folder, lost in sorted(_without_record(found).items()):
        pids = " ".join(str(each.pid) for each in lost)
        what = f"processes of {shown(Path(folder))} that nobody looks after: {_named(lost)}"
        yield warning("leftovers", what, f"kill {pids}")
    if orphans := [each for each in found if each.command and not _lives(each.command)]:
        what = f"Terraform of a command that was killed: {_named(orphans)}"
        yield warning("leftovers", what, "type `make local-down`, which ends it and keeps its state")
    for other in sorted({folder for folder in _living(found) if folder != str(instance())}):
        what = f"the environment in {shown(Path(other))} runs, as tests have one"
        remedy = f"if no test runs, remove it: LETRUS_INSTANCE={shlex.quote(other)} make reset"
        yield warning("leftovers", what, remedy)
    if (instance() / "apply-under-way").exists() and not any(each.command for each in found):
        yield warning("leftovers", "an apply of terraform/ was cut off", "type `make local-up`, which takes it up")
    if not found:
        yield ok("leftovers", "no process of this clone runs")
    elif not _without_record(found):
        yield ok("leftovers", f"all {len(found)} processes of this clone belong to an environment")


def ports_of_ours() -> set[int]:
    """Returns the ports of the environment of `make local-up`, if a part of it runs."""
    folder = instance()
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        numbers = {name: int(config["ports"][name]) for name in ("localstack", "postgres", "worker")}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    if config.get("runtime") == "docker":
        label = f"label=com.docker.compose.project={docker.project(folder)}"
        return set(numbers.values()) if docker.query("ps", "--quiet", "--filter", label) else set()
    alive = {Path(each.record).stem for each in processes() if _is_known(each) and _folder(each) == str(folder)}
    return {number for name, number in numbers.items() if name in alive}


def processes() -> Iterator[Process]:
    """Yields the processes that name a record in this clone's environments, or a command that waits for them."""
    for pid, name, told in _from_proc() if Path("/proc/self/environ").exists() else _from_ps():
        records = [r for r in _values(told, DAEMON, ".json") if r.startswith((f"{LOCAL}/", f"{instance()}/"))]
        ours = [f for f in _values(told, "TF_DATA_DIR", "/terraform") if f.startswith((f"{LOCAL}/", f"{instance()}/"))]
        commands = re.findall(rf"(?:^|[\0 ]){COMMAND}=(\d+):", told) if ours else []
        if records or commands:
            yield Process(pid, name, records[0] if records else "", int(commands[0]) if commands else 0)


def _values(told: str, variable: str, ending: str) -> list[str]:
    """Returns the values of a variable. `ps` separates variables by a space, which a path may have too."""
    return re.findall(rf"(?:^|[\0 ]){variable}=([^\0]*?{re.escape(ending)})(?=[\0 ]|$)", told)


def _from_proc() -> Iterator[tuple[int, str, str]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                told = (folder / "environ").read_bytes().decode("utf-8", "replace")
                yield int(folder.name), (folder / "comm").read_text(errors="replace").strip(), told
            except OSError:  # it has ended, or is another user's
                continue


def _from_ps() -> Iterator[tuple[int, str, str]]:
    """Asks BSD's ps, as macOS has it: `-E` shows the variables after the command."""
    try:
        done = subprocess.run(
            ["ps", "-axwwE", "-o", "pid=,command="], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        pid, _, told = line.strip().partition(" ")
        if pid.isdigit():
            yield int(pid), Path(told.split(" ")[0]).name, told


def _without_record(found: list[Process]) -> dict[str, list[Process]]:
    """Returns the processes whose daemon has ended, by the folder of their environment."""
    daemons = {(each.record, each.pid) for each in found}
    lost: dict[str, list[Process]] = {}
    for each in found:
        if each.record and not _is_looked_after(each.record, daemons):
            lost.setdefault(_folder(each), []).append(each)
    return lost


def _is_looked_after(record: str, daemons: set[tuple[str, int]]) -> bool:
    """Returns whether the process that the record names is one of `daemons`, or is yet to be noted there."""
    try:
        told = json.loads(Path(record).read_text(encoding="utf-8"))
        return "starting" in told or (record, told["pid"]) in daemons
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _is_known(process: Process) -> bool:
    return bool(process.record) and _is_looked_after(process.record, {(process.record, process.pid)})


def _living(found: list[Process]) -> set[str]:
    lost = {each.pid for several in _without_record(found).values() for each in several}
    return {_folder(each) for each in found if each.record and each.pid not in lost}


def _folder(process: Process) -> str:
    return str(Path(process.record).parent.parent)


def _lives(pid: int) -> bool:
    return Path("/proc", str(pid)).exists() if Path("/proc/self").exists() else _in_ps(pid)


def _in_ps(pid: int) -> bool:
    return any(each == pid for each, _, _ in _from_ps())


def _named(found: list[Process]) -> str:
    return ", ".join(f"{each.name} ({each.pid})" for each in found)
