"""docs/messages.md: every message that a user can meet, with its remedy, read from the sources without running them.

A message is a call of a class of errors, of a finding of the doctor, or of `fail` in bootstrap.sh. The page shows its
shape: a value that is known only when the program runs stands in braces.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.base.console import say
from scripts.base.paths import TOP, relative
from scripts.checks.shapes import Module, Sources, shape
from scripts.doctor import wanted

FILE = TOP / "docs" / "messages.md"
THE_DOCTOR = "The look at the machine (`make doctor`)"
FOLDERS = {
    "Commands": ("scripts", "bench"),
    THE_DOCTOR: ("scripts/doctor",),
    "The job": ("glue_scripts",),
    "The plugin": ("emulator/glue_aurora",),
    "The worker": ("emulator/glue_worker",),
}
# The roots whose subclasses are told as (cause, remedy); `Finding` is the doctor's.
CARRY_REMEDY = {"CommandError", "EmulatorError", "WorkerError", "NotSupportedError", "BenchError"}
# The roots of one text each, whose last sentence is the remedy: Glue shows the error of a run as one text.
END_WITH_REMEDY = {"The job": {"JobError"}, "The worker": {"Interrupted"}}
OF_THE_DOCTOR = {"warning": (1, 2), "failure": (1, 2), "Finding": (2, 3)}
NOT_LISTED = {
    "ApiError": "AWS's own words. What to change stands beside them in the tables of rules; "
    "`tests/unit/emulator/test_every_refusal.py` checks each row",
    "RunFailure": "AWS's own words about a run that can't begin; what the emulator knows beyond them stands after "
    "`(emulator)`",
    "NoTerminalError": "Python's words in a run's log; `emulator/glue_worker/hints.py` adds what to do",
    "UsageError": "click's own words for an option that does not exist or has a wrong value; they name the option",
}
# Errors that never reach a user: the place that catches them says something else.
INTERNAL = {
    "NotReady": "a question of `wait_for` has no answer yet",
    "UnjudgedError": "the evaluator can't judge; the request passes",
    "SessionLostError": "the Data API answers in AWS's words",
    "_StillRunningError": "the Data API answers in AWS's words",
    "RevokedError": "a run that has ended makes no calls",
}
# What a class adds to the values that it takes.
_SAYS = {"NotSupportedError": "{} is not supported by this emulator"}
# What a sentence begins with that says what to do.
_VERBS = (
    "Check|Close|Correct|Fetch|Give|Leave|Let|Make|Name|Put|Read|Remove|Rename|Repeat|Run|Save|See|Send|Set|Start|Upload"
    "|Use|Wait"
)
IMPERATIVE = re.compile(rf"[.:;,] (?:(?:{_VERBS})\b|\{{remedy\}})", re.IGNORECASE)


@dataclass(frozen=True)
class Message:
    """A message's shape. `place` is its file and function, `kind` its class. `remedy` is empty where it has none."""

    part: str
    place: str
    kind: str
    cause: str
    remedy: str

    @property
    def has_remedy(self) -> bool:
        return bool(self.remedy.strip())


def collect() -> list[Message]:
    """Returns every message, by part and place."""
    sources = Sources([Module.read(path) for path in paths()])
    found = [message for module in sources.modules for message in of_module(sources, module, _part(module))]
    found = [*found, *_of_bootstrap(), *_of_any_python()]
    return sorted(set(found), key=lambda each: (PARTS.index(each.part), each.place, each.cause, each.remedy))


def paths() -> list[Path]:
    """Returns the files whose messages a user can meet."""
    folders = ("scripts", "bench", "glue_scripts", "emulator")
    return [path for each in folders for path in sorted((TOP / each).rglob("*.py"))]


def _part(module: Module) -> str:
    name = relative(module.path)
    return max((each, part) for part, folders in FOLDERS.items() for each in folders if name.startswith(f"{each}/"))[1]


PARTS = (*FOLDERS, "The first step of every command (`scripts/bootstrap.sh`)")


def of_module(sources: Sources, module: Module, part: str) -> Iterator[Message]:
    """Yields the messages that a file of `part` makes."""
    name = relative(module.path)
    for call, function, class_ in module.calls():
        place = ": ".join(filter(None, (name, class_ if function == "__init__" else function)))
        kind = sources.called(call, module)
        if kind == "__init__" and class_ not in CARRY_REMEDY:  # a class that makes its message by itself
            kind = class_
        elif sources.makes_its_message(kind):
            continue
        if part == THE_DOCTOR:
            if kind in OF_THE_DOCTOR and not name.endswith("/finding.py"):
                cause, remedy = (_argument(call, number) for number in OF_THE_DOCTOR[kind])
                if cause and remedy and not _passes_on(cause):
                    yield Message(part, place, kind, _shape(sources, module, cause), _shape(sources, module, remedy))
        elif sources.descends(module, kind, END_WITH_REMEDY.get(part, set())):
            said = _shape(sources, module, call.args[-1]) if call.args else ""
            if said and said != "None" and not re.fullmatch(r"\{\w+\}", said):
                yield Message(part, place, kind, *split(said))
        elif function == "__init__" and isinstance(_argument(call, 0), ast.Name):
            continue  # the class hands its own parameter on
        elif sources.descends(module, kind, CARRY_REMEDY):
            yield from _with_remedy(sources, module, call, kind, part, place)


