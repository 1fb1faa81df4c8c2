"""The catalogue of claims, their recordings and their page, without any server."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from pathlib import Path

import pytest

from scripts.base.errors import CommandError
from scripts.claims import asking, catalogue, names, page, price, recordings
from scripts.claims import run as runs
from scripts.claims.claim import Answer, Claim
from scripts.claims.leftovers import KINDS
from scripts.claims.place import Place
from scripts.claims.stage import Stage
from scripts.claims.things import ROLES, THINGS

pytestmark = pytest.mark.unit

CLAIM = next(claim for claim in catalogue.ALL if claim.name == "iam-managed-6145")
SAID = Answer(CLAIM.code, CLAIM.sentence)


def test_the_page_is_in_step_with_the_claims() -> None:
    assert page.FILE.read_text() == page.text(), "make format writes docs/aws_parity.md"


def test_names_of_claims_are_unique_and_each_claim_says_its_doubt_and_source() -> None:
    found = [claim.name for claim in catalogue.ALL]
    assert len(found) == len(set(found)) >= 40
    for claim in catalogue.ALL:
        assert claim.says and claim.doubt and claim.source, claim.name
        assert claim.asked_by in {"", *ROLES}, claim.name


def test_what_costs_by_time_is_asked_for_only_by_those_with_keys_but_for_one_secret() -> None:
    claims = catalogue.chosen("", with_keys=False)
    things = {thing for claim in claims for thing in asking.needs(claim)}
    assert {thing for thing in things if THINGS[thing].price} == {"secret"}
    assert Decimal(0) < price.upper_bound(claims) < Decimal("0.02") < Decimal(1)
    assert not any("NAT" in THINGS[thing].what or "cluster" in THINGS[thing].what for thing in THINGS)


def test_a_request_to_rds_can_make_no_cluster() -> None:
    """Each has a second fault: a subnet group that nobody has."""
    for claim in catalogue.ALL:
        if claim.operation == "CreateDBCluster":
            assert asking.shape(claim)["DBSubnetGroupName"] == "letrus-aws-parity-none", claim.name


def test_no_claim_starts_a_run_or_makes_what_bills_by_the_hour() -> None:
    asked = {claim.operation for claim in catalogue.ALL}
    assert not asked & {"CreateNatGateway", "CreateDBInstance", "RunInstances", "AllocateAddress"}
    for claim in catalogue.ALL:
        if claim.operation == "StartJobRun":
            assert asking.shape(claim) == {"JobName": "{prefix}-none"}, claim.name
        if claim.operation == "CreateVpcEndpoint":
            assert asking.shape(claim)["VpcEndpointType"] == "Gateway", claim.name


def test_recordings_in_the_repository_tell_no_account_and_belong_to_a_claim() -> None:
    known = {claim.name for claim in catalogue.ALL}
    for name, recording in recordings.read().items():
        assert name in known
        assert names.tells(json.dumps(dataclasses.asdict(recording))) == []


def test_unknown_claims_are_refused() -> None:
    with pytest.raises(CommandError, match="there is no claim no-such"):
        catalogue.chosen("no-such,denied-s3-get", with_keys=False)


def test_things_of_every_kind_can_be_found_again() -> None:
    assert {thing.kind for thing in THINGS.values()} <= {kind.what for kind in KINDS}
    assert {kind.service for kind in KINDS} >= {
        claim.service
        for claim in catalogue.ALL
        if claim.operation.startswith(("Create", "Put")) and claim.operation not in ("PutObject", "PutRetentionPolicy")
    }


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("User: arn:aws:iam::123456789012:user/me", "User: arn:aws:iam::{account}:user/me"),
        ("AKIAIOSFODNN7EXAMPLE", "{id}"),
        ("id 6f9619ff-8b86-d011-b42d-00cf4fc964ff.", "id {uuid}"),
        ("letrus-aws-parity-0123abcd-role", "{prefix}-role"),
        ("no. Encoded authorization failure message: x_Y-z", "no. Encoded authorization failure message: {encoded}"),
        ("AWS's sentence. (emulator) Ours.", "AWS's sentence"),
    ],
)
def test_a_recording_tells_neither_account_nor_run(said: str, left: str) -> None:
    assert names.redacted(said, {}) == left
    assert names.tells(left) == []


def test_a_recording_is_written_and_read_and_an_altered_one_differs(tmp_path: Path) -> None:
    recordings.write(tmp_path, recordings.of(CLAIM, SAID, recordings.AWS, "us-east-1"))
    (recorded,) = recordings.read(tmp_path).values()
    assert recorded.answer == SAID
    assert list(recordings.differences(CLAIM, SAID, recorded)) == []
    for changed in ({"code": "Throttling"}, {"sentence": "something else"}):
        altered = dataclasses.replace(recorded, **changed)
        assert next(iter(changed.values())) in next(iter(recordings.differences(CLAIM, SAID, altered)))
    only_code = dataclasses.replace(CLAIM, sentence="")
    assert list(recordings.differences(only_code, SAID, dataclasses.replace(recorded, sentence="x"))) == []


def test_a_rehearsals_recording_does_not_pass_for_aws(tmp_path: Path) -> None:
    recordings.write(tmp_path, recordings.of(CLAIM, SAID, recordings.EMULATOR, "us-east-1"))
    with pytest.raises(CommandError, match="is not what AWS said"):
        recordings.read(tmp_path)


def test_an_answer_that_tells_the_account_is_not_recorded() -> None:
    with pytest.raises(CommandError, match="would contain 123456789012"):
        recordings.of(CLAIM, Answer("X", "account 123456789012"), recordings.AWS, "us-east-1")


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (SAID, ""),
        (Answer("", ""), "accepted"),
        (Answer("Other", CLAIM.sentence), "Other"),
        (Answer(CLAIM.code, "other words"), "lacks"),
    ],
)
def test_an_answer_is_compared_with_the_claim(answer: Answer, fault: str) -> None:
    said = CLAIM.fault(answer)
    assert fault in said if fault else said == ""


def test_the_shape_of_a_request_has_no_long_texts() -> None:
    def longest(claim: Claim) -> int:
        return len(json.dumps(asking.shape(claim)))

    assert max(map(longest, catalogue.ALL)) < 2000


@pytest.mark.parametrize(
    ("code", "sure", "asked_by", "settled"),
    [
        ("ThrottlingException", True, "", False),
        ("ExpiredToken", True, "nobody", False),
        ("AccessDenied", False, "", False),
        ("AccessDenied", True, "", True),
        ("UnauthorizedOperation", False, "nobody", True),
        ("InvalidParameterValue", False, "", True),
    ],
)
def test_an_answer_about_the_callers_rights_or_the_moment_settles_nothing(
    tmp_path: Path, code: str, sure: bool, asked_by: str, settled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "ask", lambda claim, stage: Answer(code, "said"))
    place = Place("123456789012", "us-east-1", "arn:aws:iam::123456789012:user/me")
    asked = runs.Run(place, tmp_path, replace=sure).ask(Stage(place), dataclasses.replace(CLAIM, asked_by=asked_by))
    assert asked.recorded is settled and list(tmp_path.iterdir()) == ([tmp_path / f"{CLAIM.name}.json"] * settled)
    assert ("not settled" in asked.fault) is not settled
