"""Settings of the plugin, read from the environment when they are used (CONTRACT.md of the plugin names them)."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from glue_aurora.service.errors import SettingError


@dataclass(frozen=True)
class Address:
    """A host and its TCP port."""

    host: str
    port: int


@dataclass(frozen=True)
class PostgresSettings:
    """Address and superuser of the PostgreSQL that stands in for Aurora."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = "postgres"


@dataclass(frozen=True)
class WorkerSettings:
    """Base URL of the worker agent, without a slash at its end, and its bearer token."""

    url: str
    token: str = field(repr=False)


def postgres() -> PostgresSettings:
    """Returns the settings of `EMULATOR_POSTGRES_*`.

    Raises:
        SettingError: one is missing or wrong.
    """
    return PostgresSettings(
        host=_required("EMULATOR_POSTGRES_HOST"),
        port=_port("EMULATOR_POSTGRES_PORT", _required("EMULATOR_POSTGRES_PORT")),
        user=_required("EMULATOR_POSTGRES_USER"),
        password=_secret_file("EMULATOR_POSTGRES_PASSWORD_FILE"),
    )


def rds_endpoint() -> Address:
    """Returns the address that DescribeDBClusters shows: `EMULATOR_RDS_ENDPOINT_*`, else PostgreSQL's own.

    Raises:
        SettingError: a setting is missing or wrong.
    """
    host = os.environ.get("EMULATOR_RDS_ENDPOINT_HOST") or _required("EMULATOR_POSTGRES_HOST")
    name = "EMULATOR_RDS_ENDPOINT_PORT" if os.environ.get("EMULATOR_RDS_ENDPOINT_PORT") else "EMULATOR_POSTGRES_PORT"
    return Address(host, _port(name, _required(name)))


def worker() -> WorkerSettings:
    """Returns the settings of `EMULATOR_WORKER_*`.

    Raises:
        SettingError: one is missing or wrong.
    """
    return WorkerSettings(
        url=_required("EMULATOR_WORKER_URL").rstrip("/"), token=_secret_file("EMULATOR_WORKER_TOKEN_FILE")
    )


def runs_have_internet() -> bool:
    """Returns whether a run's process can reach the internet here: `EMULATOR_RUNS_INTERNET` is not `none`."""
    return os.environ.get("EMULATOR_RUNS_INTERNET") != "none"


def glue_seconds_per_minute() -> float:
    """Returns the seconds in a minute of a job's Timeout: 60 unless a test shortens it.

    Raises:
        SettingError: the setting is no such number.
    """
    return _seconds("EMULATOR_GLUE_SECONDS_PER_MINUTE", 60)


def rds_data_timeout_seconds() -> float:
    """Returns the seconds that a call of the RDS Data API may take: 45 as on AWS unless a test shortens it.

    Raises:
        SettingError: the setting is no such number.
    """
    return _seconds("EMULATOR_RDS_DATA_TIMEOUT_SECONDS", 45)


def _seconds(name: str, longest: int) -> float:
    text = os.environ.get(name) or str(longest)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= longest:
        raise SettingError(
            f"{name} is {text!r}.", f"Set it to a number of seconds above 0 and up to {longest}, or unset it."
        )
    return seconds


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise SettingError(f"Environment variable {name} is not set.", "Set it for the LocalStack process.")
    return value


def _port(name: str, text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingError(f"{name} is {text!r}, not a TCP port.", "Set it to a number from 1 to 65535.")
    return int(text)


def _secret_file(name: str) -> str:
    path = Path(_required(name))
    try:
        value = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingError(
            f"The file that {name} names cannot be read: {error.strerror}.", "Create it for this user."
        ) from error
    if not value:
        raise SettingError(f"The file that {name} names is empty.", "Write the secret into it.")
    return value
