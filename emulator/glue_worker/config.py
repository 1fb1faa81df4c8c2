"""Reads the agent's settings from its environment (CONTRACT.md names them)."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from glue_worker.errors import ConfigError


@dataclass(frozen=True)
class Config:
    host: str
    port: int
    token: str
    home: Path
    class_archives: Path
    endpoint_url: str
    s3a_endpoint_url: str
    trust_store: Path | None
    spark_submit: str
    spark_home: Path | None
    jars: Path | None
    native_wheels: Path | None
    lease_seconds: float
    short_run_seconds: float
    master: str
    driver_memory: str
    warm: int
    python: str
    laptop: Path | None = None
    debug_command: str = ""
    packages_command: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Returns the settings, checked.

        Raises:
            ConfigError: a variable is missing or wrong; the message names it.
        """
        host, port = _listen(_required(environ, "GLUE_WORKER_LISTEN"))
        endpoint_url = _url("GLUE_WORKER_AWS_ENDPOINT_URL", _required(environ, "GLUE_WORKER_AWS_ENDPOINT_URL"))
        home = Path(_required(environ, "GLUE_WORKER_HOME")).resolve()
        s3a_endpoint_url = environ.get("GLUE_WORKER_S3A_ENDPOINT_URL") or endpoint_url
        return cls(
            host=host,
            port=port,
            token=_token(Path(_required(environ, "GLUE_WORKER_TOKEN_FILE"))),
            home=home,
            class_archives=Path(environ.get("GLUE_WORKER_CLASS_ARCHIVES") or home / "class-archives").resolve(),
            endpoint_url=endpoint_url,
            s3a_endpoint_url=_url("GLUE_WORKER_S3A_ENDPOINT_URL", s3a_endpoint_url),
            trust_store=_file(environ, "GLUE_WORKER_TRUST_STORE"),
            spark_submit=_spark_submit(environ),
            spark_home=Path(environ["SPARK_HOME"]) if environ.get("SPARK_HOME") else None,
            jars=_folder(environ, "GLUE_WORKER_JARS"),
            native_wheels=_folder(environ, "GLUE_WORKER_NATIVE_WHEELS"),
            lease_seconds=_seconds(environ, "GLUE_WORKER_LEASE_SECONDS", "60"),
            short_run_seconds=_seconds(environ, "GLUE_WORKER_SHORT_RUN_SECONDS", "20"),
            master=environ.get("GLUE_WORKER_SPARK_MASTER", "local[*]"),
            driver_memory=environ.get("GLUE_WORKER_DRIVER_MEMORY", "2g"),
            warm=_number(environ, "GLUE_WORKER_WARM", "4"),
            python=environ.get("PYSPARK_PYTHON") or sys.executable,
            laptop=_folder(environ, "GLUE_WORKER_LAPTOP"),
            debug_command=environ.get("GLUE_WORKER_DEBUG_COMMAND", ""),
            packages_command=environ.get("GLUE_WORKER_PACKAGES_COMMAND", ""),
        )


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise ConfigError(f"{name} is not set", "CONTRACT.md of localstack-glue-aurora describes it")
    return value


def _url(name: str, value: str) -> str:
    if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
        raise ConfigError(f"{name}={value!r} is not an http(s) URL", "for example http://127.0.0.1:4566")
    return value.rstrip("/")


def _file(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(name)
    if value and not Path(value).is_file():
        raise ConfigError(f"{name}={value} is not a file", f"restart the environment, or unset {name}")
    return Path(value).resolve() if value else None


def _listen(value: str) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit():
        raise ConfigError(f"GLUE_WORKER_LISTEN={value!r} is not HOST:PORT", "for example 127.0.0.1:8081")
    try:
        ip_address(host)
    except ValueError:
        # A name, or none, may stand for more interfaces than the user means. Who wants all of them writes `0.0.0.0`.
        raise ConfigError(f"GLUE_WORKER_LISTEN={value!r} names no IP address", "for example 127.0.0.1:8081") from None
    return host, int(port)


def _token(path: Path) -> str:
    try:
        token = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"GLUE_WORKER_TOKEN_FILE can't be read: {error}", "create it for this user") from error
    if not token:
        raise ConfigError(f"GLUE_WORKER_TOKEN_FILE {path} is empty", "put the bearer token into it")
    return token


def _folder(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(name)
    if not value:
        return None
    if not Path(value).is_dir():
        raise ConfigError(f"{name}={value} is not a folder", f"create the folder, or unset {name}")
    return Path(value).resolve()


def _spark_submit(environ: Mapping[str, str]) -> str:
    wanted = environ.get("GLUE_WORKER_SPARK_SUBMIT", "spark-submit")
    found = shutil.which(wanted, path=environ.get("PATH"))
    if not found:
        raise ConfigError(f"{wanted} was not found", "set GLUE_WORKER_SPARK_SUBMIT, or start from a login shell")
    return str(Path(found).absolute())


def _seconds(environ: Mapping[str, str], name: str, default: str) -> float:
    value = environ.get(name, default)
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0
    if not seconds > 0:
        raise ConfigError(f"{name}={value!r} is not a positive number of seconds", f"unset it for {default}")
    return seconds


def _number(environ: Mapping[str, str], name: str, default: str) -> int:
    value = environ.get(name) or default
    if not value.isdecimal():
        raise ConfigError(f"{name}={value!r} is no number from 0", f"unset it for {default}")
    return int(value)
