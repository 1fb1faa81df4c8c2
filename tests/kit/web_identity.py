"""Tokens as GitHub's provider issues them, and sessions that are taken with them. The tokens are not signed."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


def token(subject: str, **claims: Any) -> str:
    """Returns a JWT without a signature. `claims` replace or add claims; a claim that is None is left out."""
    now = int(time.time())
    given = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 300, **claims}
    parts = {"alg": "none", "typ": "JWT"}, {name: value for name, value in given.items() if value is not None}
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def assume(endpoint: str, role_arn: str, web_identity_token: str) -> dict[str, Any]:
    """Returns the keys of a session that is taken without any other keys, as GitHub's action takes it."""
    sts: Any = boto3.client(
        "sts", endpoint_url=endpoint, region_name="us-east-1", config=Config(signature_version=UNSIGNED, proxies={})
    )
    answer = sts.assume_role_with_web_identity(
        RoleArn=role_arn, RoleSessionName="GitHubActions", WebIdentityToken=web_identity_token
    )
    return dict(answer["Credentials"])
