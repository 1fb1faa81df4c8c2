"""Asks claims of a place, records the answers, and removes what it made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from scripts.base.errors import CommandError
from scripts.claims import asking, leftovers, recordings
from scripts.claims.claim import Claim
from scripts.claims.place import Place
from scripts.claims.stage import Stage


@dataclass(frozen=True)
class Result:
    """What came of a claim: whether it was as claimed, how it differs, and whether it was recorded."""

    claim: Claim
    fault: str
    recorded: bool


class Run:
    """A run of claims in one place, with its recordings in `folder`."""

    def __init__(self, place: Place, folder: Path, *, replace: bool) -> None:
        self._place, self._folder, self._replace = place, folder, replace
        self._source = recordings.EMULATOR if place.is_local else recordings.AWS
        self._known = recordings.read(folder, self._source)

    def ask(self, stage: Stage, claim: Claim) -> Result:
        """Asks one claim. A new answer is recorded; one that differs from its recording is a fault.

        Raises:
            CommandError: what the claim needs could not be made.
        """
        try:
            answer = asking.ask(claim, stage)
        except (BotoCoreError, ClientError) as error:
            raise CommandError(
                f"what {claim.name} needs could not be made: {error}",
                "give the identity the right that the message names, or leave the claim out with CLAIMS=…",
            ) from None
        earlier = None if self._replace else self._known.get(claim.name)
        faults = [fault for fault in (claim.fault(answer), *recordings.differences(claim, answer, earlier)) if fault]
        if earlier is None:
            recordings.write(self._folder, recordings.of(claim, answer, self._source, self._place.region))
        return Result(claim, "; ".join(faults), earlier is None)


@contextmanager
def stage(place: Place, say: Callable[[str], None]) -> Iterator[Stage]:
    """Gives a stage and removes what was made on it, also after an interruption.

    Raises:
        CommandError: something stays.
    """
    made = Stage(place)
    try:
        yield made
    finally:
        say(f"removing what the run made ({made.token}-…)")
        clean(place, leftovers.find(place, made.token), made.token, say)


def clean(place: Place, found: Sequence[leftovers.Leftover], token: str, say: Callable[[str], None]) -> None:
    """Removes things and looks once more.

    Raises:
        CommandError: something stays.
    """
    stays = leftovers.remove(place, list(found))
    stays += [str(each) for each in leftovers.find(place, token)] if not stays else []
    if stays:
        raise CommandError(
            f"these could not be removed: {'; '.join(stays)}",
            f"remove them later: make test-aws-parity CLEAN=1 ACCOUNT={place.account}",
        )
    say(f"removed {len(found)} things; nothing is left")
