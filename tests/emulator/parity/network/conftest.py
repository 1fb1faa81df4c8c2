"""A network from which runs start."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.glue import GlueKit
from tests.kit.glue_network import Network, create_network


@pytest.fixture(scope="module")
def kit(environment: Any) -> GlueKit:
    return GlueKit(environment.client)


@pytest.fixture
def network(kit: GlueKit) -> Network:
    """Returns a network in which a run starts and reaches S3, and nothing else."""
    found = create_network(kit)
    found.open_all_tcp()
    found.add_s3_endpoint(found.main_table())
    return found
