"""LocalStack with our plugin, without Docker."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path

from scripts.base.isolation import clean_environment
from scripts.base.processes import Daemon
from scripts.base.waiting import NotReady, wait_for
from scripts.environment import localstack_health, shared
from scripts.environment.instance import Instance
from scripts.supply import venvs


def daemon(instance: Instance) -> Daemon:
    return Daemon(instance.folder, "localstack")


def state_folder(instance: Instance) -> Path:
    """Returns the folder in which LocalStack keeps its state (emulator/CONTRACT.md)."""
    return instance.folder / "localstack" / "state"


def start(instance: Instance, extra: Mapping[str, str] | None = None) -> None:
    """Starts LocalStack unless it runs. Returns when its services answer. `extra` has variables for it."""
    begin(instance, extra)
    wait(instance)


def begin(instance: Instance, extra: Mapping[str, str] | None = None) -> None:
    """Starts LocalStack unless it runs. Returns at once."""
    server = daemon(instance)
    if server.process() is None:
        volume = instance.folder / "localstack"
        volume.mkdir(exist_ok=True)
        command = [str(venvs.localstack()), "-m", "localstack.runtime.main"]
        server.start(command, {**_environment(instance), **(extra or {})}, cwd=volume)


def wait(instance: Instance) -> None:
    """Returns when LocalStack's services answer.

    Raises:
        StartError: it ended, or they do not in time.
    """
    server = daemon(instance)

    def answers() -> None:
        server.check_alive()
        try:
            missing = localstack_health.unanswered(instance.endpoint_url)
        except (OSError, HTTPException, ValueError) as error:
            raise NotReady(error) from error
        if missing:
            raise NotReady(f"no answer yet from {', '.join(missing)}")

    wait_for("LocalStack with Glue and RDS", answers, seconds=120, remedy=f"see {server.log}")


def _environment(instance: Instance) -> dict[str, str]:
    address = f"127.0.0.1:{instance.ports.localstack}"
    volume = str(instance.folder / "localstack")
    return {
        **clean_environment(),
        **shared.LOCALSTACK,
        "GATEWAY_LISTEN": address,
        "LOCALSTACK_HOST": address,
        "LOCALSTACK_VOLUME_DIR": volume,
        "FILESYSTEM_ROOT": volume,
        "TMPDIR": volume,
        "CUSTOM_SSL_CERT_PATH": str(instance.tls_files()[0]),
        "EMULATOR_POSTGRES_HOST": "127.0.0.1",
        "EMULATOR_POSTGRES_PORT": str(instance.ports.postgres),
        "EMULATOR_POSTGRES_PASSWORD_FILE": str(instance.secret_file("rdsadmin_password")),
        "EMULATOR_WORKER_URL": instance.worker_url,
        "EMULATOR_WORKER_TOKEN_FILE": str(instance.secret_file("worker_token")),
        "EMULATOR_PARITY": shared.parity(),
        "EMULATOR_STATE_FOLDER": str(state_folder(instance)),
    }
