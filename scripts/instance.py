"""One running environment's folder, ports and secrets (docs/interfaces.md)."""

from __future__ import annotations

import json
import os
import secrets
import socket
import ssl
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.certificates import self_signed, write_java_trust_store, write_private
from scripts.errors import CommandError
from scripts.paths import LOCAL

REGION = "us-east-1"
ACCOUNT = "000000000000"  # LocalStack's account for the access key below
ACCESS_KEY = "test"
SECRET_KEY = "test"  # noqa: S105 - opens nothing but LocalStack
DEFAULT_PORTS = {"LOCALSTACK_PORT": 4566, "POSTGRES_PORT": 15432, "WORKER_PORT": 4570}


@dataclass(frozen=True)
class Ports:
    localstack: int
    postgres: int
    worker: int

    @classmethod
    def chosen(cls) -> Ports:
        """From LOCALSTACK_PORT, POSTGRES_PORT, WORKER_PORT, else the defaults. Raises CommandError for no number."""
        values = []
        for name, default in DEFAULT_PORTS.items():
            text = os.environ.get(name) or str(default)
            if not text.isdigit() or not 0 < int(text) < 65536:
                raise CommandError(f"{name}={text} is no port number", f"give one, for example {name}={default + 100}")
            values.append(int(text))
        return cls(*values)

    @classmethod
    def free(cls) -> Ports:
        """Three ports that nobody listens on now."""
        sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
        numbers = [each.getsockname()[1] for each in sockets]
        for each in sockets:
            each.close()
        return cls(*numbers)

    def taken(self) -> list[tuple[str, int]]:
        """Variable and number of each port that somebody listens on."""
        busy = []
        for name, number in zip(DEFAULT_PORTS, asdict(self).values(), strict=True):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", number))
                except OSError:
                    busy.append((name, number))
        return busy


@dataclass(frozen=True)
class Instance:
    folder: Path
    ports: Ports
    runtime: str = "embedded"

    @classmethod
    def open(cls, folder: Path, ports: Ports, runtime: str = "embedded") -> Instance:
        """The instance in ``folder``, made there when there is none, with these ports and this runtime."""
        instance = cls(folder, ports, runtime)
        for sub in ("", "secrets", "logs", "processes"):
            (folder / sub).mkdir(parents=True, exist_ok=True)
        (folder / "secrets").chmod(0o700)
        (folder / "config.json").write_text(json.dumps({"runtime": runtime, "ports": asdict(ports)}, indent=1) + "\n")
        return instance

    @classmethod
    def load(cls, folder: Path) -> Instance | None:
        """The instance that was made in ``folder``, or None."""
        try:
            config = json.loads((folder / "config.json").read_text())
            return cls(folder, Ports(**config["ports"]), config["runtime"])
        except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
            return None

    @property
    def endpoint_url(self) -> str:
        """An IP, never ``localhost``: then the SDKs, the provider and the S3 backend use path style by themselves."""
        return f"http://127.0.0.1:{self.ports.localstack}"

    @property
    def tls_endpoint_url(self) -> str:
        """The same endpoint with TLS, for Spark: Hadoop 3.3's S3 client copies KMS-encrypted objects over TLS only."""
        return f"https://127.0.0.1:{self.ports.localstack}"

    @property
    def worker_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.worker}"

    def secret_file(self, name: str) -> Path:
        """File (0600) that holds secret ``name``, made at random when absent."""
        path = self.folder / "secrets" / name
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(32))
        return path

    def tls_files(self) -> tuple[Path, Path]:
        """LocalStack's certificate and key in one PEM file (0600), and a Java trust store that trusts it."""
        pem, store = self.folder / "secrets" / "localstack.pem", self.folder / "localstack-truststore.p12"
        if not store.exists():
            certificate, key = self_signed("letrus-data-case LocalStack")
            write_private(pem, key + certificate)
            write_java_trust_store(store, [ssl.PEM_cert_to_DER_cert(certificate.decode())])
        return pem, store

    def aws_environment(self) -> dict[str, str]:
        """Variables that lead any AWS SDK to this instance and nowhere else: profiles and config files are shut out."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            **no_proxy(),
        }


def clean_environment() -> dict[str, str]:
    """This process's environment without anything that could lead to a real AWS account."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | no_proxy()


def no_proxy() -> dict[str, str]:
    """Variables that keep requests to 127.0.0.1 away from a proxy; some tools read one spelling, some the other."""
    found = {}
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host and host != "127.0.0.1"]
        found[name] = ",".join([*hosts, "127.0.0.1"])
    return found


def user_instance_folder() -> Path:
    """The instance of ``make local-up``: ``.local/env``, or the folder that ``LETRUS_INSTANCE`` names."""
    return Path(os.environ.get("LETRUS_INSTANCE") or LOCAL / "env")
