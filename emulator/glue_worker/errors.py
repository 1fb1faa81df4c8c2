"""Errors of the agent. Each has a cause and a remedy."""

from __future__ import annotations


class WorkerError(Exception):
    """Root of the agent's errors. `cause` says what is wrong, and `remedy` says what to do."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause, remedy)
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.cause} ({self.remedy})" if self.remedy else self.cause


class ConfigError(WorkerError):
    """The agent's environment is incomplete or wrong. The agent does not start."""


class RequestError(WorkerError):
    """The agent can't serve a request. `status` is the HTTP status of the answer."""

    status = 400

    def __init__(self, cause: str, remedy: str = "CONTRACT.md of localstack-glue-aurora describes the request") -> None:
        super().__init__(cause, remedy)


class UnknownRunError(RequestError):
    status = 404

    def __init__(self, run_id: str) -> None:
        super().__init__(f"run {run_id} is not known to this worker", "it was restarted: start the run again")


class DuplicateRunError(RequestError):
    status = 409

    def __init__(self, run_id: str) -> None:
        super().__init__(f"run {run_id} exists already", "give each run an id of its own")


class RunAliveError(RequestError):
    """The agent was asked to forget a run, and the run has not ended in time."""

    status = 409

    def __init__(self, run_id: str, seconds: float) -> None:
        super().__init__(
            f"run {run_id} is still alive {seconds:g} s after the agent asked it to end", "send the request again"
        )


class EndpointError(RequestError):
    """The endpoint that the jobs use has no address now."""

    status = 503


class LaunchError(WorkerError):
    """The agent could not prepare a run's files or modules. The run fails before its script begins.

    Glue's own ErrorMessage of such a run begins with `LAUNCH ERROR | `.
    """

    def __str__(self) -> str:
        return f"LAUNCH ERROR | {super().__str__()}"


class ModuleInstallError(LaunchError):
    """The agent can't install `--additional-python-modules`.

    The wording is Glue's, as seen on AWS: `LAUNCH ERROR | Installation of Additional Python Modules failed: ERROR:
    Invalid requirement: '<7.0'`.
    """

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"Installation of Additional Python Modules failed: {reason}", remedy)


class Interrupted(WorkerError):
    """The run ends before its script does. `state` is the run's last state, `message` its error message."""

    def __init__(self, state: str, message: str | None) -> None:
        super().__init__(message or state, "")  # the message, which a run has as its own, names the remedy
        self.state = state
        self.message = message
