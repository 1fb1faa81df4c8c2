"""An environment of its own, the state's bucket, and GitHub's roles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from scripts.base.paths import LOCAL
from scripts.environment import lifecycle
from scripts.environment.instance import Instance, Ports
from tests.kit.pipeline import Pipeline, copy_of_clone


@dataclass(frozen=True)
class Roles:
    """The pipeline, and the ARNs of its roles."""

    pipeline: Pipeline
    plan: str
    apply: str


@pytest.fixture(scope="session")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roles]:
    lifecycle.setup("embedded")
    instance = Instance.open(LOCAL / f"test-roles-{os.getpid()}", Ports.free())
    with lifecycle.running(instance, localstack_env={"EMULATOR_PARITY": "enforce"}):
        pipeline = Pipeline(instance, copy_of_clone(tmp_path_factory.mktemp("copy") / "clone"))
        pipeline.make("aws-bootstrap")
        yield Roles(pipeline, **pipeline.make_roles())
