"""Writes `docs/cost.md`: the monthly cost of each environment, from its plan."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from scripts.base.paths import TOP
from scripts.cost.charges import PRICES, Cost
from scripts.terraform.plan import Plan

PAGE = TOP / "docs" / "cost.md"
_HEAD = """\
# What it costs

Made by `make cost` from the plans of `terraform/environments/` and `scripts/cost/prices.toml`; a test fails when it is
out of step. The prices are list prices of {region}, looked up on {read}. Most of them are second-hand, so the sum is
approximate. It contains no taxes, no support and no data transfer to the internet."""
_NOTE = """\
The second figure takes off what CloudWatch, KMS and SNS give every account free each month, which another project may
have used up. An environment that lives for an afternoon costs cents: only the interface endpoint is billed by the hour.
Three things would change the sum most: something that keeps Aurora awake (0.5 ACU all month: $43.80), one more zone of
an interface endpoint ($7.30), and a NAT gateway in its place (about $33)."""


def summary(cost: Cost) -> str:
    """A line with both sums."""
    free = f"${cost.in_an_empty_account:.2f} in an otherwise empty account"
    return f"about ${cost.total:.2f} a month at list prices ({free})"


def table(cost: Cost) -> str:
    """A Markdown table with a line for each price of each resource, the highest sum first."""
    lines = sorted(cost.lines, key=lambda line: (-line.total, line.address, line.price))
    rows = [
        (f"`{line.address}`", line.how, f"{line.quantity:g}", f"${line.usd:g} per {line.unit}", f"${line.total:.2f}")
        for line in lines
    ]
    total = ("**Sum**", "", "", "", f"**${cost.total:.2f}**")
    return _table(("Resource", "What", "Quantity", "Price", "Month"), [*rows, total])


def page(costs: Mapping[str, Cost], plans: Mapping[str, Mapping[str, Any]]) -> str:
    """The whole page, from the costs and the plans' JSON by environment."""
    data = tomllib.loads(PRICES.read_text())
    sums = [(name, f"**${cost.total:.2f}**", f"${cost.in_an_empty_account:.2f}") for name, cost in costs.items()]
    usage = [(f"`{name}`", f"{each['value']:g} {each['unit']}", each["why"]) for name, each in data["usage"].items()]
    prices = [
        (f"`{name}`", f"{each['usd']:g} per {each['unit']}", each.get("free", ""), each["as_of"], each["source"])
        for name, each in data["prices"].items()
    ]
    types = {name: [each.type for each in Plan(plan).resources] for name, plan in plans.items()}
    counts = {type_: [found.count(type_) for found in types.values()] for type_ in data["free"]}
    free = [(f"`{type_}`", data["free"][type_], *counts[type_]) for type_ in counts if any(counts[type_])]
    parts = [
        _HEAD.format(read=data["read"], region=data["region"]),
        _table(("Environment", "A month", "In an otherwise empty account"), sums),
        _NOTE,
        *(f"## {name}\n\n{table(cost)}" for name, cost in costs.items()),
        "## What the sums take for granted\n\n" + _table(("Assumption", "Value", "Why"), usage),
        "## Prices\n\n" + _table(("Price", "US dollars", "Free each month", "As of", "Source"), prices),
        "## Without a price\n\n" + _table(("Type", "Why", *types), free),
    ]
    return "\n\n".join(parts) + "\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