def _with_remedy(
    sources: Sources, module: Module, call: ast.Call, kind: str, part: str, place: str
) -> Iterator[Message]:
    cause = _argument(call, 0, "cause") or sources.default(module, kind, "cause", "what")
    remedy = _argument(call, 1, "remedy") or sources.default(module, kind, "remedy")
    if not cause or _passes_on(cause):
        return
    said = _SAYS.get(kind, "{}").replace("{}", _shape(sources, module, cause))
    yield Message(part, place, kind, said, _shape(sources, module, remedy) if remedy else "")


def _passes_on(cause: ast.expr) -> bool:
    """Returns whether the message is that of another error or finding, which is listed where it is made."""
    return isinstance(cause, ast.Attribute) and cause.attr in ("cause", "what")


def _argument(call: ast.Call, number: int, name: str = "") -> ast.expr | None:
    named = next((each.value for each in call.keywords if each.arg == name), None)
    return named or (call.args[number] if len(call.args) > number else None)


def _shape(sources: Sources, module: Module, expression: ast.expr) -> str:
    return shape(sources, module, expression)


def split(said: str) -> tuple[str, str]:
    """Returns what a text says before its last imperative sentence, and the rest; the rest is empty without one."""
    found = IMPERATIVE.search(said)
    return (said[: found.start()], said[found.start() + 2 :]) if found else (said, "")


def _of_bootstrap() -> Iterator[Message]:
    path = TOP / "scripts" / "bootstrap.sh"
    text = path.read_text(encoding="utf-8")
    for cause, remedy in re.findall(r'^ +fail "((?:[^"\\]|\\.)*)" \\\n +"((?:[^"\\]|\\.)*)"', text, re.MULTILINE):
        yield Message(PARTS[-1], relative(path), "fail", _unquoted(cause), _unquoted(remedy))


def _of_any_python() -> Iterator[Message]:
    """Yields what the doctor's door prints in the syntax of every Python 3."""
    path = TOP / "scripts" / "doctor" / "__main__.py"
    printed = re.findall(r'print\("(?:error: |  -> )(.*?)" % ', path.read_text(encoding="utf-8"))
    cause, _ = printed
    yield Message(THE_DOCTOR, relative(path), "print", cause % (wanted.NAME, "{version}"), wanted.REMEDY)


def _unquoted(text: str) -> str:
    text = re.sub(r"\$\{\w+:\+((?:[^{}]|\{[^}]*\})*)\}", r"[\1]", text)
    return re.sub(r"\$\{?(\w+)\}?", r"{\1}", text).replace("\\`", "`").replace('\\"', '"')


def text() -> str:
    """Returns the page. `make format` writes it."""
    found = collect()
    lines = [
        "# Messages",
        "",
        "<!-- `make format` writes this page from the sources. -->",
        "",
        f"All {len(found)} messages that a user can meet, each with what to do. A value that is known only when the "
        "program runs stands in braces; `A / B` means one of both. A test reads the sources and fails when a message "
        "has no remedy. The remedies of a failed run (`scripts/case/failures.py`) and of AWS's refusals "
        "(`scripts/cloud/refusals.py`) follow from what the run or AWS said.",
        "",
        "Where a message names a log of PostgreSQL or of the worker: locally all logs are in `.local/env/logs/`, and "
        "in Docker `docker compose logs` shows them.",
        "",
        "Not listed:",
        "",
        *(f"* `{name}`: {reason}." for name, reason in NOT_LISTED.items()),
    ]
    for part in PARTS:
        lines += ["", f"## {part}", "", "| Message | What to do | Place |", "|---|---|---|"]
        lines += [_row(each) for each in found if each.part == part]
    return "\n".join(lines) + "\n"


def _row(message: Message) -> str:
    return f"| {_cell(message.cause)} | {_cell(message.remedy)} | {_cell(message.place)} |"


def _cell(words: str) -> str:
    parts = " ".join(words.split()).replace("|", "\\|").split("`")
    if len(parts) % 2 == 0:  # a backtick without its partner
        return _plain("`".join(parts))
    return "`".join(part if number % 2 else _plain(part) for number, part in enumerate(parts))


def _plain(words: str) -> str:
    return re.sub(r"([`*_<>\[\]])|\\(?!\|)", lambda found: f"\\{found[0]}", words)


def write() -> int:
    """Writes the page. Returns 0."""
    FILE.write_text(text(), encoding="utf-8")
    say(f"{relative(FILE)} is written")
    return 0
