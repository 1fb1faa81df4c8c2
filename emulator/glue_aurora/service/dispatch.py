"""Makes a LocalStack service out of handlers, with an honest answer for every operation that has none."""

import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import Shape
from localstack.aws.api import RequestContext, ServiceException
from localstack.aws.spec import load_service
from localstack.services.plugins import Service, ServiceLifecycleHook

from glue_aurora.service import null_elements
from glue_aurora.service.errors import ApiError, EmulatorError, NotSupportedError
from glue_aurora.service.nulls import without_nothing
from glue_aurora.service.stores import StateProvider, Stores
from glue_aurora.service.validation import ModelRules

LOG = logging.getLogger(__name__)

Handler = Callable[[RequestContext, Mapping[str, Any]], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Definition:
    """A service: its operations, and how it speaks."""

    name: str
    """Name of the service's botocore model."""
    handlers: Mapping[str, Handler]
    """Operations that the service answers. The first line of a handler's docstring is its note in README.md."""
    stores: Stores[Any] | None = None
    """Where the service keeps its resources. A handler runs while it holds the lock of the request's store."""
    unlocked: frozenset[str] = frozenset()
    """Operations whose handlers take the lock themselves, because they call another service in between."""
    model_rules: ModelRules = field(default_factory=ModelRules)
    null_elements: bool = False
    """Whether lists in the service's answers may have elements that are null."""


def create_service(definition: Definition, lifecycle_hook: ServiceLifecycleHook | None = None) -> Service:
    """Returns a service that answers its handlers' operations, and 501 (NotSupportedError) to all others.

    A request is checked against the service's model before its handler sees it, and has no member that is None. What
    fails in a handler is answered with 501 as well, and its reason: boto3 and Terraform would repeat a 500 for minutes
    before they show it, and a statement that may have run would run again.

    Raises:
        ValueError: a handler's name is no operation of the service's botocore model.
    """
    model = load_service(definition.name)
    unknown = (set(definition.handlers) | definition.unlocked) - set(model.operation_names)
    if unknown:
        raise ValueError(f"no operations of {definition.name}: {sorted(unknown)}")
    table: dict[str, Any] = {
        operation: _answering(definition, operation, model.operation_model(operation).input_shape)
        if operation in definition.handlers
        else _not_supported(definition.name, operation)
        for operation in model.operation_names
    }
    return Service.for_provider(
        StateProvider(definition.name, definition.stores),
        dispatch_table_factory=lambda provider: table,
        service_lifecycle_hook=lifecycle_hook or ServiceLifecycleHook(),
    )


def _not_supported(service: str, operation: str) -> Handler:
    def refuse(context: RequestContext, request: Mapping[str, Any]) -> None:
        raise NotSupportedError(f"{service}:{operation}")

    return refuse


def _answering(definition: Definition, operation: str, shape: Shape | None) -> Handler:
    handler, stores = definition.handlers[operation], definition.stores
    locked = stores is not None and operation not in definition.unlocked

    def answer(context: RequestContext, request: Mapping[str, Any]) -> Any:
        try:
            clean = without_nothing(request or {})
            definition.model_rules.check(shape, clean)
            with stores.of(context).lock if locked and stores is not None else contextlib.nullcontext():
                result = handler(context, clean)
            return null_elements.response(context, result or {}) if definition.null_elements else result
        except ServiceException:
            raise
        except EmulatorError as error:
            raise ApiError("EmulatorFailure", str(error), status_code=501) from error
        except Exception as error:
            LOG.exception("%s:%s failed", definition.name, operation)
            message = f"The emulator failed: {type(error).__name__}: {error}. Its log has the details."
            raise ApiError("EmulatorFailure", message, status_code=501) from error

    return answer
