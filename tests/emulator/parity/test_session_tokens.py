"""Calls of STS whose sessions the emulator can't give to anybody."""

from __future__ import annotations

import pytest

from tests.kit.aws import refused
from tests.kit.identity import ACCOUNT, IdentityKit, allow

pytestmark = pytest.mark.emulator


def test_saml_is_not_answered(identity: IdentityKit) -> None:
    with refused("NotSupportedByEmulator", "AssumeRoleWithSAML"):
        identity.client("sts").assume_role_with_saml(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/none",
            PrincipalArn=f"arn:aws:iam::{ACCOUNT}:saml-provider/none",
            SAMLAssertion="aaaa",
        )


def test_a_users_session_is_not_the_administrators(identity: IdentityKit) -> None:
    user = identity.user(allow("sts:*")).client("sts")
    with refused("NotSupportedByEmulator", "GetSessionToken"):
        user.get_session_token()
    with refused("NotSupportedByEmulator", "GetFederationToken"):
        user.get_federation_token(Name="guest")


def test_a_role_can_call_neither(identity: IdentityKit) -> None:
    session = identity.session(allow("sts:*")).client("sts")
    with refused("AccessDenied", "Cannot call GetSessionToken with session credentials"):
        session.get_session_token()
    with refused("AccessDenied", "Cannot call GetFederationToken with session credentials"):
        session.get_federation_token(Name="guest")


def test_the_administrator_has_a_session(identity: IdentityKit) -> None:
    assert identity.client("sts").get_session_token()["Credentials"]["SessionToken"]
