"""LocalStack with our plugin, without Docker."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from scripts.base.isolation import REGION, clean_environment
from scripts.base.processes import Daemon
from scripts.base.waiting import NotReady, wait_for
from scripts.environment.instance import Instance
from scripts.environment.superuser import SUPERUSER
from scripts.supply import venvs


def daemon(instance: Instance) -> Daemon:
    return Daemon(instance.folder, "localstack")


def start(instance: Instance, extra: Mapping[str, str] | None = None) -> None:
    """Starts LocalStack where it isn't running; returns when glue, rds and the rest answer. ``extra``: for tests."""
    server = daemon(instance)
    if server.process() is None:
        volume = instance.folder / "localstack"
        volume.mkdir(exist_ok=True)
        command = [str(venvs.localstack()), "-m", "localstack.runtime.main"]
        server.start(command, {**_environment(instance), **(extra or {})}, cwd=volume)

    def answers() -> None:
        server.check_alive()
        try:
            health = requests.get(f"{instance.endpoint_url}/_localstack/health", timeout=5).json()
        except (requests.RequestException, ValueError) as error:
            raise NotReady(error) from error
        services = health.get("services", {})
        missing = [name for name in ("s3", "glue", "rds") if services.get(name) not in ("available", "running")]
        if missing:
            raise NotReady(f"no answer yet from {', '.join(missing)}")

    wait_for("LocalStack with Glue and RDS", answers, seconds=120, remedy=f"see {server.log}")


def _environment(instance: Instance) -> dict[str, str]:
    address = f"127.0.0.1:{instance.ports.localstack}"
    volume = str(instance.folder / "localstack")
    return {
        **clean_environment(),
        "GATEWAY_LISTEN": address,
        "GATEWAY_SERVER": "loopback",
        "LOCALSTACK_HOST": address,
        "LOCALSTACK_VOLUME_DIR": volume,
        "FILESYSTEM_ROOT": volume,
        "TMPDIR": volume,
        "DNS_ADDRESS": "0",
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "CUSTOM_SSL_CERT_PATH": str(instance.tls_files()[0]),
        "AWS_DEFAULT_REGION": REGION,
        "PROVIDER_OVERRIDE_EC2": "corrected",
        "PROVIDER_OVERRIDE_CLOUDWATCH": "corrected",
        "PROVIDER_OVERRIDE_S3": "corrected",
        "PROVIDER_OVERRIDE_SECRETSMANAGER": "corrected",
        "EMULATOR_POSTGRES_HOST": "127.0.0.1",
        "EMULATOR_POSTGRES_PORT": str(instance.ports.postgres),
        "EMULATOR_POSTGRES_USER": SUPERUSER,
        "EMULATOR_POSTGRES_PASSWORD_FILE": str(instance.secret_file("rdsadmin_password")),
        "EMULATOR_WORKER_URL": instance.worker_url,
        "EMULATOR_WORKER_TOKEN_FILE": str(instance.secret_file("worker_token")),
    }
