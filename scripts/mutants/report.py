"""What the command prints: a line for each mutant, the table, the score, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.table import Table

from scripts.base.console import out, say
from scripts.mutants.judging import Result, Verdict, score

_COLOURS = {
    Verdict.CAUGHT: "green",
    Verdict.GREEN: "green",
    Verdict.MISSED: "red",
    Verdict.FALSE_ALARM: "red",
    Verdict.WRONG_REASON: "yellow",
}
SAID_LINES = 12


def line(result: Result) -> None:
    """Prints a mutant's verdict, and what was said where the verdict is a bad one."""
    say(f"{result.verdict.value}: {result.mutant.name} ({result.seconds:.0f} s)")
    if not result.verdict.good:
        say(f"    {result.mutant.what}")
        say(f"    AWS: {result.mutant.error} ({result.mutant.source})")
        say(f"    {result.why}")
        for text in result.outcome.said.strip().splitlines()[-SAID_LINES:]:
            say(f"    | {text}")


def table(results: Sequence[Result]) -> None:
    """Prints all verdicts and the score."""
    found = Table("mutant", "class", "AWS refuses at", "verdict", "s", title="Mutants")
    for result in results:
        verdict = f"[{_COLOURS[result.verdict]}]{result.verdict.value}[/]"
        found.add_row(result.mutant.name, result.mutant.kind, result.mutant.stage, verdict, f"{result.seconds:.0f}")
    out.print()
    out.print(found)
    caught, breaking = score(results)
    counts = {verdict: sum(result.verdict is verdict for result in results) for verdict in Verdict}
    say(", ".join(f"{verdict.value} {count}" for verdict, count in counts.items()))
    say(f"score: {caught} of {breaking} mutants caught for the right reason")


def as_json(results: Sequence[Result]) -> str:
    """Returns the results as one JSON object."""
    caught, breaking = score(results)
    return json.dumps(
        {"caught": caught, "breaking": breaking, "mutants": [_one(result) for result in results]},
        indent=1,
        ensure_ascii=False,
    )


def _one(result: Result) -> dict[str, Any]:
    mutant = result.mutant
    return {
        "name": mutant.name,
        "class": mutant.kind,
        "what": mutant.what,
        "stage": mutant.stage,
        "error": mutant.error,
        "source": mutant.source,
        "verdict": result.verdict.value,
        "why": result.why,
        "failed_at": result.outcome.failed_at,
        "said": result.outcome.said,
        "seconds": round(result.seconds, 1),
    }
