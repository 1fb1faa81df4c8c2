"""What a run of claims costs at most, said before it begins."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from scripts.base.paths import TOP
from scripts.claims import asking
from scripts.claims.claim import Claim
from scripts.claims.things import THINGS

# A run lasts some minutes. A whole hour is the bound of what each thing costs by time.
_HOURS = 1
# Each request to S3 counts as the dearest kind: the claim's own, and those that make and remove its bucket.
_REQUESTS_OF_A_BUCKET = 12
_BUCKETS = ("bucket", "denying_bucket", "encrypted_bucket")
# A claim is asked once, or several times while AWS does not know a new role yet.
_ASKED = 10


@cache
def _prices() -> Mapping[str, Any]:
    return tomllib.loads((TOP / "scripts" / "cost" / "prices.toml").read_text())


def of_things(things: Iterable[str]) -> dict[str, Decimal]:
    """Returns what each thing costs an hour, in US dollars; those that are free cost 0."""
    hours = Decimal(str(_prices()["usage"]["hours"]["value"]))
    found = {}
    for name in things:
        month = THINGS[name].price and _prices()["prices"][THINGS[name].price]["usd"]
        found[name] = Decimal(str(month or 0)) / hours * _HOURS
    return found


def upper_bound(claims: Iterable[Claim]) -> Decimal:
    """Returns what these claims cost at most in one run, in US dollars."""
    claims = list(claims)
    things = {thing for claim in claims for thing in asking.needs(claim)}
    requests = sum(_ASKED for claim in claims if claim.service == "s3")
    requests += sum(_REQUESTS_OF_A_BUCKET for thing in things if thing in _BUCKETS)
    calls = sum(_ASKED for claim in claims if claim.service in ("kms", "secretsmanager"))
    of_requests = Decimal(str(_prices()["prices"]["s3_puts"]["usd"])) / 1000 * requests
    of_calls = Decimal(str(_prices()["prices"]["secret_calls"]["usd"])) / 10_000 * calls
    return sum(of_things(things).values(), Decimal(0)) + of_requests + of_calls


def dollars(amount: Decimal) -> str:
    """Returns an amount, rounded up to a hundredth of a cent."""
    return f"${amount.quantize(Decimal('0.0001'), rounding='ROUND_UP')}" if amount else "$0"


def lines(claims: Iterable[Claim]) -> list[str]:
    """Returns what a run makes and what it costs, as lines."""
    claims = list(claims)
    things = sorted({thing for claim in claims for thing in asking.needs(claim)}, key=list(THINGS).index)
    costs = of_things(things)
    free = [THINGS[name].what for name in things if not costs[name]]
    paid = [f"{THINGS[name].what} ({dollars(costs[name])} an hour)" for name in things if costs[name]]
    said = [f"will ask {len(claims)} claims; most are requests that AWS refuses, and those are free"]
    if free:
        said.append(f"will make and remove, free: {', '.join(free)}")
    if paid:
        said.append(f"will make and remove: {', '.join(paid)}")
    said.append(f"costs at most {dollars(upper_bound(claims))} in all, if the run ends within an hour")
    monthly = sum((cost for cost in costs.values()), Decimal(0)) * Decimal(str(_prices()["usage"]["hours"]["value"]))
    if monthly:
        said.append(f"what stays after an interruption costs ${monthly:.2f} a month until CLEAN=1 removes it")
    return said
