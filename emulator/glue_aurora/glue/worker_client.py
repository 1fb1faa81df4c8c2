"""HTTP client of the worker agent (CONTRACT.md of the plugin, "HTTP between plugin and worker")."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

import requests

from glue_aurora import config
from glue_aurora.glue import run_states
from glue_aurora.service.errors import WorkerError

CONNECT_SECONDS = 5
ANSWER_SECONDS = 10
# The agent needs up to 22 s to kill a process tree and to write the last log lines.
FORGET_SECONDS = 25


class RunUnknownError(WorkerError):
    """The worker agent does not know the run: the agent was restarted, or it gave the run up."""


@dataclass(frozen=True)
class WorkerRun:
    """A run as the worker agent reports it."""

    version: int
    state: str
    error_message: str | None
    note: str | None
    started_at: datetime | None
    ended_at: datetime | None


class WorkerClient:
    """A client for one run. Threads must not share it.

    Every method raises WorkerError, or SettingError when the worker's settings are missing.
    """

    def __init__(self) -> None:
        settings = config.worker()
        self._url = settings.url
        self._session = requests.Session()
        # A proxy of the environment must not see requests to the loopback address.
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {settings.token}"

    def __enter__(self) -> "WorkerClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def submit(self, body: Mapping[str, Any]) -> WorkerRun:
        """Starts a run and returns it."""
        return _run(self._request("POST", "/runs", HTTPStatus.CREATED, json=body))

    def wait(self, run_id: str, after: int, wait_seconds: float) -> WorkerRun:
        """Returns the run when its version is above `after`, or as it is after `wait_seconds`."""
        parameters = {"after": after, "wait_seconds": wait_seconds}
        answer = self._request(
            "GET", f"/runs/{run_id}", HTTPStatus.OK, params=parameters, answer_seconds=wait_seconds + ANSWER_SECONDS
        )
        return _run(answer)

    def stop(self, run_id: str) -> None:
        """Asks for the end of a run; it ends as STOPPED."""
        self._request("POST", f"/runs/{run_id}/stop", HTTPStatus.ACCEPTED)

    def forget(self, run_id: str, wait_seconds: float = FORGET_SECONDS) -> None:
        """Kills a run if it is alive and removes its folder; the agent waits `wait_seconds` for the run's end."""
        self._request(
            "DELETE",
            f"/runs/{run_id}",
            HTTPStatus.NO_CONTENT,
            params={"wait_seconds": wait_seconds},
            answer_seconds=wait_seconds + ANSWER_SECONDS,
        )

    def forget_all(self, wait_seconds: float = FORGET_SECONDS) -> None:
        """Kills every run that the agent knows; the agent waits `wait_seconds` for their end."""
        self._request(
            "DELETE",
            "/runs",
            HTTPStatus.NO_CONTENT,
            params={"wait_seconds": wait_seconds},
            answer_seconds=wait_seconds + ANSWER_SECONDS,
        )

    def _request(
        self, method: str, path: str, expected: HTTPStatus, answer_seconds: float = ANSWER_SECONDS, **options: Any
    ) -> requests.Response:
        remedy = "See the worker agent's log, and that EMULATOR_WORKER_URL points to it."
        try:
            answer = self._session.request(
                method, self._url + path, timeout=(CONNECT_SECONDS, answer_seconds), allow_redirects=False, **options
            )
        except requests.RequestException as error:
            # The exception's own text holds the URL and a memory address; its kind says enough.
            raise WorkerError(f"The Glue worker agent does not answer ({type(error).__name__}).", remedy) from error
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise RunUnknownError(
                "The Glue worker agent does not know this run; the agent was probably restarted.", remedy
            )
        if answer.status_code != expected:
            raise WorkerError(f"The Glue worker agent answered {answer.status_code}: {_reason(answer)}.", remedy)
        return answer


def _reason(answer: requests.Response) -> str:
    try:
        return str(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        return answer.reason or "no reason given"


def _run(answer: requests.Response) -> WorkerRun:
    try:
        body = answer.json()
        if body["state"] not in run_states.AT_WORKER:
            raise ValueError(body["state"])
        return WorkerRun(
            version=int(body["version"]),
            state=body["state"],
            error_message=body.get("error_message"),
            note=body.get("note"),
            started_at=_time(body.get("started_at")),
            ended_at=_time(body.get("ended_at")),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise WorkerError(
            f"The Glue worker agent's answer is not a run ({type(error).__name__}: {error}).",
            "The plugin and the agent must be of one version.",
        ) from error


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
