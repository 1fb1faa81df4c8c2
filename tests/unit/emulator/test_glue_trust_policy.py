"""Trust policies: which let AWS Glue assume the role."""

from __future__ import annotations

from typing import Any

import pytest
from glue_aurora.glue import trust_policy
from glue_aurora.parity.identity.evaluator import Decision

pytestmark = pytest.mark.unit

JOB = "arn:aws:glue:us-east-1:123456789012:job/etl"
ROLE = "arn:aws:iam::123456789012:role/etl"
GLUE = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}


DENY = {**GLUE, "Effect": "Deny"}


def judge(policy: dict[str, Any]) -> Decision:
    return trust_policy.judge({"Version": "2012-10-17", **policy}, ROLE, "123456789012", JOB)


def conditioned(operator: str, key: str, value: Any, base: dict[str, Any] = GLUE) -> dict[str, Any]:
    return {**base, "Condition": {operator: {key: value}}}


def denied_to_all_but(principal: dict[str, Any]) -> dict[str, Any]:
    return {"Effect": "Deny", "NotPrincipal": principal, "Action": "sts:AssumeRole"}


@pytest.mark.parametrize(
    "statement",
    [
        GLUE,
        [GLUE],
        {**GLUE, "Principal": {"Service": ["ec2.amazonaws.com", "glue.amazonaws.com"]}},
        {**GLUE, "Principal": "*"},
        {**GLUE, "Action": ["sts:TagSession", "sts:Assume*"]},
        conditioned("StringEquals", "aws:SourceAccount", "123456789012"),
        conditioned("StringEquals", "AWS:sourceaccount", ["1", "123456789012"]),
        conditioned("ArnLike", "aws:SourceArn", "arn:aws:glue:*:123456789012:job/*"),
        conditioned("StringEqualsIfExists", "sts:ExternalId", "x"),
        conditioned("StringNotEquals", "aws:SourceAccount", ["1", "2"]),
        conditioned("StringNotEquals", "sts:ExternalId", "x"),
        conditioned("StringNotLike", "aws:SourceAccount", "9*"),
        conditioned("StringEqualsIgnoreCase", "aws:SourceArn", JOB.upper()),
        conditioned("ArnNotEquals", "aws:SourceArn", "arn:aws:glue:us-east-1:123456789012:job/other"),
        conditioned("ArnNotLike", "aws:SourceArn", "arn:aws:glue:*:999999999999:job/*"),
        conditioned("Bool", "aws:SecureTransport", True),
        conditioned("Null", "sts:ExternalId", "true"),
        conditioned("Null", "aws:SourceArn", False),
        {"Effect": "Allow", "Principal": "*", "NotAction": "sts:TagSession"},
        [GLUE, conditioned("StringNotEquals", "aws:SourceAccount", "123456789012", DENY)],
        [GLUE, conditioned("Bool", "aws:SecureTransport", "false", DENY)],
        [GLUE, denied_to_all_but({"Service": ["glue.amazonaws.com", "ec2.amazonaws.com"]})],
        [GLUE, {**DENY, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Condition": {"DateLessThan": {}}}],
    ],
)
def test_glue_may(statement: Any) -> None:
    assert judge({"Statement": statement}).allowed


@pytest.mark.parametrize(
    "statement",
    [
        None,
        [],
        {**GLUE, "Principal": {"Service": "ec2.amazonaws.com"}},
        {**GLUE, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {**GLUE, "Action": "sts:TagSession"},
        {**GLUE, "Effect": "Deny"},
        [GLUE, {**GLUE, "Effect": "Deny"}],
        conditioned("StringEquals", "aws:SourceAccount", "999999999999"),
        conditioned("StringEquals", "sts:ExternalId", "x"),
        conditioned("StringEquals", "aws:SourceArn", "arn:aws:glue:*:123456789012:job/*"),
        conditioned("ArnLike", "aws:SourceArn", "arn:aws:glue:*:123456789012:job/[e]tl"),
        conditioned("DateGreaterThan", "aws:SourceAccount", "123456789012"),
        conditioned("StringNotEquals", "aws:SourceAccount", ["1", "123456789012"]),
        conditioned("Bool", "aws:SecureTransport", "false"),
        conditioned("Null", "sts:ExternalId", "false"),
        {"Effect": "Allow", "Principal": "*", "NotAction": ["sts:Assume*"]},
        [GLUE, conditioned("StringNotEquals", "aws:SourceAccount", "999999999999", DENY)],
        [GLUE, conditioned("StringNotLike", "aws:SourceAccount", "9*", DENY)],
        [GLUE, conditioned("ArnNotLike", "aws:SourceArn", "arn:aws:glue:*:999999999999:job/*", DENY)],
        [GLUE, conditioned("StringNotEqualsIfExists", "sts:ExternalId", "x", DENY)],
        [GLUE, conditioned("Null", "sts:ExternalId", "true", DENY)],
        [GLUE, {**DENY, "Principal": {"AWS": "*"}}],
        [GLUE, {"Effect": "Deny", "Principal": "*", "NotAction": "sts:TagSession"}],
        [GLUE, denied_to_all_but({"AWS": "arn:aws:iam::123456789012:root"})],
    ],
)
def test_glue_may_not(statement: Any) -> None:
    assert not judge({"Statement": statement}).allowed


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ({"Condition": {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01"}}}, "key aws:CurrentTime"),
        ({"Condition": {"StringMatches": {"aws:SourceArn": JOB}}}, "operator StringMatches"),
        ({"Condition": {"NullIfExists": {"aws:SourceArn": "true"}}}, "operator NullIfExists"),
        ({"Condition": {"StringEquals": {"aws:SourceOrgID": "o-1"}}}, "key aws:SourceOrgID"),
        ({"Condition": {"StringNotLike": {"aws:SourceAccount": "${aws:PrincipalAccount}"}}}, "policy variable"),
        ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:glue:*"}}}, "value 'arn:aws:glue:*'"),
        ({"Resource": "*"}, "element Resource"),
        ({"Principal": {"Robot": "r"}}, "principal of kind Robot"),
        ({"Principal": None}, "principal None"),
    ],
)
def test_what_cannot_be_judged_is_named_and_never_helps(part: dict[str, Any], name: str) -> None:
    allow = judge({"Statement": {**GLUE, **part}})
    assert not allow.allowed
    assert name in allow.unjudged[0] and "statement 1 (Allow)" in allow.unjudged[0]
    deny = judge({"Statement": [GLUE, {**DENY, **part}]})
    assert not deny.allowed
    assert name in deny.unjudged[0] and "statement 2 (Deny)" in deny.unjudged[0]
    assert judge({"Statement": [GLUE, {**GLUE, **part}]}).allowed


def test_what_is_not_about_glue_anyway_needs_no_judgement() -> None:
    other = {**DENY, "Action": "sts:TagSession", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    assert judge({"Statement": [GLUE, other]}).unjudged == ()


def test_an_allow_with_not_principal_is_named() -> None:
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    assert "element NotPrincipal" in judge({"Statement": statement}).unjudged[0]
