"""What the tests of all AWS services share: names of their own, and refusals."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError


def unique(prefix: str = "t") -> str:
    """A name that no other test has. Its hyphen is not for names of databases."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


@contextmanager
def refused(code: str, message: str = "") -> Iterator[None]:
    """Expects that the service refuses the block's call with this code, and this text in the message."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    assert message in error["Message"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403, 404, 409, 501)
