"""Checks the plugin's request for a run: the body of `POST /runs`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from glue_worker.errors import RequestError
from glue_worker.logs import LOGS

RUN_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")


@dataclass(frozen=True)
class Credentials:
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(repr=False)


@dataclass(frozen=True)
class RunRequest:
    run_id: str
    job_name: str
    script_location: str
    arguments: dict[str, str] = field(repr=False)
    credentials: Credentials
    region: str
    timeout_seconds: float
    log_groups: dict[str, str]
    """Names of the log groups, by what they hold: `output` and `error`."""
    log_stream: str
    internet: bool
    notes: tuple[str, ...] = ()
    """Sentences that the run's error log begins with."""
    glue_version: str | None = None

    @classmethod
    def parse(cls, body: Any) -> RunRequest:
        """Returns the body of `POST /runs`, checked (CONTRACT.md shows it).

        Raises:
            RequestError: a field is missing or wrong; the message names the field and never holds its value.
        """
        top = _Fields(body, "")
        credentials = _Fields(top.value("credentials"), "credentials.")
        groups = _Fields(top.value("log_groups"), "log_groups.")
        run_id = top.text("run_id")
        if not RUN_ID.fullmatch(run_id):
            raise RequestError("run_id may hold letters, digits, '_' and '-' only")
        script = top.text("script_location")
        if not script.startswith("s3://"):
            raise RequestError("script_location must be an s3:// URL")
        return cls(
            run_id=run_id,
            job_name=top.text("job_name"),
            script_location=script,
            arguments=_arguments(top.value("arguments")),
            credentials=Credentials(
                access_key_id=credentials.text("access_key_id"),
                secret_access_key=credentials.text("secret_access_key"),
                session_token=credentials.optional_text("session_token"),
            ),
            region=top.text("region"),
            timeout_seconds=_positive(top.value("timeout_seconds")),
            log_groups={name: groups.text(name) for name in LOGS},
            log_stream=top.text("log_stream"),
            internet=_boolean(top.value("internet")),
            notes=_texts(top.optional("notes")),
            glue_version=top.optional_text("glue_version"),
        )


class _Fields:
    """One JSON object. The messages name the path to it."""

    def __init__(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise RequestError(f"{path.rstrip('.') or 'the body'} must be a JSON object")
        self._value = value
        self._path = path

    def value(self, name: str) -> Any:
        if name not in self._value:
            raise RequestError(f"{self._path}{name} is missing")
        return self._value[name]

    def text(self, name: str) -> str:
        value = self.value(name)
        if not isinstance(value, str) or not value:
            raise RequestError(f"{self._path}{name} must be a string that is not empty")
        return value

    def optional(self, name: str) -> Any:
        return self._value.get(name)

    def optional_text(self, name: str) -> str | None:
        return self.text(name) if self._value.get(name) is not None else None


def _arguments(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise RequestError("arguments must be a JSON object")
    for name, text in value.items():
        if not isinstance(text, str) or "\0" in text or "\0" in name:
            raise RequestError(f"arguments[{name!r}] must be a string without NUL")
    return dict(value)


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise RequestError("notes must be a list of strings")
    return tuple(value)


def _positive(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise RequestError("timeout_seconds must be a number above 0")
    return float(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise RequestError("internet must be true or false")
    return value
