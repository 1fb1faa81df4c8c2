"""Decisions of the evaluator, one row for each rule of IAM's guide."""

from __future__ import annotations

from typing import Any

import pytest
from glue_aurora.parity.identity.evaluator import Decision, Outcome, Policies, decide
from glue_aurora.parity.identity.policy import Kind, Policy
from glue_aurora.parity.identity.request import Principal, PrincipalKind, Request
from glue_aurora.parity.identity.sentences import aws_sentence, remedy

pytestmark = pytest.mark.unit

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/etl"
SESSION_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/etl/run"
SESSION = Principal(PrincipalKind.SESSION, SESSION_ARN, ACCOUNT, ROLE)
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"
OBJECT = "arn:aws:s3:::data/raw/notas.csv"


def allow(**parts: Any) -> dict[str, Any]:
    return {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **parts}


def deny(**parts: Any) -> dict[str, Any]:
    return allow(Sid="No", Effect="Deny", **parts)


def policy(*statements: dict[str, Any], kind: Kind = Kind.IDENTITY) -> Policy:
    return Policy.read(kind, f"{kind.value} x", {"Version": "2012-10-17", "Statement": list(statements)})


def resource_policy(*statements: dict[str, Any]) -> Policy:
    return policy(*statements, kind=Kind.RESOURCE)


def ask(policies: Policies, *, principal: Principal = SESSION, **context: str | tuple[str, ...]) -> Decision:
    keys = {name.replace("_", ":"): (value,) if isinstance(value, str) else value for name, value in context.items()}
    return decide(Request(principal, "s3:GetObject", OBJECT, keys, known=("s3:*",)), policies)


def identity(*statements: dict[str, Any], **others: Any) -> Policies:
    return Policies(identity=[policy(*statements)], **others)


