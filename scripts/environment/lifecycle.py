"""Starts, provisions, stops and removes a whole environment, in either runtime."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from scripts.base.console import say, step
from scripts.base.errors import CommandError, StartError, TerraformError
from scripts.environment import database, inputs, runtime, state
from scripts.environment.instance import DEFAULT_PORTS, Instance, Ports
from scripts.supply import wheels
from scripts.terraform import leftovers, sources
from scripts.terraform.root import Terraform

_FIRST = "first apply"
_CUT_OFF = "an earlier apply was cut off"


def setup(name: str) -> None:
    """Fetches and builds everything that runtime `name` needs. Safe to interrupt and repeat."""
    runtime.RUNTIMES[name].setup()
    wheels.fetch()


def new(folder: Path, ports: Ports, runtime_name: str | None = None) -> Instance:
    """Sets up an instance in `folder`, with the named runtime or a chosen one. Returns it without starting it.

    Raises:
        StartError: another program has a port. Nothing was fetched or changed.
    """
    _check_free(ports)
    name, reason = (runtime_name, "") if runtime_name else runtime.choose()
    if reason:
        say(f"runtime: {name} ({reason})")
    setup(name)
    return Instance.open(folder, ports, name)


def opened(folder: Path) -> Instance:
    """Sets up the instance in `folder` and returns it without starting it.

    One that runs stays as it is. A stopped one keeps its ports and its runtime, unless variables name others. A new one
    gets those that variables name, or the usual ones.

    Raises:
        CommandError: it runs, and variables name other ports or the other runtime.
        StartError: another program has a port. Nothing was fetched or changed.
    """
    instance = Instance.load(folder)
    if instance is None:
        return new(folder, Ports.chosen())
    ports = Ports.chosen() if any(os.environ.get(name) for name in DEFAULT_PORTS) else instance.ports
    asked = os.environ.get("RUNTIME", "auto") not in ("auto", instance.runtime)
    if set(runtime.of(instance).idle(instance)) == set(runtime.ALL):
        # The data of a stopped one is in its runtime. Docker may have gone meanwhile.
        keeps = instance.runtime == "embedded" and not asked
        return new(folder, ports, instance.runtime if keeps else None)
    if ports != instance.ports:
        raise CommandError("the environment runs on other ports", "stop it first: make local-down")
    if asked:
        raise CommandError(f"the environment runs in the {instance.runtime} runtime", "stop it first: make local-down")
    setup(instance.runtime)
    return instance


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Waits for a command that starts, stops or replaces the instance in `folder`, and lets no other do so then."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_name(f"{folder.name}.lock"))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        with step("waiting for another command that starts or stops this environment"):
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


def is_running(instance: Instance) -> bool:
    return not runtime.of(instance).idle(instance)


def start(instance: Instance, *, localstack_env: Mapping[str, str] | None = None) -> None:
    """Starts the parts that do not run. On any failure, Ctrl-C included, ends the parts that this call started.

    Raises:
        StartError: another program has a port, or a part ended or did not become ready.
    """
    with _ended_after(BaseException, instance) as idle:
        if set(idle) == set(runtime.ALL):
            _check_free(instance.ports)
        # What an apply made that was cut off may be in LocalStack's saved state, and Terraform's does not know it.
        anew = state.ANEW if "localstack" in idle and _cut_off(instance).exists() else {}
        if anew:
            say("an apply was cut off before LocalStack ended, so it starts from nothing; the database kept its rows")
        if idle:
            runtime.of(instance).start(instance, {**anew, **(localstack_env or {})})
        if "localstack" in idle:
            _cut_off(instance).unlink(missing_ok=True)
        runtime.of(instance).certify(instance)


def _check_free(ports: Ports) -> None:
    if taken := ports.taken():
        raise StartError(taken[0].what, taken[0].remedy)


def stopped_on_interrupt(instance: Instance) -> AbstractContextManager[list[str]]:
    """Returns a context that ends, on Ctrl-C in its block, the parts that did not run before it."""
    return _ended_after(KeyboardInterrupt, instance)


def provision(instance: Instance, *, plan: bool = False) -> bool:
    """Applies terraform/ and brings the tables up to date. Returns False when nothing changed.

    Without `plan` Terraform is not asked where neither its inputs nor what it made have changed since the last apply.

    An apply that was cut off leaves resources that the state does not know, and Terraform can't make those again. Then
    LocalStack starts anew: it holds nothing that Terraform and the next run don't make again.
    """
    terraform = Terraform(instance)
    given = inputs.of(instance)  # before Terraform reads the files: somebody may save one while it works
    kept = state.ask(instance)
    if not plan and not kept.configured and inputs.are(instance, given) and terraform.has_outputs():
        say("nothing has changed since terraform/ was applied, so Terraform makes no plan (PLAN=1 makes one)")
        return database.create_tables(instance, terraform.outputs())
    if kept.why:
        say(_lost(kept))
    if not kept.configured and not terraform.state():
        _start_localstack_anew(instance, "Terraform's state is gone")
    applied = sources.hashes()
    terraform.init()
    mark = _cut_off(instance)
    was_cut_off = mark.exists()
    if was_cut_off and mark.read_text() == _FIRST:
        _start_localstack_anew(instance, _CUT_OFF)
        terraform.init()
    with step("comparing the environment with terraform/"):
        changes = bool(terraform.changes())
    if changes:
        say("applying terraform/ (about 80 s, most of it fixed waits of the provider)")
        try:
            apply(instance, terraform)
        except TerraformError as error:
            if not (was_cut_off and error.resource_exists):
                raise
            _start_localstack_anew(instance, _CUT_OFF)
            terraform.init()
            apply(instance, terraform)
    sources.remember(instance.folder, applied)
    created = database.create_tables(instance, terraform.outputs())
    inputs.remember(instance, given)
    state.save(instance, applied=True)
    return created or changes


def _lost(kept: state.Kept) -> str:
    if not kept.loaded:
        return f"LocalStack begins from nothing, because its state {kept.why}; the database kept its rows"
    when = kept.saved.strftime("%Y-%m-%d %H:%M:%S") if kept.saved else "?"
    return (
        f"LocalStack's state of {when} {kept.why}. What it lacks (objects, runs, changes) is gone; Terraform compares "
        "and repairs, and the database kept its rows"
    )


def apply(instance: Instance, terraform: Terraform, *, refresh: bool = True) -> None:
    """Applies terraform/. Until an apply has ended by itself, a file says that one may have been cut off."""
    mark = _cut_off(instance)
    was_cut_off = mark.exists()
    mark.write_text("" if terraform.has_outputs() else _FIRST)
    try:
        terraform.apply(refresh=refresh)
    except TerraformError as error:
        if not (was_cut_off or error.cut_off):
            mark.unlink(missing_ok=True)
        raise
    mark.unlink(missing_ok=True)


def _cut_off(instance: Instance) -> Path:
    return instance.folder / "apply-under-way"


def _start_localstack_anew(instance: Instance, why: str) -> None:
    say(f"{why}, so LocalStack starts from nothing; the database keeps its rows, the buckets do not")
    runtime.of(instance).stop(instance, ["localstack"])
    start(instance, localstack_env=state.ANEW)


def stop(instance: Instance) -> bool:
    """Ends every part and keeps the data. Returns False when no part ran."""
    leftovers.end_orphans(instance)
    running = set(runtime.ALL) - set(runtime.of(instance).idle(instance))
    runtime.of(instance).stop(instance, runtime.ALL)
    return bool(running)


def remove(instance: Instance) -> None:
    """Ends every part and removes the instance's data and folder."""
    stop(instance)
    with step("removing its data"):
        runtime.of(instance).remove(instance)
        shutil.rmtree(instance.folder, ignore_errors=True)


@contextmanager
def running(instance: Instance, *, localstack_env: Mapping[str, str] | None = None) -> Iterator[Instance]:
    """Starts the environment for the block and removes it afterwards."""
    try:
        start(instance, localstack_env=localstack_env)
        yield instance
    finally:
        remove(instance)


@contextmanager
def _ended_after(exception: type[BaseException], instance: Instance) -> Iterator[list[str]]:
    idle = runtime.of(instance).idle(instance)
    try:
        yield idle
    except exception:
        runtime.of(instance).stop(instance, idle)
        raise
