"""Who may take a role with a token of an identity provider."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.conftest import Environment
from tests.kit.aws import refused
from tests.kit.identity import ACCOUNT, IdentityKit
from tests.kit.web_identity import AUDIENCE, ISSUER, assume, token

pytestmark = pytest.mark.emulator

NAME = ISSUER.removeprefix("https://")
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{NAME}"
SUBJECT = "repo:owner/name:environment:dev"
DENIED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"


def trust(**parts: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{NAME}:aud": AUDIENCE, f"{NAME}:sub": [SUBJECT]}},
        **parts,
    }


@pytest.fixture(scope="module", autouse=True)
def provider(identity: IdentityKit) -> Iterator[str]:
    iam = identity.client("iam")
    arn = iam.create_open_id_connect_provider(Url=ISSUER, ClientIDList=[AUDIENCE])["OpenIDConnectProviderArn"]
    yield arn
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def take(environment: Environment, identity: IdentityKit, statement: dict[str, Any], web_token: str) -> dict[str, str]:
    role = identity.role(trust=statement)
    return assume(environment.endpoint_url, f"arn:aws:iam::{ACCOUNT}:role/{role}", web_token)


@pytest.mark.parametrize(
    "statement",
    [
        trust(),
        trust(Condition={"StringLike": {f"{NAME}:sub": "repo:owner/name:*"}}),
        trust(Condition={"StringEquals": {f"{NAME}:repository": "owner/name"}}),  # what nobody can judge refuses nobody
        trust(Condition={"StringEquals": {"sts:RoleSessionName": "GitHubActions"}}),
        trust(Action=["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]),
    ],
)
def test_a_token_that_the_trust_policy_names_opens_a_session(
    environment: Environment, identity: IdentityKit, statement: dict[str, Any]
) -> None:
    keys = take(environment, identity, statement, token(SUBJECT))
    assert keys["SessionToken"]


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        (trust(), "repo:owner/name:environment:prod"),
        (trust(), "repo:owner/name:ref:refs/heads/main"),
        (trust(), "repo:another/name:environment:dev"),
        (trust(), "Repo:owner/name:environment:dev"),
        (trust(Condition={"StringEquals": {f"{NAME}:aud": "another"}}), SUBJECT),
        (trust(Action="sts:AssumeRole"), SUBJECT),
        (trust(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), SUBJECT),
        (trust(Principal={"Service": "glue.amazonaws.com"}), SUBJECT),
        (trust(Principal={"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/another.example"}), SUBJECT),
    ],
)
def test_a_token_that_the_trust_policy_does_not_name_is_refused(
    environment: Environment, identity: IdentityKit, statement: dict[str, Any], subject: str
) -> None:
    with pytest.raises(ClientError) as caught:
        take(environment, identity, statement, token(subject))
    error = caught.value.response
    assert error["Error"]["Code"] == "AccessDenied"
    assert error["Error"]["Message"].startswith(DENIED)
    assert f"The token's sub is {subject}" in error["Error"]["Message"]
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_the_refusal_names_the_condition_that_does_not_hold(environment: Environment, identity: IdentityKit) -> None:
    with refused("AccessDenied", f"StringEquals {NAME}:sub = {SUBJECT}"):
        take(environment, identity, trust(), token("repo:owner/name:pull_request"))


@pytest.mark.parametrize(
    ("web_token", "code", "message"),
    [
        ("no.jwt", "InvalidIdentityToken", "three parts"),
        ("a.b.c.", "InvalidIdentityToken", "three parts"),
        ("e30.e30.x", "InvalidIdentityToken", "lacks the claim iss"),
        (token(SUBJECT, sub=None), "InvalidIdentityToken", "lacks the claim sub"),
        (token(SUBJECT, iss="https://another.example"), "InvalidIdentityToken", "No OpenIDConnect provider found"),
        (token(SUBJECT, aud="https://github.com/owner"), "InvalidIdentityToken", "Incorrect token audience"),
        (token(SUBJECT, exp=int(time.time()) - 1), "ExpiredTokenException", "Token expired"),
    ],
)
def test_a_token_that_is_not_for_this_account_is_refused(
    environment: Environment, identity: IdentityKit, web_token: str, code: str, message: str
) -> None:
    with refused(code, message):
        take(environment, identity, trust(), web_token)


def test_a_role_that_is_not_there_is_refused_as_one_that_trusts_nobody(environment: Environment) -> None:
    with refused("AccessDenied", DENIED):
        assume(environment.endpoint_url, f"arn:aws:iam::{ACCOUNT}:role/none", token(SUBJECT))
