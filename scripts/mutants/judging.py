"""Judges what happened to a mutant: was it caught, for the reason that its header names, and early enough?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from scripts.mutants.patches import NOTE, STAGES, Mutant


class Verdict(Enum):
    CAUGHT = "caught"
    WRONG_REASON = "wrong reason"
    MISSED = "missed"
    GREEN = "green"
    FALSE_ALARM = "false alarm"

    @property
    def good(self) -> bool:
        return self in (Verdict.CAUGHT, Verdict.GREEN)


@dataclass(frozen=True)
class Outcome:
    """How a mutated project ended: the stage that failed, or an empty text, and all that was said to the user."""

    failed_at: str
    said: str


@dataclass(frozen=True)
class Result:
    """A mutant's verdict, with the reason for a bad one. `seconds` is how long the mutant took."""

    mutant: Mutant
    verdict: Verdict
    why: str
    outcome: Outcome
    seconds: float


def judge(mutant: Mutant, outcome: Outcome) -> tuple[Verdict, str]:
    """Returns the verdict on a mutant, and why it is not a good one.

    A mutant is caught when the project fails at the stage at which AWS would refuse, or before it, and what is said
    matches every expression of the header. A failure after that stage, or with other words, has the wrong reason.
    """
    if mutant.harmless:
        if outcome.failed_at:
            return Verdict.FALSE_ALARM, f"a harmless change fails at {outcome.failed_at}"
        return Verdict.GREEN, ""
    unsaid = unmatched(mutant.expect, outcome.said)
    if mutant.stage == NOTE:
        if outcome.failed_at:
            return Verdict.FALSE_ALARM, f"AWS ends this run as SUCCEEDED, and here it fails at {outcome.failed_at}"
        return (Verdict.MISSED, f"nothing says {_shown(unsaid)}") if unsaid else (Verdict.CAUGHT, "")
    if not outcome.failed_at:
        return Verdict.MISSED, f"AWS refuses at {mutant.stage}, and here nothing fails"
    if unsaid:
        return Verdict.WRONG_REASON, f"it fails at {outcome.failed_at}, and nothing says {_shown(unsaid)}"
    if STAGES.index(outcome.failed_at) > STAGES.index(mutant.stage):
        return Verdict.WRONG_REASON, f"AWS refuses at {mutant.stage}, and here it fails at {outcome.failed_at} only"
    return Verdict.CAUGHT, ""


def unmatched(patterns: Sequence[str], said: str) -> list[str]:
    """Returns the expressions that do not match. White space counts as one blank, because Terraform breaks lines."""
    plain = " ".join(re.sub(r"[│╷╵]", " ", said).split())
    return [pattern for pattern in patterns if not re.search(pattern, plain)]


def score(results: Sequence[Result]) -> tuple[int, int]:
    """Returns how many mutants that break the project were caught, and how many there are."""
    breaking = [result for result in results if not result.mutant.harmless]
    return sum(result.verdict is Verdict.CAUGHT for result in breaking), len(breaking)


def _shown(patterns: Sequence[str]) -> str:
    return " and ".join(f"/{pattern}/" for pattern in patterns)
