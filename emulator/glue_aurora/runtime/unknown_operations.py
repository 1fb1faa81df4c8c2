"""Answers 501 to an operation or a service that LocalStack's models do not know.

LocalStack's botocore is older than a client's can be. LocalStack answers an unknown operation with HTTP 500, which
boto3 and Terraform repeat, and does not name it. It takes a request to an unknown service for one to S3: the answer is
`NoSuchBucket`, or a PUT makes a bucket and succeeds.
"""

# LocalStack's `patch` has no types.
# mypy: disable-error-code="no-untyped-call"

from typing import Any

from botocore.exceptions import UnknownServiceError
from localstack.aws.api import RequestContext
from localstack.aws.handlers.service import ServiceExceptionSerializer, ServiceNameParser
from localstack.aws.protocol.parser import RequestParserError
from localstack.aws.protocol.serializer import create_serializer
from localstack.http import Response
from localstack.utils.patch import patch

from glue_aurora.service.errors import NotSupportedError

# Names in a request's signature that belong to S3.
_SIGNED_FOR_S3 = ("s3", "s3express", "s3-object-lambda", "s3-outposts")


def apply_patches() -> None:
    """Corrects LocalStack's handlers of service names and of exceptions in this process."""

    @patch(ServiceNameParser.__call__)
    def _call(fn: Any, self: ServiceNameParser, chain: Any, context: RequestContext, response: Response) -> None:
        signed_for = _signed_for(context)
        try:
            fn(self, chain, context, response)
        except UnknownServiceError:
            _refuse_service(chain, response, signed_for or "the service")
            return
        taken_for_s3 = context.service is not None and context.service.service_name == "s3"
        if taken_for_s3 and signed_for and signed_for not in _SIGNED_FOR_S3:
            context.service = None
            _refuse_service(chain, response, signed_for)

    @patch(ServiceExceptionSerializer.create_exception_response)
    def _create_exception_response(
        fn: Any, self: ServiceExceptionSerializer, exception: Exception, context: RequestContext
    ) -> Any:
        if context.service and not context.operation and isinstance(exception, RequestParserError):
            name = _operation_of(context)
            if name not in context.service.operation_names:
                return _refused(context, name)
        return fn(self, exception, context)


def _signed_for(context: RequestContext) -> str | None:
    """Returns the service of the signature's credential scope: `…/<region>/<service>/aws4_request`."""
    scope = str(context.request.headers.get("Authorization", "")).partition("Credential=")[2].partition(",")[0]
    parts = scope.strip().split("/")
    return parts[-2] if len(parts) >= 5 else None


def _refuse_service(chain: Any, response: Response, service: str) -> None:
    error = NotSupportedError(service)
    response.status_code = error.status_code
    response.set_json({"__type": error.code, "message": error.message})
    response.headers["x-amzn-errortype"] = error.code
    chain.stop()


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
