"""Services of LocalStack that hand their work to another program, which this LocalStack may lack.

LocalStack reports them as available. It downloads the program, or starts a container, when the first request comes.
Here a service without its program is `disabled` in /_localstack/health, and each of its operations answers 501 with
the reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localstack.aws import handlers
from localstack.services.plugins import SERVICE_PLUGINS, Service, ServiceContainer, ServiceState

from glue_aurora.service.errors import NotSupportedError

REMEDY = "LIMITS.md of localstack-glue-aurora says what each service needs."


@dataclass(frozen=True)
class Backend:
    """The program that does the work of some services."""

    what: str
    """The program, as the reason of a refusal names it."""
    present: Callable[[], bool]
    services: tuple[str, ...]


def _has_dynamodb() -> bool:
    from localstack.services.dynamodb.packages import dynamodblocal_package

    return bool(dynamodblocal_package.get_installer().is_installed())


def _has_kinesis() -> bool:
    from localstack.services.kinesis.packages import kinesismock_package

    return bool(kinesismock_package.get_installer().is_installed())


def _has_opensearch() -> bool:
    from localstack.services.opensearch.packages import opensearch_package

    return bool(opensearch_package.get_installer().is_installed())


def _has_lambda() -> bool:
    from localstack.services.lambda_.packages import lambda_runtime_package
    from localstack.utils.docker_utils import DOCKER_CLIENT

    return bool(lambda_runtime_package.get_installer().is_installed() and DOCKER_CLIENT.has_docker())


def _has_transcribe() -> bool:
    from localstack.packages.ffmpeg import ffmpeg_package
    from localstack.services.transcribe.packages import vosk_package

    return bool(ffmpeg_package.get_installer().is_installed() and vosk_package.get_installer().is_installed())


BACKENDS = (
    Backend("DynamoDB Local (a Java archive)", _has_dynamodb, ("dynamodb", "dynamodbstreams")),
    Backend("kinesis-mock (a Node.js program)", _has_kinesis, ("kinesis",)),
    Backend("an OpenSearch server", _has_opensearch, ("opensearch", "es")),
    Backend("Docker and Lambda's runtime", _has_lambda, ("lambda",)),
    Backend("Vosk and FFmpeg", _has_transcribe, ("transcribe",)),
    # No LocalStack of the Community edition has one: its Redshift keeps descriptions of clusters that nobody can reach.
    Backend("a data warehouse", lambda: False, ("redshift",)),
)


def disable_services_without() -> None:
    """Disables the services whose backend is missing. Runs once, before LocalStack takes requests."""
    missing = {name: backend.what for backend in BACKENDS if not backend.present() for name in backend.services}
    for name in missing:
        # LocalStack takes a service from here, and loads none of that name later.
        SERVICE_PLUGINS._services[name] = ServiceContainer(Service(name, start=None), ServiceState.DISABLED)
    handlers.serve_custom_service_request_handlers.append(_Refusal(missing))


class _Refusal:
    """A handler of LocalStack's chain. It runs before the chain looks for the service."""

    def __init__(self, missing: Mapping[str, str]) -> None:
        self._missing = missing

    def __call__(self, chain: Any, context: Any, response: Any) -> None:
        if context.service and context.service.service_name in self._missing:
            name = context.service.service_name
            operation = f"{name}:{context.operation.name}" if context.operation else name
            raise NotSupportedError(operation, f"It needs {self._missing[name]}, which this LocalStack lacks. {REMEDY}")
