"""Errors of the plugin.

Two families: `EmulatorError` for what is wrong with the emulator itself (settings, worker, database), and
`ApiError` for what an AWS client sees as an answer. `NotSupportedError` is the answer to a request that AWS would take
and this emulator does not.
"""

from localstack.aws.api import CommonServiceException


class EmulatorError(Exception):
    """Something is wrong with the emulator, not with the request. Says the cause and the remedy."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(f"{cause} {remedy}")
        self.cause = cause
        self.remedy = remedy


class SettingError(EmulatorError):
    """An environment variable of the emulator is missing or wrong."""


class WorkerError(EmulatorError):
    """The worker agent cannot be reached or gave an answer that makes no sense."""


class DatabaseError(EmulatorError):
    """The PostgreSQL that stands in for Aurora cannot be reached or refused a statement."""


class ApiError(CommonServiceException):
    """An AWS error answer: `code` as the service names it, HTTP status 400 unless another is given.

    `remedy` says what to change, after AWS's sentence.
    """

    def __init__(self, code: str, message: str, status_code: int = 400, *, remedy: str = "") -> None:
        said = f"{message} (emulator) {remedy}" if remedy else message
        super().__init__(code, said, status_code=status_code, sender_fault=True)


class NotSupportedError(ApiError):
    """AWS has this, the emulator has not: HTTP 501, which neither boto3 nor the Go SDK (Terraform) retries.

    Both retry 500, 502, 503 and 504 only (botocore/retries/standard.py, aws-sdk-go-v2/aws/retry/standard.go).
    """

    def __init__(
        self, what: str, remedy: str = "In localstack-glue-aurora (folder emulator/), README.md lists what works."
    ) -> None:
        super().__init__(
            "NotSupportedByEmulator", f"{what} is not supported by this emulator. {remedy}", status_code=501
        )
