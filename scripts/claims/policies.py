"""Policy documents, as claims write them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def document(*statements: Mapping[str, Any]) -> str:
    """Returns a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: str | list[str] = "*", **parts: Any) -> dict[str, Any]:
    """Returns a statement that allows actions."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **parts}


def deny(*actions: str, on: str | list[str] = "*", **parts: Any) -> dict[str, Any]:
    """Returns a statement that denies actions."""
    return allow(*actions, on=on, **{"Effect": "Deny", **parts})


def trust(principal: Mapping[str, Any], **changes: Any) -> str:
    """Returns a role's trust policy."""
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **changes})


def of_size(characters: int) -> str:
    """Returns a policy of so many characters, as IAM counts them: without white space."""
    empty = document(allow("s3:GetObject", on="arn:aws:s3:::b/")).replace(" ", "")
    return empty.replace("arn:aws:s3:::b/", "arn:aws:s3:::b/" + "x" * (characters - len(empty)))
