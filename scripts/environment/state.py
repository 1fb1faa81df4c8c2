"""What LocalStack says of its own state, and when it saves it (emulator/CONTRACT.md, "State")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from scripts.environment.instance import Instance

# Passed to LocalStack when its saved state must not be read.
ANEW = {"EMULATOR_STATE": "anew"}
_SECONDS = 30


@dataclass(frozen=True)
class Kept:
    """The state that LocalStack read when it started."""

    loaded: bool
    why: str
    """Why it was not loaded, or can't be trusted; empty if it can."""
    saved: datetime | None
    configured: bool
    """Whether something that terraform/ makes may have changed since the last apply."""


def ask(instance: Instance) -> Kept:
    """Returns what LocalStack says of its state. One that was started before there was such a page knows nothing.

    Raises:
        requests.RequestException: it does not answer.
    """
    response = requests.get(_url(instance), timeout=_SECONDS)
    if response.status_code == requests.codes.not_found:
        return Kept(False, "", None, True)
    found = _answer(response)
    saved = datetime.fromtimestamp(found["saved"]).astimezone() if found["saved"] else None
    return Kept(found["loaded"], found["why"], saved, found["configured"])


def save(instance: Instance, *, applied: bool = False) -> None:
    """Has LocalStack save its state. `applied`: Terraform has just found or made everything as terraform/ says."""
    response = requests.post(_url(instance), params={"applied": int(applied)}, timeout=_SECONDS)
    # A busy LocalStack saves at its end. An old one has no such page.
    if response.status_code not in (requests.codes.service_unavailable, requests.codes.not_found):
        _answer(response)


def _answer(response: requests.Response) -> dict[str, Any]:
    response.raise_for_status()
    found: dict[str, Any] = response.json()
    return found


def _url(instance: Instance) -> str:
    return f"{instance.endpoint_url}/_emulator/state"
