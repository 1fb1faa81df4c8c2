"""Makes a LocalStack service out of handlers, with an honest answer for every operation that has none."""

from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.plugins import Service, ServiceLifecycleHook

from glue_aurora.errors import NotSupportedError

Handler = Callable[[RequestContext, Mapping[str, Any]], Mapping[str, Any] | None]


def create_service(
    name: str, handlers: Mapping[str, Handler], lifecycle_hook: ServiceLifecycleHook | None = None
) -> Service:
    """Service `name` that answers the operations of `handlers` and 501 (NotSupportedError) to all others.

    Raises ValueError when a handler's name is no operation of the service's botocore model.
    """
    model = load_service(name)
    unknown = set(handlers) - set(model.operation_names)
    if unknown:
        raise ValueError(f"no operations of {name}: {sorted(unknown)}")
    table: dict[str, Handler] = {operation: _not_supported(name, operation) for operation in model.operation_names}
    table.update(handlers)
    return Service(name, skeleton=Skeleton(model, table), lifecycle_hook=lifecycle_hook or ServiceLifecycleHook())


def _not_supported(service: str, operation: str) -> Handler:
    def refuse(context: RequestContext, request: Mapping[str, Any]) -> None:
        raise NotSupportedError(f"{service}:{operation}")

    return refuse
