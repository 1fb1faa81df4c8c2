"""Whose request it is: the access key that signed it."""

from typing import Any

from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header


def access_key_of(context: Any) -> str | None:
    """Returns the access key of a call, from its header or its presigned URL."""
    query: Any = context.request.args
    headers: Any = context.request.headers
    # LocalStack adds a header of its own where the URL has the key.
    in_url = query.get("X-Amz-Credential") or query.get("x-amz-credential") or query.get("AWSAccessKeyId") or ""
    return in_url.partition("/")[0] or extract_access_key_id_from_auth_header(headers)
