"""A whole environment: started, provisioned, ended, removed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from scripts import database, jars, java, localstack, postgres, venvs, wheels, worker
from scripts.console import say, step
from scripts.errors import StartError
from scripts.instance import Instance
from scripts.processes import Daemon
from scripts.terraform import Terraform


def setup() -> None:
    """Everything that comes from outside, so that later steps need no network. Safe to interrupt and repeat."""
    java.worker()
    venvs.localstack()
    jars.s3a()
    jars.postgres()
    wheels.fetch()


def daemons(instance: Instance) -> list[Daemon]:
    """In the order of their start."""
    return [postgres.daemon(instance), worker.daemon(instance), localstack.daemon(instance)]


def _idle(instance: Instance) -> list[Daemon]:
    return [daemon for daemon in daemons(instance) if daemon.process() is None]


def _stop(some: list[Daemon]) -> bool:
    """Ends ``some`` in the reverse order of their start. False: none was running."""
    running = [daemon for daemon in reversed(some) if daemon.process()]
    for daemon in running:
        with step(f"stopping {daemon.name}"):
            daemon.stop()
    return bool(running)


def is_running(instance: Instance) -> bool:
    return all(daemon.process() for daemon in daemons(instance))


def start(instance: Instance, *, localstack_env: dict[str, str] | None = None) -> None:
    """Starts what isn't running; on any failure, Ctrl-C included, ends what this call started.

    Raises:
        StartError: a port is taken, a process ended or did not become ready.
    """
    idle = _idle(instance)
    if len(idle) == len(daemons(instance)) and (taken := instance.ports.taken()):
        name, number = taken[0]
        raise StartError(
            f"port {number} is taken by another program",
            f"stop it, or choose another: make local-up {name}={number + 100}",
        )
    try:
        postgres.start(instance)
        worker.start(instance)
        localstack.start(instance, localstack_env)
    except BaseException:
        _stop(idle)
        raise


@contextmanager
def stopped_on_interrupt(instance: Instance) -> Iterator[None]:
    """On Ctrl-C in the block, ends the processes that were not running before it."""
    idle = _idle(instance)
    try:
        yield
    except KeyboardInterrupt:
        _stop(idle)
        raise


def provision(instance: Instance) -> bool:
    """Terraform and tables. False: all was there already and nothing was changed."""
    terraform = Terraform(instance)
    terraform.init()
    with step("comparing the environment with terraform/"):
        changes = bool(terraform.changes())
    if changes:
        say("applying terraform/ (about 80 s, most of it fixed waits of the provider)")
        terraform.apply()
    database.create_tables(instance, terraform.outputs())
    return changes


def stop(instance: Instance) -> bool:
    """Ends the processes; the data stays. False: none was running."""
    return _stop(daemons(instance))


def remove(instance: Instance) -> None:
    """Ends the processes and removes the instance's folder, data included."""
    stop(instance)
    postgres.remove(instance)
    shutil.rmtree(instance.folder, ignore_errors=True)


@contextmanager
def running(instance: Instance, *, localstack_env: dict[str, str] | None = None) -> Iterator[Instance]:
    """A started environment for the block, removed after it."""
    try:
        start(instance, localstack_env=localstack_env)
        yield instance
    finally:
        remove(instance)
