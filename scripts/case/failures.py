"""Why a run failed, and what to type about it. The job's own messages are the source: this module knows their words."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scripts.base.paths import TOP
from scripts.case import job, tracebacks
from scripts.case.chosen import chosen_run
from scripts.case.logs import log_lines
from scripts.case.summary import are_counts
from scripts.cloud.cloud import Cloud

SHOWN_FRAMES = 3
THAT = Path("that/folder")  # the user's own, in a remedy
# The errors whose message names cause and remedy by itself (glue_scripts/common.py). Others are mistakes in a script.
OF_THE_JOB = ("ConfigurationError", "InputFileError", "QualityError", "DatabaseError", "ConnectionLost", "CountError")
# AWS's words for a missing permission (the emulator's parity/ has the same).
_REFUSED = re.compile(r"is not authorized to perform: \S+|Access to KMS is not allowed|assume role permissions")
_MEMORY = re.compile(r"SIGKILL|out of memory|OutOfMemoryError|exit code (137|52)\b")


@dataclass(frozen=True)
class Typed:
    """The command that started the run, so that a remedy can be typed as it stands."""

    target: str = "make run"
    data: Path | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    fresh: bool = False

    def again(self, **changed: str | None) -> str:
        """Returns the command with the arguments `changed`; None leaves one out."""
        own = {name: value for name, value in self.arguments.items() if _plain(name) not in changed}
        own |= {f"--{name}": value for name, value in changed.items() if value is not None}
        words = " ".join(f"{name} {shlex.quote(value)}" if value else name for name, value in own.items())
        data = f" DATA={shlex.quote(str(self.data))}" if self.data else ""
        return f"{self.target}{data}" + " FRESH=1" * self.fresh + (f' ARGS="{words}"' if words else "")

    def on(self, data: Path) -> str:
        """Returns the command on the data set in `data`."""
        return replace(self, data=data).again()

    def value(self, name: str) -> str:
        """Returns the value that the user gave to the argument `name`, or an empty text."""
        return {_plain(given): value for given, value in self.arguments.items()}.get(name, "")


def _plain(name: str) -> str:
    return name.lstrip("-").replace("-", "_")


@dataclass(frozen=True)
class Failure:
    """A run that did not succeed. `rejected` has the counts by rule of each set, where the run came so far."""

    id: str
    state: str
    error: str
    typed: Typed
    is_local: bool = True
    rejected: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    frames: Sequence[tracebacks.Frame] = ()


def look_into(cloud: Cloud, outputs: Mapping[str, Any], ended: job.Run, typed: Typed) -> Failure:
    """Returns what the run's log tells about its failure."""
    lines = log_lines(cloud, outputs, chosen_run(cloud, outputs, ended.id), "output")
    files = {path.name: path.relative_to(TOP).as_posix() for path in (TOP / "glue_scripts").glob("*.py")}
    found = [] if _class(ended.error) in OF_THE_JOB else tracebacks.frames(lines, files)
    return Failure(
        ended.id, ended.state, ended.error, typed, cloud.is_local, rejected_by_set(lines), found[-SHOWN_FRAMES:]
    )


def rejected_by_set(lines: Sequence[str]) -> dict[str, dict[str, int]]:
    """Returns the counts of the job's event `rejected_lines`, or nothing when its log has none."""
    for line in reversed(lines):
        if line.startswith("{") and '"rejected_lines"' in line:
            with suppress(json.JSONDecodeError):  # a line of a user's own script
                return {name: counts for name, counts in json.loads(line).items() if are_counts(counts)}
    return {}


def cause(failure: Failure) -> str:
    """Returns what happened, with the place in the user's files where the job's own message does not say it."""
    told = f"run {failure.id} ended as {failure.state}" + (f": {failure.error}" if failure.error else "")
    return "\n".join([told, *(f"     at {frame}" for frame in failure.frames)])


def remedy(failure: Failure) -> str:
    """Returns what to do, one step a line; the last line says where to read on."""
    logs = f"the whole log: make logs RUN_ID={failure.id}" if failure.is_local else "the whole log is in CloudWatch"
    steps = _of_state(failure) or _of_words(failure) or _of_class(failure)
    return "\n  -> ".join([*steps, logs])


def hint(rule: str, typed: Typed) -> str:
    """Returns what to do about lines that a rule rejected, or an empty text for a rule that speaks for itself."""
    encoding = typed.value("csv_encoding") or "utf-8"
    if rule == "invalid_encoding" and encoding.lower() == "utf-8":
        return f"files saved by Excel as plain CSV are in Windows-1252: {typed.again(csv_encoding='windows-1252')}"
    if rule == "invalid_encoding":
        return f"the files are not in {encoding}. For UTF-8: {typed.again(csv_encoding=None)}"
    if rule == "nota_not_a_number" and not typed.value("decimal_separator"):
        return f"if the grades have decimal commas (7,5): {typed.again(decimal_separator=',')}"
    return {
        "malformed_line": "quote every value that holds the separator or a line break, and double the quotes inside it",
        "unknown_aluno": "alunos lacks the pupils of these lines, or their lines there were rejected",
        "unknown_escola": "escolas lacks the schools of these pupils, or their lines there were rejected",
    }.get(rule, "")


def _of_state(failure: Failure) -> list[str]:
    if failure.state == "TIMEOUT":
        return [
            "it took longer than glue_timeout_minutes of terraform/variables.tf. The log's last lines say what it was "
            "doing",
            f"if it needs more time, set glue_timeout_minutes in terraform/terraform.tfvars, then {_apply(failure)}",
        ]
    if failure.state == "STOPPED":
        return [f"it was stopped. The table is as it was, unless its log has a run_summary: {failure.typed.again()}"]
    return []


