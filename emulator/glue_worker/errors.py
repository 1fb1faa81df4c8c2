"""Errors of the agent: each carries its cause and, where there is one, the remedy."""

from __future__ import annotations


class WorkerError(Exception):
    """Root of the agent's errors. ``cause`` says what is wrong, ``remedy`` what to do about it."""

    def __init__(self, cause: str, remedy: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.cause} ({self.remedy})" if self.remedy else self.cause


class ConfigError(WorkerError):
    """The agent's environment is incomplete or wrong; it does not start."""


class RequestError(WorkerError):
    """A request can't be served. ``status`` is its HTTP status."""

    status = 400


class UnknownRunError(RequestError):
    status = 404

    def __init__(self, run_id: str) -> None:
        super().__init__(f"run {run_id} is not known to this worker")


class DuplicateRunError(RequestError):
    status = 409

    def __init__(self, run_id: str) -> None:
        super().__init__(f"run {run_id} exists already")


class RunAliveError(RequestError):
    """A run was to be forgotten and does not end."""

    status = 409

    def __init__(self, run_id: str, seconds: float) -> None:
        super().__init__(f"run {run_id} has not ended {seconds:g} s after it was told to; ask again")


class EndpointError(RequestError):
    """The endpoint that the jobs use can't be found now."""

    status = 503


class LaunchError(WorkerError):
    """A run's files or modules could not be prepared: the run fails before its script begins.

    Glue words these ``LAUNCH ERROR | …`` in the run's ErrorMessage.
    """

    def __str__(self) -> str:
        return f"LAUNCH ERROR | {super().__str__()}"


class ModuleInstallError(LaunchError):
    """``--additional-python-modules`` can't be installed.

    The wording is Glue's; seen on AWS: ``LAUNCH ERROR | Installation of Additional Python Modules failed: ERROR:
    Invalid requirement: '<7.0'``.
    """

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"Installation of Additional Python Modules failed: {reason}", remedy)


class Interrupted(WorkerError):
    """The run ends before its script does. ``state`` is the state that it ends in, ``message`` its error message."""

    def __init__(self, state: str, message: str | None) -> None:
        super().__init__(message or state)
        self.state = state
        self.message = message
