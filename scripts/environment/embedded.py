"""The embedded runtime: three processes of this user, from packages of PyPI and Maven Central."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from scripts.base.console import step
from scripts.base.errors import CommandError
from scripts.base.paths import relative
from scripts.base.processes import Daemon
from scripts.environment import localstack, postgres, worker
from scripts.environment.instance import Instance
from scripts.supply import jars, java, venvs


class Embedded:
    name = "embedded"

    def setup(self) -> None:
        java.worker()
        venvs.localstack()
        jars.worker()
        jars.postgres()

    def idle(self, instance: Instance) -> list[str]:
        return [daemon.name for daemon in self._daemons(instance) if daemon.process() is None]

    def start(self, instance: Instance, localstack_env: Mapping[str, str]) -> None:
        postgres.start(instance)  # LocalStack asks it for the databases of the clusters that it knows
        localstack.begin(instance, localstack_env)
        worker.start(instance)
        localstack.wait(instance)

    def certify(self, instance: Instance) -> None:
        postgres.certify(instance)

    def stop(self, instance: Instance, names: list[str]) -> None:
        for daemon in reversed(self._daemons(instance)):
            if daemon.name in names and daemon.process():
                with step(f"stopping {daemon.name}"):
                    daemon.stop()
        if "postgres" in names:
            postgres.tidy(instance)

    def drop(self, instance: Instance) -> None:
        replace(localstack.daemon(instance), stop_signal=signal.SIGKILL).stop()
        postgres.daemon(instance).stop()
        postgres.tidy(instance)

    def copy_out(self, instance: Instance, folder: Path) -> None:
        for name, data in self._data(instance).items():
            if data.exists():
                _copy(data, folder / name)

    def copy_in(self, instance: Instance, folder: Path) -> None:
        for name, data in self._data(instance).items():
            shutil.rmtree(data, ignore_errors=True)
            if (folder / name).exists():
                data.parent.mkdir(parents=True, exist_ok=True)
                _copy(folder / name, data)

    def _data(self, instance: Instance) -> dict[str, Path]:
        return {"state": localstack.state_folder(instance), "postgres": postgres.data(instance)}

    def remove(self, instance: Instance) -> None:
        postgres.remove(instance)

    def status(self, instance: Instance) -> list[str]:
        lines = []
        for daemon in self._daemons(instance):
            process = daemon.process()
            how = f"running, pid {process.pid}" if process else "not running"
            lines.append(f"{daemon.name:<11}{how}; log {relative(daemon.log)}")
        return lines

    def save_logs(self, instance: Instance) -> None:
        """Does nothing: the processes write their logs into the instance themselves."""

    def superuser_password(self, instance: Instance) -> str:
        return postgres.superuser_password(instance)

    def _daemons(self, instance: Instance) -> list[Daemon]:
        """Returns the processes in the order of their start."""
        return [postgres.daemon(instance), worker.daemon(instance), localstack.daemon(instance)]


def _copy(data: Path, to: Path) -> None:
    """Copies a folder with its owners and rights: as root, PostgreSQL's data belongs to another account."""
    done = subprocess.run(["cp", "-Rp", str(data), str(to)], capture_output=True, text=True)
    if done.returncode:
        raise CommandError(
            f"the data could not be copied: {done.stderr.strip()}",
            "free space in .local/ if the disk is full, then run the same command again",
        )
