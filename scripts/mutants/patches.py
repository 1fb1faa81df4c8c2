"""Reads the patches of tests/mutants/: what each one changes, what AWS says to it, and what must be said here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.base.errors import CommandError
from scripts.base.paths import TOP, relative

FOLDER = TOP / "tests" / "mutants"
# The stages of a deployment in their order. `note`: AWS ends the run as SUCCEEDED too, and what was lost must be said.
STAGES = ("plan", "apply", "deploy", "run")
NOTE = "note"
HARMLESS = "harmless"
CLASSES = (
    "identity",
    "reachability",
    "endpoint",
    "process",
    "definition",
    "creation",
    "data",
    HARMLESS,
)
_FIELD = re.compile(r"([A-Z][a-z]+): ?(.*)")
_DIFF = re.compile(r"^(diff --git |--- )", re.M)
_TARGET = re.compile(r"^diff --git a/(\S+) ", re.M)
_KNOWN = {"What", "Class", "Stage", "Error", "Source", "Expect", "Quick", "Alone"}
_NEEDED = ("What", "Class", "Stage", "Error", "Source", "Expect")


@dataclass(frozen=True)
class Mutant:
    """A patch with its header.

    `stage` is the stage at which AWS refuses. `expect` has regular expressions that all must match what is said here.
    `quick` marks those of `make test`. An `alone` mutant shares its apply with no other: it makes a resource anew.
    """

    name: str
    path: Path
    what: str
    kind: str
    stage: str
    error: str
    source: str
    expect: tuple[str, ...]
    targets: tuple[str, ...]
    quick: bool = False
    alone: bool = False

    @property
    def harmless(self) -> bool:
        return self.kind == HARMLESS

    @property
    def touches_sql(self) -> bool:
        return any(target.startswith("sql/") for target in self.targets)


def read(path: Path) -> Mutant:
    """Returns the mutant of a file.

    Raises:
        CommandError: the header lacks a field, or has a value that nobody knows.
    """
    text = path.read_text(encoding="utf-8")
    begin = _DIFF.search(text)
    if begin is None:
        raise _wrong(path, "it has no diff", "write the header, then the output of `git diff`")
    fields = _fields(path, text[: begin.start()])
    kind = _one(path, fields, "Class")
    if kind not in CLASSES:
        raise _wrong(path, f"Class: {kind} is not known", f"choose one of {', '.join(CLASSES)}")
    if missing := [name for name in _NEEDED if name not in fields and not (kind == HARMLESS and name != "What")]:
        raise _wrong(path, f"its header lacks {', '.join(missing)}", f"a header has {', '.join(_NEEDED)}")
    stage = _one(path, fields, "Stage") if kind != HARMLESS else ""
    if kind != HARMLESS and stage not in (*STAGES, NOTE):
        raise _wrong(path, f"Stage: {stage} is not known", f"choose one of {', '.join((*STAGES, NOTE))}")
    expect = tuple(fields.get("Expect", ()))
    for pattern in expect:
        try:
            re.compile(pattern)
        except re.error as error:
            raise _wrong(path, f"Expect: {pattern} is no regular expression: {error}", "correct it") from None
    return Mutant(
        name=path.stem,
        path=path,
        what=_one(path, fields, "What"),
        kind=kind,
        stage=stage,
        error=" ".join(fields.get("Error", ())),
        source=" ".join(fields.get("Source", ())),
        expect=expect,
        targets=tuple(_TARGET.findall(text)),
        quick=fields.get("Quick") == ["yes"],
        alone=fields.get("Alone") == ["yes"],
    )


def read_all(folder: Path = FOLDER) -> list[Mutant]:
    """Returns every mutant of the folder, sorted by name."""
    return [read(path) for path in sorted(folder.glob("*.patch"))]


def chosen(mutants: Sequence[Mutant], names: str = "", kinds: str = "", quick: bool = False) -> list[Mutant]:
    """Returns the mutants whose name or class is in one of the lists, separated by commas. An empty list means all.

    Raises:
        CommandError: a list names something that no mutant has, or nothing is left.
    """
    wanted, classes = _split(names), _split(kinds)
    known = [mutant.name for mutant in mutants]
    if unknown := [name for name in wanted if name not in known]:
        raise CommandError(f"no mutant is named {', '.join(unknown)}", f"see {relative(FOLDER)}/")
    if unknown := [kind for kind in classes if kind not in CLASSES]:
        raise CommandError(f"no class is named {', '.join(unknown)}", f"choose from {', '.join(CLASSES)}")
    found = [
        mutant
        for mutant in mutants
        if (not wanted or mutant.name in wanted)
        and (not classes or mutant.kind in classes)
        and (not quick or mutant.quick)
    ]
    if not found:
        raise CommandError("NAMES and CLASS together leave no mutant", "leave one of them out")
    return found


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _fields(path: Path, header: str) -> dict[str, list[str]]:
    """Returns the values of each field of a header. A line that begins with a blank continues the value above it."""
    fields: dict[str, list[str]] = {}
    last: list[str] = []
    for line in header.splitlines():
        if line[:1].isspace() and last:
            last[-1] += f" {line.strip()}"
        elif line.strip():
            found = _FIELD.fullmatch(line)
            if not found or found[1] not in _KNOWN:
                raise _wrong(path, f"the line {line!r} is no field", f"the fields are {', '.join(sorted(_KNOWN))}")
            last = fields.setdefault(found[1], [])
            last.append(found[2].strip())
    return fields


def _one(path: Path, fields: dict[str, list[str]], name: str) -> str:
    values = fields.get(name, [])
    if len(values) != 1:
        raise _wrong(path, f"it has {len(values)} lines {name}:", "a header has exactly one")
    return values[0]


def _wrong(path: Path, what: str, remedy: str) -> CommandError:
    return CommandError(f"{relative(path)}: {what}", remedy)
