"""Makes a LocalStack service out of handlers, with an honest answer for every operation that has none."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import RequestContext, ServiceException
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.plugins import Service, ServiceLifecycleHook

from glue_aurora.service.errors import ApiError, EmulatorError, NotSupportedError

LOG = logging.getLogger(__name__)

Handler = Callable[[RequestContext, Mapping[str, Any]], Mapping[str, Any] | None]


def create_service(
    name: str, handlers: Mapping[str, Handler], lifecycle_hook: ServiceLifecycleHook | None = None
) -> Service:
    """Service `name` that answers the operations of `handlers` and 501 (NotSupportedError) to all others.

    What fails in a handler is answered with 501 as well, and its reason: a 500 would be asked again for minutes by
    boto3 and Terraform before they show it, and a statement that may have run would run again.

    Raises ValueError when a handler's name is no operation of the service's botocore model.
    """
    model = load_service(name)
    unknown = set(handlers) - set(model.operation_names)
    if unknown:
        raise ValueError(f"no operations of {name}: {sorted(unknown)}")
    table: dict[str, Handler] = {operation: _not_supported(name, operation) for operation in model.operation_names}
    table.update({operation: _answering(name, handler) for operation, handler in handlers.items()})
    return Service(name, skeleton=Skeleton(model, table), lifecycle_hook=lifecycle_hook or ServiceLifecycleHook())


def _not_supported(service: str, operation: str) -> Handler:
    def refuse(context: RequestContext, request: Mapping[str, Any]) -> None:
        raise NotSupportedError(f"{service}:{operation}")

    return refuse


def _answering(service: str, handler: Handler) -> Handler:
    def answer(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            return handler(context, request or {})
        except ServiceException:
            raise
        except EmulatorError as error:
            raise ApiError("EmulatorFailure", str(error), status_code=501) from error
        except Exception as error:
            LOG.exception("%s:%s failed", service, context.operation.name if context.operation else "")
            message = f"The emulator failed: {type(error).__name__}: {error}. Its log has the details."
            raise ApiError("EmulatorFailure", message, status_code=501) from error

    return answer