def _of_words(failure: Failure) -> list[str]:
    error, typed = failure.error, failure.typed
    if _REFUSED.search(error):
        return _refused(failure)
    if re.search(r"no usable line|were rejected, more than", error):
        return _too_many_rejected(failure)
    if "bytes that are invalid in it" in error:
        return [hint("invalid_encoding", typed)]
    if "as UTF-16 has" in error:
        return ["save the file as UTF-8 (Excel: `CSV UTF-8`; or `iconv -f UTF-16 -t UTF-8 old.csv > new.csv`)"]
    if "must have a header with" in error:
        return [_header(error, typed)]
    if missing := re.search(r" has no (alunos|escolas|notas):", error):
        if typed.value("raw_prefix"):
            return [f"--raw_prefix names a place without it. Without that argument: {typed.again(raw_prefix=None)}"]
        return [f"put {missing[1]}.csv with the other two into one folder: {typed.on(THAT)}"]
    if re.search(r"which are \d forms of", error):
        return [f"leave one form in your folder, then upload it again: {typed.on(THAT)}"]
    if re.search(r"table \S+ (does not exist|is not the one)", error):
        if failure.is_local:
            return [f"bring the table up to date, then run again: make local-up && {typed.again()}"]
        return ["bring the table up to date, then run again: make aws-create-tables aws-run"]
    if "can't connect to database" in error:
        return ["see which part is down: make status; then make local-up"] if failure.is_local else []
    if "LAUNCH ERROR" in error:
        return [f"a file or a module of the run could not be had: {_apply(failure)} deploys all of them again"]
    if _MEMORY.search(error):
        return _memory(failure)
    if re.search(r"worker was shut down|worker agent does not (answer|know)|worker ended the run", error):
        return [f"the environment ended or was started again during the run: make local-up, then {typed.again()}"]
    return []


def _of_class(failure: Failure) -> list[str]:
    name = _class(failure.error)
    if name == "ConfigurationError":
        given = " ".join(failure.typed.arguments)
        return (
            [f"correct ARGS ({given}), or leave it out: {replace(failure.typed, arguments={}).again()}"]
            if given
            else []
        )
    if name in OF_THE_JOB or not failure.frames:
        return []
    return [f"correct {failure.frames[-1].path}, then {failure.typed.again()}"]


def _class(error: str) -> str:
    found = re.match(r"([A-Za-z_]\w*)(:|$)", error)
    return found[1] if found else ""


def _too_many_rejected(failure: Failure) -> list[str]:
    hints = [hint(rule, failure.typed) for rule in _main_rules(failure)]
    steps = [each for each in dict.fromkeys(hints) if each]
    if failure.is_local:
        steps.append(f"the lines, by rule: make rejects RUN_ID={failure.id}")
    if told := re.search(r"\(([\d.]+) %\)", failure.error):
        percent = min(100, int(float(told[1])) + 1)
        steps.append(f"to accept that many: {failure.typed.again(max_rejected_percent=str(percent))}")
    return steps


def _main_rules(failure: Failure) -> list[str]:
    """Returns the rule that explains the failure, if one does: an encoding, which makes keys unknown too, or the rule
    of most lines.
    """
    sets = list(failure.rejected.values()) or [_counts_in(failure.error)]
    if any(counts.get("invalid_encoding") for counts in sets):
        return ["invalid_encoding"]
    named = re.search(r"lines of (alunos|escolas|notas) \(", failure.error)
    counts = failure.rejected.get(named[1] if named else "notas") or _counts_in(failure.error)
    return [rule for rule, count in counts.items() if 2 * count > sum(counts.values())]


def _counts_in(error: str) -> dict[str, int]:
    told = re.search(r"\{'[^}]*\}", error)
    return dict(ast.literal_eval(told[0])) if told else {}


def _header(error: str, typed: Typed) -> str:
    if "first line has 1 values" not in error:
        return "correct the first line of that file: it must name each of these columns once, in any order"
    if given := typed.value("csv_separator"):
        return (
            f"its values are not separated by {given!r}. The job finds the separator: {typed.again(csv_separator=None)}"
        )
    return "its values are separated by none of , ; | and tab: save the file with one of these"


def _refused(failure: Failure) -> list[str]:
    """Returns what to do about a permission that the role, or the policy of a resource, lacks."""
    told = re.findall(r"is not authorized to perform: (\S+)", failure.error)
    what = f"AWS refuses {told[-1]} to the job's role" if told else "AWS refuses the job's role"
    where = "the policies are in terraform/modules: 1_networking (VPC endpoints), 2_iam (role), 3_s3 (bucket, key)"
    steps = [f"{what}, and the message names what to change: {where}, then {_apply(failure)}"]
    if failure.is_local:
        steps.append(f"all decisions on this run: make parity RUN_ID={failure.id}")
    return steps


def _memory(failure: Failure) -> list[str]:
    if not failure.is_local:
        return ["give the job larger or more workers (terraform/modules/5_glue/main.tf), then make aws-plan aws-apply"]
    return [
        "memory ran out: end other programs, or run over fewer lines. In Docker: GLUE_MEMORY, GLUE_DRIVER_MEMORY "
        "(docs/interfaces.md)"
    ]


def _apply(failure: Failure) -> str:
    return "make local-up" if failure.is_local else "make aws-plan aws-apply"
