"""What `make parity` shows of a run: decisions by kind, unused rights, the least policy."""

from __future__ import annotations

from typing import Any

import pytest
from glue_aurora.parity.decisions import Decisions
from glue_aurora.parity.identity.caller import Caller
from glue_aurora.parity.identity.judge import judge
from glue_aurora.parity.identity.needs.need import Need
from glue_aurora.parity.identity.policy import Kind, Policy
from glue_aurora.parity.identity.request import Principal, PrincipalKind
from glue_aurora.parity.report import report
from glue_aurora.service.call import Call

pytestmark = pytest.mark.unit

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
SESSION = Principal(PrincipalKind.SESSION, f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", ACCOUNT, ROLE)
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"
STREAM = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:g:log-stream"
RIGHTS = Policy.read(
    Kind.IDENTITY,
    "policy p",
    {
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": ["s3:Get*", "s3:PutObject"],
                "Resource": ["arn:aws:s3:::b/raw/*", "arn:aws:s3:::b/tmp/*"],
            },
            {"Effect": "Allow", "Action": "kms:*", "Resource": "*"},
            {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"},
            {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
        ]
    },
)


def reported(*asked: tuple[str, str, Need]) -> dict[str, Any]:
    decisions = Decisions()
    for service, operation, need in asked:
        call = Call(service, operation, {}, ACCOUNT, "us-east-1")
        decisions.add("AKIA", judge(Caller("AKIA", SESSION, (RIGHTS,)), call, need))
    return report(decisions.of("AKIA"), (RIGHTS,))


def via(service: str) -> Need:
    return Need("kms:Decrypt", KEY, {"kms:viaservice": (f"{service}.us-east-1.amazonaws.com",)}, ("kms:*",))


REPORT = reported(
    ("s3", "GetObject", Need("s3:GetObject", "arn:aws:s3:::b/raw/1.csv")),
    ("s3", "GetObject", Need("s3:GetObject", "arn:aws:s3:::b/raw/1.csv")),
    ("s3", "GetObject", Need("s3:GetObject", "arn:aws:s3:::b/raw/sets/2.csv")),
    ("s3", "GetObject", via("s3")),
    ("secretsmanager", "GetSecretValue", via("secretsmanager")),
    ("logs", "PutLogEvents", Need("logs:PutLogEvents", f"{STREAM}:one")),
    ("s3", "DeleteObject", Need("s3:DeleteObject", "arn:aws:s3:::b/raw/1.csv")),
)


def test_each_decision_counts_once_by_folder() -> None:
    found = [(each["call"], each["resource"], each["count"], each["outcome"]) for each in REPORT["decisions"]]
    assert found[0] == ("s3:GetObject", "arn:aws:s3:::b/raw/*", 3, "allowed")
    assert REPORT["decisions"][0]["by"] == ["statement 'Read' of policy p"]
    assert found[-1] == ("s3:DeleteObject", "arn:aws:s3:::b/raw/1.csv", 1, "refused")
    assert "because no identity-based policy allows the s3:DeleteObject action" in REPORT["decisions"][-1]["reason"]


def test_unused_rights_are_actions_and_resources_that_allowed_nothing() -> None:
    assert REPORT["unused"] == [
        {
            "policy": "policy p",
            "statement": "statement 'Read'",
            "actions": ["s3:PutObject"],
            "resources": ["arn:aws:s3:::b/tmp/*"],
        },
        {"policy": "policy p", "statement": "statement 4", "actions": ["sqs:*"], "resources": []},
    ]


def test_the_least_policy_allows_what_was_used_and_joins_services_of_a_key() -> None:
    services = ["s3.us-east-1.amazonaws.com", "secretsmanager.us-east-1.amazonaws.com"]
    assert REPORT["least_policy"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": [KEY],
            "Condition": {"StringEquals": {"kms:ViaService": services}},
        },
        {"Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": [f"{STREAM}:*"]},
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/raw/*"]},
    ]


def test_nothing_is_reported_of_somebody_who_asked_for_nothing() -> None:
    assert reported()["decisions"] == []
    assert reported()["least_policy"]["Statement"] == []
