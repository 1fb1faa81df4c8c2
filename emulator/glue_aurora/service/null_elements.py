"""Answers whose lists have elements that are null, as arrays of the RDS Data API have.

LocalStack drops such elements, so that an array comes back shorter, and its positions move. AWS sends null
(boto/boto3#4508).
"""

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.protocol.serializer import RestJSONResponseSerializer
from localstack.http import Response


class _Serializer(RestJSONResponseSerializer):
    """Writes null for each element that is None, and everything else as LocalStack does."""

    def _serialize_type_list(self, body: dict[str, Any], value: Any, shape: Any, key: str, mime_type: str) -> None:
        super()._serialize_type_list(body, value, shape, key, mime_type)  # type: ignore[no-untyped-call]
        if value is not None and None in value:
            present = iter(body[key])
            body[key] = [None if item is None else next(present) for item in value]


def response(context: RequestContext, answer: Mapping[str, Any]) -> Response:
    """Returns the HTTP response of a service of protocol rest-json."""
    context.service_response = answer  # LocalStack would otherwise read it from the response, for its log.
    written: Response = _Serializer().serialize_to_response(
        answer, context.operation, context.request.headers, context.request_id
    )
    return written
