"""What a web identity token says, and whom a trust policy's Federated element names."""

from __future__ import annotations

from typing import Any

import pytest
from glue_aurora.parity.identity.evaluator import Decision, Policies, decide
from glue_aurora.parity.identity.policy import Kind, Policy
from glue_aurora.parity.identity.request import Principal, PrincipalKind, Request
from glue_aurora.parity.identity.tokens import Token

from tests.kit.web_identity import token

pytestmark = pytest.mark.unit

NAME = "token.actions.githubusercontent.com"
ACCOUNT = "123456789012"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{NAME}"
ACTION = "sts:AssumeRoleWithWebIdentity"


def test_claims_become_keys_of_their_issuer() -> None:
    read = Token.read(token("repo:o/n:ref:refs/heads/main", amr=["a", "b"], repository="o/n"))
    assert read.issuer == NAME
    assert read.keys() == {
        f"{NAME}:aud": ("sts.amazonaws.com",),
        f"{NAME}:sub": ("repo:o/n:ref:refs/heads/main",),
        f"{NAME}:amr": ("a", "b"),
    }


def test_azp_is_the_audience_where_a_token_has_it() -> None:
    keys = Token.read(token("x", azp="app", aud=["one", "two"])).keys()
    assert keys[f"{NAME}:aud"] == ("app",)
    assert keys[f"{NAME}:oaud"] == ("one", "two")


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "exp", "iat"])
def test_a_token_without_a_claim_that_aws_needs_is_none(claim: str) -> None:
    with pytest.raises(ValueError, match=f"lacks the claim {claim}"):
        Token.read(token("x", **{claim: None}))


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c.d", "a.%%.c", "a.W10.c", "a.AAAA.c", token("x", exp="soon")])
def test_other_texts_are_no_tokens(text: str) -> None:
    with pytest.raises(ValueError, match=r"it|claims"):
        Token.read(text)


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        ({"Federated": PROVIDER}, True),
        ({"Federated": ["accounts.google.com", PROVIDER]}, True),
        ("*", True),
        ({"Federated": f"{PROVIDER}x"}, False),
        ({"AWS": PROVIDER}, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, False),
        ({"AWS": ACCOUNT}, False),
        ({"Service": NAME}, False),
    ],
)
def test_trust_policy_names_the_provider(principal: Any, allowed: bool) -> None:
    assert _decided({"Effect": "Allow", "Principal": principal, "Action": ACTION}).allowed is allowed


def test_deny_for_the_provider_wins() -> None:
    statements = [
        {"Effect": effect, "Principal": {"Federated": PROVIDER}, "Action": ACTION} for effect in ("Allow", "Deny")
    ]
    assert not _decided(*statements).allowed


def _decided(*statements: dict[str, Any]) -> Decision:
    trust = Policy.read(Kind.TRUST, "trust", {"Version": "2012-10-17", "Statement": list(statements)})
    request = Request(Principal(PrincipalKind.FEDERATED, PROVIDER, ACCOUNT), ACTION, "arn:aws:iam::1:role/r")
    return decide(request, Policies(resource=trust, resource_decides=True))
