"""One running environment's folder, ports and secrets (docs/interfaces.md)."""

from __future__ import annotations

import json
import secrets
import socket
import ssl
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts.base import isolation
from scripts.base.certificates import self_signed, write_java_trust_store, write_private
from scripts.base.errors import CommandError
from scripts.base.files import write_whole
from scripts.cloud import state_bucket
from scripts.cloud.cloud import local_client
from scripts.doctor import network, place, settings
from scripts.doctor.finding import Finding

DEFAULT_PORTS = settings.PORTS


@dataclass(frozen=True)
class Ports:
    localstack: int
    postgres: int
    worker: int

    @classmethod
    def chosen(cls) -> Ports:
        """Returns the ports that LOCALSTACK_PORT, POSTGRES_PORT and WORKER_PORT name, or the defaults.

        Raises:
            CommandError: a variable is not the number of a port.
        """
        values = []
        for name in DEFAULT_PORTS:
            found = settings.port(name)
            if isinstance(found, Finding):
                raise CommandError(found.what, found.remedy)
            values.append(found)
        return cls(*values)

    @classmethod
    def free(cls) -> Ports:
        """Returns three ports on which nobody listens now."""
        sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
        numbers = [each.getsockname()[1] for each in sockets]
        for each in sockets:
            each.close()
        return cls(*numbers)

    def by_variable(self) -> dict[str, int]:
        """Returns each port under the variable that chooses it."""
        return dict(zip(DEFAULT_PORTS, asdict(self).values(), strict=True))

    def taken(self) -> list[Finding]:
        """Returns a failure for each port on which somebody listens."""
        found = [network.taken(name, number) for name, number in self.by_variable().items()]
        return [each for each in found if each]


@dataclass(frozen=True)
class Instance:
    folder: Path
    ports: Ports
    runtime: str = "embedded"

    @classmethod
    def open(cls, folder: Path, ports: Ports, runtime: str = "embedded") -> Instance:
        """Returns the instance in `folder` with these ports and this runtime. Makes the folder if it is missing."""
        instance = cls(folder, ports, runtime)
        for sub in ("", "secrets", "logs", "processes"):
            (folder / sub).mkdir(parents=True, exist_ok=True)
        (folder / "secrets").chmod(0o700)
        config = json.dumps({"runtime": runtime, "ports": asdict(ports)}, indent=1) + "\n"
        write_whole(folder / "config.json", config.encode())
        return instance

    @classmethod
    def load(cls, folder: Path) -> Instance | None:
        """Returns the instance that was made in `folder`, or None."""
        try:
            config = json.loads((folder / "config.json").read_text())
            return cls(folder, Ports(**config["ports"]), config["runtime"])
        except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
            return None

    @property
    def endpoint_url(self) -> str:
        """LocalStack's URL. Because of the IP address, SDKs, provider and S3 backend use path style by themselves."""
        return f"http://127.0.0.1:{self.ports.localstack}"

    @property
    def tls_endpoint_url(self) -> str:
        """The same endpoint with TLS, for Spark: Hadoop 3.3's S3 client copies KMS-encrypted objects over TLS only."""
        return f"https://127.0.0.1:{self.ports.localstack}"

    @property
    def worker_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.worker}"

    def secret_file(self, name: str) -> Path:
        """Returns the file (0600) that holds secret `name`. Makes a random secret if the file is missing."""
        path = self.folder / "secrets" / name
        if not path.exists():
            write_whole(path, secrets.token_urlsafe(32).encode(), 0o600)
        return path

    def tls_files(self) -> tuple[Path, Path]:
        """Returns the PEM file (0600) of LocalStack's certificate and key, and Java's trust store. Makes both once."""
        pem, store = self.folder / "secrets" / "localstack.pem", self.folder / "localstack-truststore.p12"
        if not store.exists():
            certificate, key = self_signed("letrus-data-case LocalStack")
            write_private(pem, key + certificate)
            write_java_trust_store(store, [ssl.PEM_cert_to_DER_cert(certificate.decode())])
        return pem, store

    @property
    def authority(self) -> Path:
        """PEM file of the authority that signed PostgreSQL's certificate; each start of the environment writes it."""
        return self.folder.resolve() / "postgres-authority.pem"

    @property
    def account_id(self) -> str:
        return isolation.ACCOUNT

    @property
    def is_local(self) -> bool:
        return True

    @property
    def owns_its_state(self) -> bool:
        return True

    def client(self, service: str) -> Any:
        """Returns a boto3 client that can only reach this instance."""
        return local_client(self.endpoint_url, service)

    def aws_environment(self) -> dict[str, str]:
        """Returns variables that lead every AWS SDK to this instance only."""
        return isolation.aws_variables(self.endpoint_url)

    def inherited_environment(self) -> dict[str, str]:
        """Returns the part of the caller's environment that a process on this instance may see."""
        return isolation.clean_environment()

    def backend(self) -> dict[str, str]:
        """Returns the settings of the state's backend that differ from terraform/backend.tf."""
        return {}

    def prepare_backend(self) -> None:
        """Makes the bucket that terraform/backend.tf names, if it is missing."""
        name, s3 = state_bucket.default_name(), self.client("s3")
        state_bucket.ensure(s3, name, self.account_id, isolation.REGION, adopt=True)

    def plan_arguments(self) -> list[str]:
        """Returns the arguments of plan, apply and destroy that name this account's variables."""
        return []

    def ca_bundle(self) -> str:
        """Returns the file of the authorities that the job trusts for the database."""
        return str(self.authority)


def user_instance_folder() -> Path:
    """Returns the folder of `make local-up`: the one that `LETRUS_INSTANCE` names, or `.local/env`."""
    return place.instance()
