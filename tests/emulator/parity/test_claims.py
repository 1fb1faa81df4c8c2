"""Every claim about AWS, asked of the emulator: it answers as claimed, and as AWS did where that is recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts.base.isolation import ACCOUNT, REGION
from scripts.claims import asking, recordings
from scripts.claims.catalogue import ALL
from scripts.claims.claim import Claim
from scripts.claims.place import Place
from scripts.claims.run import stage as staged
from scripts.claims.stage import Stage
from tests.emulator.conftest import Environment

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def place(environment: Environment) -> Place:
    return Place(ACCOUNT, REGION, f"arn:aws:iam::{ACCOUNT}:root", environment.endpoint_url)


@pytest.fixture(scope="module")
def stage(place: Place) -> Iterator[Stage]:
    with staged(place, print) as made:
        yield made  # an error says what stays


@pytest.mark.parametrize("claim", ALL, ids=lambda claim: claim.name)
def test_the_emulator_says_what_it_claims(stage: Stage, claim: Claim) -> None:
    answer = asking.ask(claim, stage)
    recorded = recordings.read().get(claim.name)
    if recorded is None:
        assert claim.fault(answer) == ""
    assert list(recordings.differences(claim, answer, recorded)) == []
