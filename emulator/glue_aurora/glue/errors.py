"""Error answers of AWS Glue. Each message is made here, once.

Wordings marked [AWS] were seen from the service itself; the others are ours, with the service's code.
"""

from glue_aurora.service.errors import ApiError


class InvalidInputError(ApiError):
    """The request is well formed and AWS Glue refuses its content. `remedy` says what to change."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__("InvalidInputException", message, remedy=remedy)


class UnsupportedValueError(InvalidInputError):
    """AWS Glue takes this value and the emulator does not."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} is not supported by this emulator (AWS Glue has it). {remedy}")


class EntityNotFoundError(ApiError):
    """What the request names does not exist."""

    def __init__(self, message: str) -> None:
        super().__init__("EntityNotFoundException", message)


class JobNotFoundError(EntityNotFoundError):
    """[AWS] The job does not exist."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Job with name: {name} not found.")


class AlreadyExistsError(ApiError):
    """The name is taken."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__("AlreadyExistsException", f"{kind} with name {name} already exists.")


class IdempotentParameterMismatchError(ApiError):
    """A create request for an existing name differs from the request that made it."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(
            "IdempotentParameterMismatchException",
            f"{kind} with name {name} was already submitted with other parameters.",
        )


class ConcurrentRunsExceededError(ApiError):
    """[AWS] The job runs as often as it may."""

    def __init__(self, job_name: str) -> None:
        super().__init__("ConcurrentRunsExceededException", f"Concurrent runs exceeded for {job_name}")


class RunFailure(Exception):
    """A run ends FAILED before its script starts. The text says why; it is no answer to a request."""


class NetworkFailure(RunFailure):
    """The run's network does not reach what the run needs. The text is what the script's library would say."""


def launch_failure(job_name: str, run_id: str, reason: str) -> str:
    """[AWS] Returns the ErrorMessage of a run that could not be launched."""
    return f"JobName:{job_name} and JobRunId:{run_id} failed to execute with exception {reason}"
