"""Answers 501 to an operation that LocalStack's models do not know.

LocalStack's botocore is older than a client's can be. LocalStack answers InternalError with HTTP 500 then, which boto3
and Terraform repeat, and does not name the operation.
"""

# LocalStack's `patch` has no types.
# mypy: disable-error-code="no-untyped-call"

from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.handlers.service import ServiceExceptionSerializer
from localstack.aws.protocol.parser import RequestParserError
from localstack.aws.protocol.serializer import create_serializer
from localstack.utils.patch import patch

from glue_aurora.service.errors import NotSupportedError


def apply_patch() -> None:
    """Corrects LocalStack's handler of exceptions in this process."""

    @patch(ServiceExceptionSerializer.create_exception_response)
    def _create_exception_response(
        fn: Any, self: ServiceExceptionSerializer, exception: Exception, context: RequestContext
    ) -> Any:
        if context.service and not context.operation and isinstance(exception, RequestParserError):
            name = _operation_of(context)
            if name not in context.service.operation_names:
                return _refused(context, name)
        return fn(self, exception, context)


def _refused(context: RequestContext, name: str) -> Any:
    service: Any = context.service
    error = context.service_exception = NotSupportedError(f"{service.service_name}:{name}")
    # The serializer asks for an operation, and an error looks the same for all of them.
    operation = service.operation_model(service.operation_names[0])
    serializer = create_serializer(service, context.protocol)
    return serializer.serialize_error_to_response(error, operation, context.request.headers, context.request_id)


def _operation_of(context: RequestContext) -> str:
    """Returns the operation's name as the request has it, or its method and path where only they tell."""
    request = context.request
    target = request.headers.get("X-Amz-Target")
    if target:
        return str(target).rpartition(".")[2]
    return str(request.values.get("Action") or f"{request.method} {request.path}")
