"""The address that a job gets for the endpoint."""

from __future__ import annotations

import pytest
from glue_worker.endpoint import with_address
from glue_worker.errors import EndpointError

pytestmark = pytest.mark.unit


def test_name_becomes_an_address_with_which_sdks_use_path_style() -> None:
    assert with_address("http://localhost:4566") == "http://127.0.0.1:4566"


@pytest.mark.parametrize("url", ["http://127.0.0.1:4566", "https://localhost:4566"])
def test_address_stays_and_so_does_a_name_that_a_certificate_has(url: str) -> None:
    assert with_address(url) == url


def test_name_without_an_address_is_named() -> None:
    with pytest.raises(EndpointError, match=r"nobody\.invalid"):
        with_address("http://nobody.invalid:4566")
