"""Trust policies: which let AWS Glue assume the role."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.glue_aurora.glue.trust_policy import trusts_glue

pytestmark = pytest.mark.unit

JOB = "arn:aws:glue:us-east-1:123456789012:job/etl"
CONTEXT = {"aws:SourceAccount": "123456789012", "aws:SourceArn": JOB}
GLUE = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}


def conditioned(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {**GLUE, "Condition": {operator: {key: value}}}


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
    ],
)
def test_glue_may(statement: Any) -> None:
    assert trusts_glue({"Statement": statement}, CONTEXT)


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
    ],
)
def test_glue_may_not(statement: Any) -> None:
    assert not trusts_glue({"Statement": statement}, CONTEXT)
