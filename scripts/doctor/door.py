"""Runs the checks, and shows what they found: as lines, as JSON, or, in the quick form, only what is wrong."""

from __future__ import annotations

import json
import os
import sys
from typing import Iterable, Iterator, Sequence

from scripts.doctor.finding import FAILURE, OK, WARNING, Finding, failure

# Layers of `make test` that start no Terraform.
_WITHOUT_TERRAFORM = ("unit", "job", "bench")


def main(arguments: Sequence[str]) -> int:
    """Returns 1 if a check found a failure, else 0.

    `--quick COMMAND …` prints nothing but what is wrong, and bash code that makes the command's environment.
    `--set-up` before the command's name says that the venvs are to be made.
    """
    if arguments and arguments[0] == "--quick":
        is_set_up = "--set-up" not in arguments[1:2]
        return _quick(arguments[1:] if is_set_up else arguments[2:], is_set_up)
    unknown = [each for each in arguments if each not in ("--json", "--no-json")]
    if unknown:
        _complain([failure("doctor", f"doctor has no option {unknown[0]}", "leave it out; --json is the only one")])
        return 2
    as_json = arguments[-1:] == ["--json"] or (not arguments and os.environ.get("JSON", "") not in ("", "0"))
    return _show_json(list(every_check())) if as_json else _show(every_check())


def every_check() -> Iterator[Finding]:
    """Yields what each check found, in the order in which a person would look."""
    from scripts.doctor import docker, leftovers, machine, network, programs, settings, surroundings

    yield programs.python()
    yield programs.venvs()
    yield programs.terraform()
    yield programs.make()
    yield programs.java()
    yield docker.check()
    yield from network.ports()
    yield machine.disk()
    yield machine.memory()
    yield from machine.path()
    yield from surroundings.room()
    yield machine.locale()
    yield machine.umask()
    yield from network.certificates()
    yield from network.proxies()
    yield machine.clock()
    yield from leftovers.check()
    yield from settings.check()
    yield from settings.misleading(surroundings.left_out())


def _quick(command: Sequence[str], is_set_up: bool) -> int:
    from scripts.doctor import machine, programs, settings, surroundings

    failures = [*machine.forbidden_path(), *settings.wrong(), *settings.mistyped(), machine.umask()]
    if _needs_terraform(command):
        failures.append(programs.terraform())
    if os.environ.get("PYTHON") or not is_set_up:
        failures.append(programs.python())
    if not is_set_up:
        from scripts.doctor import network
        from scripts.doctor.place import VENVS

        failures += [*network.unreadable_authorities(), surroundings.can_be_written(VENVS)]
        failures += [machine.disk()]
    if failed := [each for each in failures if each.state == FAILURE]:
        _complain(failed)
        return 1
    code, notes = surroundings.shell_code("" if is_set_up else programs.python_path())
    for note in notes:
        if note.state == WARNING:
            print(f"note: {note.what}: {note.remedy}", file=sys.stderr)
    sys.stdout.buffer.write(os.fsencode(code))
    return 0


def _needs_terraform(command: Sequence[str]) -> bool:
    """Returns whether a command starts Terraform. The user brings it, so a lack is told before anything is fetched."""
    if command[:1] == ["test"]:
        return not set(command[1:]).issubset(_WITHOUT_TERRAFORM)
    return command[:1] in (["up"], ["aws"], ["mutants"], ["format"])


def _complain(failed: Iterable[Finding]) -> None:
    for each in failed:
        print(f"error: {each.what}\n  -> {each.remedy}", file=sys.stderr)


def _show(findings: Iterable[Finding]) -> int:
    counts = {OK: 0, WARNING: 0, FAILURE: 0}
    for each in findings:
        counts[each.state] += 1
        state = {OK: "ok", WARNING: "WARNING", FAILURE: "FAILURE"}[each.state]
        print(f"{state:<8} {each.check:<13} {each.what}", flush=True)
        if each.remedy:
            print(f"{'':<22} -> {each.remedy}", flush=True)
    print(f"{counts[OK]} ok, warnings: {counts[WARNING]}, failures: {counts[FAILURE]}")
    return int(counts[FAILURE] > 0)


def _show_json(findings: Sequence[Finding]) -> int:
    failed = any(each.state == FAILURE for each in findings)
    told = [{**each._asdict(), "remedy": each.remedy or None} for each in findings]
    print(json.dumps({"ok": not failed, "findings": told}, ensure_ascii=False))
    return int(failed)
