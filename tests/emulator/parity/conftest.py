from __future__ import annotations

import pytest

from tests.emulator.conftest import Environment
from tests.kit.identity import IdentityKit


@pytest.fixture(scope="session")
def identity(environment: Environment) -> IdentityKit:
    return IdentityKit(environment.client, environment.endpoint_url)
