"""Asks claims on a stage."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from scripts.claims import names
from scripts.claims.claim import Answer, Claim
from scripts.claims.stage import Plan, Stage

# AWS knows a new role's rights, bucket or policy everywhere within seconds. An answer that differs is asked for again.
_SECONDS_UNTIL_KNOWN = 30
_SHOWN = 200  # characters of a value in a request's shape


def ask(claim: Claim, stage: Stage) -> Answer:
    """Returns what the place says to a claim's request, with placeholders for names, ids and accounts."""
    request = claim.request(stage)
    client = stage.client(claim.service, claim.asked_by)
    call = getattr(client, xform_name(claim.operation))

    def once() -> Answer:
        try:
            call(**request)
        except ClientError as error:
            said = error.response["Error"]
            return Answer(said.get("Code", ""), names.redacted(said.get("Message", ""), stage.known()))
        return Answer("", "")

    asking = Retrying(
        # An accepted request has made something: asked again, it would have another answer.
        retry=retry_if_result(lambda answer: bool(answer.code) and bool(claim.fault(answer))),
        stop=stop_after_delay(0 if stage.place.is_local else _SECONDS_UNTIL_KNOWN),
        wait=wait_fixed(3),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    return asking(once)  # type: ignore[no-any-return]


def shape(claim: Claim) -> Any:
    """Returns a claim's request with placeholders for what a run makes, long texts shortened."""
    return _shape(claim.request(Plan()))


def needs(claim: Claim) -> tuple[str, ...]:
    """Returns the things that a claim's request is about."""
    plan = Plan()
    claim.request(plan)
    if claim.asked_by:
        plan.need(_THINGS_OF_ROLES[claim.asked_by])
    return tuple(plan.made)


def _shape(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _shape(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        first = [_shape(inner) for inner in value[:3]]
        return first if len(value) <= 3 else [*first, f"… {len(value)} in all"]
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str):
        if value[:1] == "{" and value[-1:] == "}" and '"' in value:
            return _shape(json.loads(value))
        shown = re.sub(r"(.)\1{60,}", lambda run: f"{run[1]}… {len(run[0])} times", value)
        return shown if len(shown) < _SHOWN else f"{shown[:_SHOWN]}… {len(value)} characters"
    return value


_THINGS_OF_ROLES = {"nobody": "nobody", "limited": "limited", "bounded": "bounded", "narrowed": "limited"}