@pytest.mark.parametrize(
    "statement",
    [
        allow(),
        allow(Action="S3:getobject"),
        allow(Action=["s3:Put*", "s3:Get*"]),
        allow(Action="s3:G?tObject"),
        allow(Action="*"),
        allow(Resource="arn:aws:s3:::data/*"),
        allow(Resource=["arn:aws:s3:::other/*", "arn:aws:s3:::*/notas.csv"]),
        {"Effect": "Allow", "NotAction": "s3:Put*", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::other/*"},
        allow(Condition={"StringEquals": {"aws:PrincipalArn": ROLE}}),
        allow(Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}}),
        allow(Condition={"Null": {"aws:TagKeys": "true"}}),
        allow(Condition={"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}),
        allow(Condition={"StringEqualsIfExists": {"s3:x": "y"}}),
        allow(Condition={"StringNotEquals": {"s3:x": "y"}}),
        allow(Resource="arn:aws:s3:::data/raw/${s3:none, 'notas'}.csv"),
    ],
)
def test_an_allow_that_fits(statement: dict[str, Any]) -> None:
    assert ask(identity(statement)).allowed


@pytest.mark.parametrize(
    "statement",
    [
        allow(Action="s3:PutObject"),
        allow(Action="s3:GetObjectVersion"),
        allow(Resource="arn:aws:s3:::data"),
        allow(Resource="arn:aws:s3:::data/raw"),
        allow(Resource="arn:aws:s3:::data/raw/[n]otas.csv"),
        {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::data/*"},
        allow(Condition={"StringEquals": {"aws:PrincipalArn": SESSION_ARN}}),
        allow(Condition={"StringEquals": {"s3:x": "y"}}),
        allow(Condition={"StringLike": {"aws:PrincipalArn": "*"}, "StringEquals": {"s3:x": "y"}}),
        allow(Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}),
        allow(Condition={"Null": {"aws:TagKeys": "false"}}),
        allow(Condition={"StringEquals": {"ec2:Region": "x"}}),
        allow(Resource="arn:aws:s3:::data/raw/${s3:none}.csv"),
    ],
)
def test_an_allow_that_does_not_fit(statement: dict[str, Any]) -> None:
    decision = ask(identity(statement))
    assert decision.outcome is Outcome.NOT_ALLOWED and decision.kind is Kind.IDENTITY


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({"StringEquals": {"s3:x": ["a", "b"]}}, {"s3:x": "b"}, True),
        ({"StringEquals": {"s3:x": "B"}}, {"s3:x": "b"}, False),
        ({"StringEqualsIgnoreCase": {"s3:x": "B"}}, {"s3:x": "b"}, True),
        ({"StringNotEquals": {"s3:x": ["a", "b"]}}, {"s3:x": "b"}, False),
        ({"StringLike": {"s3:x": "a*"}}, {"s3:x": "ab"}, True),
        ({"StringEquals": {"s3:x": "a*"}}, {"s3:x": "ab"}, False),
        ({"StringNotLike": {"s3:x": "a*"}}, {"s3:x": "ab"}, False),
        ({"StringLike": {"s3:x": "${*}"}}, {"s3:x": "*"}, True),
        ({"StringLike": {"s3:x": "${*}"}}, {"s3:x": "b"}, False),
        ({"StringEquals": {"s3:x": "${s3:y}"}}, {"s3:x": "a", "s3:y": "a"}, True),
        ({"StringLike": {"s3:x": "${s3:y}"}}, {"s3:x": "ab", "s3:y": "a*"}, False),
        ({"NumericLessThan": {"s3:max-keys": "10"}}, {"s3:max-keys": "9"}, True),
        ({"NumericLessThan": {"s3:max-keys": 10}}, {"s3:max-keys": "10"}, False),
        ({"NumericEquals": {"s3:max-keys": "10.0"}}, {"s3:max-keys": "10"}, True),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, {"aws:currenttime": "2026-01-01"}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01"}}, {"aws:currenttime": "1600000000"}, False),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws:sourceip": "10.1.2.3"}, True),
        ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws:sourceip": "10.1.2.3"}, False),
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws:securetransport": "true"}, False),
        ({"Bool": {"aws:SecureTransport": True}}, {"aws:securetransport": "true"}, True),
        ({"BinaryEquals": {"s3:x": "QUE="}}, {"s3:x": "QUE="}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:logs:*:*:x"}}, {"aws:sourcearn": "arn:aws:logs:r:a:x"}, True),
        ({"ArnEquals": {"aws:SourceArn": "arn:aws:logs:*:*:x:*"}}, {"aws:sourcearn": "arn:aws:logs:r:a:x"}, False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}, {"aws:tagkeys": ("a", "b")}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}, {"aws:tagkeys": ("a", "b")}, False),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["a"]}}, {"aws:tagkeys": ("a", "b")}, True),
        ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["a"]}}, {"aws:tagkeys": ("a",)}, False),
        ({"ForAllValues:StringNotEquals": {"aws:TagKeys": ["a"]}}, {"aws:tagkeys": ("b", "c")}, True),
    ],
)
def test_operators(condition: dict[str, Any], context: dict[str, Any], holds: bool) -> None:
    keys = {name: (value,) if isinstance(value, str) else value for name, value in context.items()}
    request = Request(SESSION, "s3:GetObject", OBJECT, keys, known=("s3:*",))
    assert decide(request, identity(allow(Condition=condition))).allowed is holds
    denied = decide(request, identity(allow(), deny(Condition=condition)))
    assert (denied.outcome is Outcome.DENIED) is holds


@pytest.mark.parametrize(
    ("policies", "kind"),
    [
        (identity(allow(), deny()), Kind.IDENTITY),
        (identity(allow(), resource=resource_policy(deny(Principal="*"))), Kind.RESOURCE),
        (identity(allow(), resource=resource_policy(deny(Principal={"AWS": ROLE}))), Kind.RESOURCE),
        (identity(allow(), resource=resource_policy(deny(NotPrincipal={"AWS": ROOT}))), Kind.RESOURCE),
        (identity(allow(), boundary=policy(deny(), allow(), kind=Kind.BOUNDARY)), Kind.BOUNDARY),
        (identity(allow(), session=[policy(deny(), kind=Kind.SESSION)]), Kind.SESSION),
        (identity(allow(), endpoint=policy(deny(Principal="*"), kind=Kind.ENDPOINT)), Kind.ENDPOINT),
        (identity(allow(), deny(Condition={"StringEquals": {"ec2:Region": "x"}})), Kind.IDENTITY),
    ],
)
def test_a_deny_anywhere_decides(policies: Policies, kind: Kind) -> None:
    decision = ask(policies)
    assert decision.outcome is Outcome.DENIED and decision.kind is kind
    assert "with an explicit deny in" in aws_sentence(decision)
    assert "statement 'No'" in remedy(decision)


@pytest.mark.parametrize(
    ("policies", "kind"),
    [
        (Policies(), Kind.IDENTITY),
        (identity(allow(), boundary=policy(kind=Kind.BOUNDARY)), Kind.BOUNDARY),
        (identity(allow(), session=[policy(kind=Kind.SESSION)]), Kind.SESSION),
        (identity(allow(), endpoint=policy(kind=Kind.ENDPOINT)), Kind.ENDPOINT),
        (
            identity(allow(), endpoint=policy(allow(Principal="*", Resource="arn:aws:s3:::x/*"), kind=Kind.ENDPOINT)),
            Kind.ENDPOINT,
        ),
        (Policies(resource=resource_policy(allow(Principal={"AWS": ROOT}))), Kind.IDENTITY),
        (Policies(resource=resource_policy(allow(Principal={"AWS": f"{ROLE}2"}))), Kind.IDENTITY),
        (Policies(resource=resource_policy(allow(Principal={"Service": "glue.amazonaws.com"}))), Kind.IDENTITY),
        (
            Policies(resource=resource_policy(allow(Principal={"AWS": ROLE})), boundary=policy(kind=Kind.BOUNDARY)),
            Kind.BOUNDARY,
        ),
    ],
)
def test_what_must_allow(policies: Policies, kind: Kind) -> None:
    decision = ask(policies)
    assert decision.outcome is Outcome.NOT_ALLOWED and decision.kind is kind
    assert f"because no {kind.value} allows the s3:GetObject action" in aws_sentence(decision)


@pytest.mark.parametrize(
    "policies",
    [
        Policies(resource=resource_policy(allow(Principal={"AWS": ROLE}))),
        Policies(resource=resource_policy(allow(Principal={"AWS": SESSION_ARN})), boundary=policy(kind=Kind.BOUNDARY)),
        Policies(resource=resource_policy(allow(Principal={"AWS": SESSION_ARN})), session=[policy(kind=Kind.SESSION)]),
        identity(allow(), resource=resource_policy(allow(Principal={"AWS": "arn:aws:iam::999999999999:root"}))),
        identity(allow(), boundary=policy(allow(), kind=Kind.BOUNDARY), session=[policy(allow(), kind=Kind.SESSION)]),
        identity(allow(), endpoint=policy(allow(Principal="*", Action="*"), kind=Kind.ENDPOINT)),
    ],
)
def test_what_is_enough(policies: Policies) -> None:
    assert ask(policies).allowed


def key_request(principal: Principal = SESSION, via: str = "s3") -> Request:
    context = {"kms:viaservice": (f"{via}.us-east-1.amazonaws.com",)}
    return Request(principal, "kms:Decrypt", KEY, context, known=("kms:*",))


USES_KEY = policy(
    allow(Action="kms:Decrypt", Condition={"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}})
)
OF_ACCOUNT = allow(Principal={"AWS": ROOT}, Action="kms:*")


def test_a_key_policy_gives_identity_policies_their_say_by_the_account() -> None:
    with_account = Policies([USES_KEY], resource_policy(OF_ACCOUNT), resource_decides=True)
    assert decide(key_request(), with_account).allowed
    other = decide(key_request(via="secretsmanager"), with_account)
    assert other.kind is Kind.IDENTITY and "kms:ViaService" in remedy(other)
    without = decide(key_request(), Policies([USES_KEY], resource_policy(), resource_decides=True))
    assert without.kind is Kind.RESOURCE and KEY in remedy(without)
    direct = resource_policy(allow(Principal={"AWS": ROLE}, Action="kms:Decrypt"))
    assert decide(key_request(), Policies([], direct, resource_decides=True)).allowed


def test_the_account_itself_needs_no_policy_but_a_key_that_names_it() -> None:
    root = Principal(PrincipalKind.ROOT, ROOT, ACCOUNT)
    assert ask(Policies(), principal=root).allowed
    assert decide(key_request(root), Policies(resource=resource_policy(OF_ACCOUNT), resource_decides=True)).allowed
    locked_out = Policies(resource=resource_policy(allow(Principal={"AWS": ROLE})), resource_decides=True)
    assert not decide(key_request(root), locked_out).allowed


def test_a_refusal_names_the_statement_that_almost_allows() -> None:
    decision = ask(identity(allow(Sid="WriteResults", Resource="arn:aws:s3:::data/raw")))
    assert aws_sentence(decision) == (
        f"User: {SESSION_ARN} is not authorized to perform: s3:GetObject on resource: {OBJECT} because no "
        "identity-based policy allows the s3:GetObject action"
    )
    assert remedy(decision) == (
        "Almost allowed by statement 'WriteResults' of identity-based policy x: its resource is arn:aws:s3:::data/raw."
    )
