"""What AWS said, as files: one a claim. Later runs of the emulator are compared with them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import botocore

from scripts.base.errors import CommandError
from scripts.base.files import write_whole
from scripts.base.paths import TOP, relative
from scripts.claims import asking, names
from scripts.claims.claim import Answer, Claim

FOLDER = TOP / "tests" / "aws_parity" / "recordings"
AWS, EMULATOR = "AWS", "the emulator"


@dataclass(frozen=True)
class Recording:
    """What a place said to a claim's request. `source` is AWS, or the emulator in a rehearsal."""

    claim: str
    source: str
    operation: str
    request: Any
    code: str
    sentence: str
    date: str
    region: str
    botocore: str

    @property
    def answer(self) -> Answer:
        return Answer(self.code, self.sentence)


def of(claim: Claim, answer: Answer, source: str, region: str) -> Recording:
    """Returns the recording of an answer.

    Raises:
        CommandError: the answer holds what would tell an account or a user.
    """
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    operation = f"{claim.service}:{claim.operation}"
    made = Recording(
        claim.name,
        source,
        operation,
        asking.shape(claim),
        answer.code,
        answer.sentence,
        today,
        region,
        botocore.__version__,
    )
    if told := names.tells(json.dumps(asdict(made), ensure_ascii=False)):
        raise CommandError(
            f"the recording of {claim.name} would contain {', '.join(told)}",
            "report it as SECURITY.md says, without the recording",
        )
    return made


def write(folder: Path, recording: Recording) -> None:
    """Writes a recording as `<claim>.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(recording), ensure_ascii=False, indent=2)
    write_whole(folder / f"{recording.claim}.json", f"{text}\n".encode())


def read(folder: Path = FOLDER, source: str = AWS) -> dict[str, Recording]:
    """Returns the recordings of a folder, by claim.

    Raises:
        CommandError: a file is no recording of this source.
    """
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            each = Recording(**json.loads(path.read_text()))
        except (TypeError, ValueError) as error:
            raise CommandError(
                f"{relative(path)} is no recording: {error}",
                f"git checkout -- {relative(path)}, or remove it and record again with RECORD=1",
            ) from None
        if each.source != source or each.claim != path.stem:
            raise CommandError(f"{relative(path)} is not what {source} said to {path.stem}", "remove it")
        found[each.claim] = each
    return found


def differences(claim: Claim, answer: Answer, recorded: Recording | None) -> Iterable[str]:
    """Yields how an answer differs from what was recorded: its code, and its sentence where the claim has one."""
    if recorded is None:
        return
    said = f"recorded on {recorded.date}"
    if answer.code != recorded.code:
        yield f"the code is {answer.code or 'none: accepted'}, and {said}: {recorded.code or 'none: accepted'}"
    elif claim.sentence and answer.sentence != recorded.sentence:
        yield f"the sentence is “{answer.sentence}”, and {said}: “{recorded.sentence}”"
