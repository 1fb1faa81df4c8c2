"""Asks claims of a place, records the answers, and removes what it made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from scripts.base.errors import CommandError
from scripts.claims import asking, leftovers, recordings
from scripts.claims.claim import Answer, Claim
from scripts.claims.place import Place
from scripts.claims.stage import Stage
from scripts.claims.things import THINGS

# Answers about the request's sender or the service's state. They say nothing about a claim.
_OF_THE_MOMENT = re.compile(
    r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ServiceUnavailable|InternalError|InternalFailure"
    r"|InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId|ExpiredToken|InvalidToken|SignatureDoesNotMatch"
)
_OF_THE_CALLER = re.compile(r"AccessDenied|UnauthorizedOperation|AuthorizationError|Forbidden|OptInRequired")


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
                f"{claim.name} or what it needs could not be asked for: {error}",
                "give the identity the right that the message names, or leave the claim out with CLAIMS=…",
            ) from None
        if reason := _says_nothing(claim, answer, sure=self._replace):
            return Result(claim, reason, recorded=False)
        earlier = None if self._replace else self._known.get(claim.name)
        faults = [fault for fault in (claim.fault(answer), *recordings.differences(claim, answer, earlier)) if fault]
        if earlier is None:
            recordings.write(self._folder, recordings.of(claim, answer, self._source, self._place.region))
        return Result(claim, "; ".join(faults), earlier is None)


def _says_nothing(claim: Claim, answer: Answer, *, sure: bool) -> str:
    """Returns why an answer says nothing about a claim. Empty: it does."""
    if not claim.fault(answer):
        return ""
    if _OF_THE_MOMENT.search(answer.code):
        return f"not settled: {answer.code}: {answer.sentence}; ask again later"
    if not claim.asked_by and not sure and _OF_THE_CALLER.search(answer.code):
        return f"not settled: your own rights may be the reason ({answer.code}: {answer.sentence}); RECORD=1 records it"
    return ""


@contextmanager
def stage(place: Place, say: Callable[[str], None]) -> Iterator[Stage]:
    """Gives a stage and removes what was made on it, also after an interruption.

    Raises:
        CommandError: something stays.
    """
    made = Stage(place)
    try:
        yield made
    except BaseException:
        try:
            _clean_stage(made, say)
        except CommandError as error:  # what broke the run off comes first
            say(str(error))
        raise
    _clean_stage(made, say)


def _clean_stage(made: Stage, say: Callable[[str], None]) -> None:
    say(f"removing what the run made ({made.token}-…)")
    kinds = {name: thing.kind for name, thing in THINGS.items()}
    try:
        clean(made.place, leftovers.made(made.made, kinds), made.token, say)
    except KeyboardInterrupt:
        say(f"not all was removed; remove it later: {_clean_command(made.place)}")
        raise


def clean(place: Place, things: Sequence[leftovers.Leftover], token: str, say: Callable[[str], None]) -> None:
    """Removes `things` and what else has the token, and looks once more.

    Raises:
        CommandError: something stays, or could not be looked for.
    """
    known = {(each.kind, each.id) for each in things}
    found = leftovers.find(place, token)
    everything = [*things, *(each for each in found.things if (each.kind, each.id) not in known)]
    everything.sort(key=lambda each: leftovers.KINDS.index(each.kind))
    stays = leftovers.remove(place, everything)
    # A thing that AWS listed late, or that another one held.
    found = leftovers.find(place, token)
    stays = leftovers.remove(place, found.things) if found.things else stays
    if found.things:
        found = leftovers.find(place, token)
    stays += [str(each) for each in found.things if not stays]
    if stays or found.unseen:
        raise CommandError(
            "; ".join(
                [f"could not be removed: {each}" for each in stays]
                + [f"could not be looked for: {each}" for each in found.unseen]
            ),
            f"remove them later, with the rights that the message names: {_clean_command(place)}",
        )
    say(f"removed {len(everything)} things; nothing is left")


def _clean_command(place: Place) -> str:
    return f"make test-aws-parity CLEAN=1 ACCOUNT={place.account}"
