"""The verdict on one need of a call: forms of a resource, and what nobody can judge."""

from __future__ import annotations

from typing import Any

import pytest
from glue_aurora.parity.identity.caller import Caller
from glue_aurora.parity.identity.judge import IN_A_VPC, judge
from glue_aurora.parity.identity.needs.need import Need
from glue_aurora.parity.identity.policy import Kind, Policy
from glue_aurora.parity.identity.request import Principal, PrincipalKind
from glue_aurora.parity.identity.verdict import Verdict
from glue_aurora.service.call import Call

pytestmark = pytest.mark.unit

ACCOUNT = "123456789012"
SESSION = Principal(
    PrincipalKind.SESSION, f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/r"
)
CALL = Call("logs", "CreateLogStream", {}, ACCOUNT, "us-east-1")
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:g"


def verdict(need: Need, *statements: dict[str, Any], **options: Any) -> Verdict:
    policy = Policy.read(Kind.IDENTITY, "policy p", {"Statement": list(statements)})
    return judge(Caller("AKIA", SESSION, (policy,)), CALL, need, **options)


def statement(effect: str = "Allow", resource: str = "*", **parts: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "*", "Resource": resource, **parts}


NEED = Need("logs:CreateLogStream", GROUP, also=(f"{GROUP}:*",))


@pytest.mark.parametrize("resource", [GROUP, f"{GROUP}:*", f"{GROUP}*"])
def test_one_form_of_the_resource_is_enough(resource: str) -> None:
    assert not verdict(NEED, statement(resource=resource)).refused


@pytest.mark.parametrize("resource", [GROUP, f"{GROUP}:*"])
def test_a_deny_on_any_form_counts(resource: str) -> None:
    assert verdict(NEED, statement(), statement("Deny", resource)).refused


def test_a_refusal_without_doubt_stays_one() -> None:
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    doubtful = verdict(NEED, statement(Condition=condition))
    assert (doubtful.refused, doubtful.doubtful) == (False, True)
    elsewhere = statement(resource="arn:aws:logs:*:*:log-group:other")
    assert verdict(NEED, elsewhere).refused
    denied = verdict(NEED, statement(Condition=condition), statement("Deny"))
    assert (denied.refused, denied.doubtful) == (True, False)


def test_the_endpoint_of_a_run_in_a_vpc_is_unknown_unless_somebody_says_it() -> None:
    condition = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    statements = statement(), statement("Deny", Condition=condition)
    assert verdict(NEED, *statements).refused
    assert verdict(NEED, *statements, unknown=IN_A_VPC).doubtful
    assert not verdict(NEED, *statements, way={"aws:sourcevpce": ("vpce-1",)}).refused
    assert verdict(NEED, *statements, way={"aws:sourcevpce": ("vpce-2",)}).refused


def test_of_an_unknown_resource_an_allow_fits_and_a_deny_with_a_star_only() -> None:
    need = Need("ec2:DescribeVpcs", None)
    assert not verdict(need, statement(resource="arn:aws:ec2:*:*:vpc/v")).refused
    assert not verdict(need, statement(), statement("Deny", "arn:aws:ec2:*:*:vpc/v")).refused
    assert verdict(need, statement(), statement("Deny")).refused
