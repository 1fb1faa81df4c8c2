"""What the documents name exists: files, folders, links, targets of make, settings."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from scripts.base.paths import TOP
from tests.kit.markdown import Document, documents

pytestmark = pytest.mark.unit

DOCUMENTS = list(documents(TOP))
MAKEFILE = (TOP / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z0-9-]+):", MAKEFILE, re.MULTILINE))
NAMES = {
    name
    for folder in TOP.iterdir()
    if folder.is_dir() and folder.name not in (".local", ".git", "build")
    for _, _, files in os.walk(folder)
    for name in files
} | {path.name for path in TOP.iterdir()}
PATH = re.compile(r"[\w.{},*-]+(/[\w.{},*-]+)*/?")
PLUGIN = TOP / "emulator" / "glue_aurora"  # its page names services without their package
# Endings by which a name in backticks is taken for a file.
SUFFIXES = {".py", ".md", ".sql", ".sh", ".toml", ".tf", ".tfvars", ".yml", ".csv", ".txt", ".in", ".hcl", ".sha256"}

# What the documents name although the repository does not hold it, by its beginning.
MADE_BY_COMMANDS = (".local/", "build/", "bench/results/", "ports.env")
IN_THE_BUCKET = ("raw/", "processed/", "certificates/", "scripts/*.py", "wheels/", "tmp/", "notas/")
IN_AN_INSTANCE = ("secrets/", "postgres/", "localstack/", "worker/", "logs/", "processes/", "<account>")
OF_OTHERS = ("0001_add_turno.sql", "localstack_providers_override.tf", "*.auto.tfvars", "*.csv")
ELSEWHERE = (*MADE_BY_COMMANDS, *IN_THE_BUCKET, *IN_AN_INSTANCE, *OF_OTHERS)


each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: str(each.path.relative_to(TOP)))


@each_document
def test_paths_exist(document: Document) -> None:
    assert [path for path in _paths(document) if not _exists(path, document.path.parent)] == []


@each_document
def test_links_resolve(document: Document) -> None:
    broken = []
    for link in document.links:
        name, _, anchor = link.partition("#")
        target = (document.path.parent / name).resolve() if name else document.path
        if not target.exists() or (anchor and anchor not in Document.read(target).anchors):
            broken.append(link)
    assert broken == []


@each_document
def test_targets_of_make_exist(document: Document) -> None:
    named = {target for text in (*document.code, *document.blocks) for target in _targets(text)}
    named |= {code for code in document.code if re.fullmatch(r"(aws|test)-[a-z0-9-]+", code)}
    assert named - TARGETS == set()


@each_document
def test_settings_exist(document: Document) -> None:
    code = "\n".join((*document.code, *document.blocks))
    named = set(re.findall(r"\b(?:EMULATOR|GLUE|PROVIDER_OVERRIDE|TF_VAR)_[A-Za-z_]+\b", code))
    assert {name for name in named if not _is_setting(name)} == set()


def test_help_of_make_names_targets() -> None:
    texts = re.findall(r"^[a-z0-9-]+:.*?## (.*)$", MAKEFILE, re.MULTILINE)
    named = {target for text in texts for target in re.findall(r"\b(?:aws|test|local)-[a-z0-9-]+", text)}
    named |= {target for text in texts for target in _targets(text)}
    assert named - TARGETS == set()


def test_sources_name_documents_that_exist() -> None:
    missing = {}
    for path in _sources():
        named = set(
            re.findall(r"\b(?:docs|emulator)/[\w/-]+\.md\b", path.read_text(encoding="utf-8", errors="replace"))
        )
        if gone := {name for name in named if not (TOP / name).exists()}:
            missing[str(path.relative_to(TOP))] = gone
    assert missing == {}


def test_decisions_have_one_form_and_stand_in_the_index() -> None:
    index = (TOP / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    listed = []
    for document in (each for each in DOCUMENTS if re.fullmatch(r"\d{4}-.+", each.path.stem)):
        number, title = re.fullmatch(r"(\d{4})\. (.+)", document.headings[0][1]).groups()  # type: ignore[union-attr]
        date, status = re.search(r"^Date: (\S+)\. Status: (.+)\.$", document.prose, re.MULTILINE).groups()  # type: ignore[union-attr]
        assert [text for _, text in document.headings[1:]] == ["Context", "Decision", "Consequences"], document.path
        assert document.path.name.startswith(number)
        listed.append(f"| [{number}]({document.path.name}) | {title} | {date} | {status} |")
    assert [line for line in index.splitlines() if line.startswith("| [")] == listed


def test_a_change_takes_five_files_at_most() -> None:
    """The table "Where does X go?": what a change touches apart from its tests and what `make format` writes."""
    text = (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", text.partition("## Where does X go?")[2], re.MULTILINE)[1:]
    many = {}
    for change, files in rows:
        named = [code for code in re.findall(r"`([^`]+)`", files) if "/" in code and not code.startswith("docs/")]
        if len(named) > 5:
            many[change] = named
    assert rows[0][0] == "a column of alunos" and len(rows) >= 15
    assert many == {}


def test_portuguese_readme_has_the_english_ones_shape() -> None:
    english, portuguese = Document.read(TOP / "README.md"), Document.read(TOP / "README.pt-BR.md")
    assert [level for level, _ in portuguese.headings] == [level for level, _ in english.headings]
    assert portuguese.commands == english.commands
    assert portuguese.tables == english.tables
    assert [link for link in portuguese.links if link != "README.md"] == [
        link for link in english.links if link != "README.pt-BR.md"
    ]


def _paths(document: Document) -> Iterator[str]:
    """Inline code that looks like a file or folder of the repository."""
    for code in document.code:
        if PATH.fullmatch(code) and (code.endswith("/") or Path(code).suffix in SUFFIXES):
            yield code


def _exists(path: str, folder: Path) -> bool:
    if path.startswith(ELSEWHERE):
        return True
    if "/" not in path:  # a name alone: any folder may hold it
        return any(fnmatch(name, path) for name in NAMES)
    return all(any(any(base.glob(each.rstrip("/"))) for base in (TOP, folder, PLUGIN)) for each in _expanded(path))


def _expanded(path: str) -> list[str]:
    """`{a,b}` written out."""
    if not (braces := re.search(r"\{([^}]*)\}", path)):
        return [path]
    before, after = path[: braces.start()], path[braces.end() :]
    return [one for choice in braces[1].split(",") for one in _expanded(before + choice + after)]


def _targets(text: str) -> Iterator[str]:
    """Targets of the `make` commands in `text`."""
    for line in text.splitlines():
        line = re.sub(r"(^|\s)#.*$", "", line)
        for words in re.findall(r"(?:^|[\s(\"])make((?:\s+[\w.=/\"'-]+)*)", line):
            for word in words.split():
                if re.fullmatch(r"[a-z][a-z0-9-]*", word):
                    yield word


def _sources() -> Iterator[Path]:
    for name in (
        "scripts",
        "emulator",
        "glue_scripts",
        "bench",
        "tests",
        "terraform",
        "docker",
        "requirements",
        ".github",
    ):
        for path in (TOP / name).rglob("*"):
            if path.is_file() and path.suffix not in {".pyc", ".md"} and "results" not in path.parts:
                yield path
    yield from (TOP / name for name in ("Makefile", "docker-compose.yml", "pyproject.toml", ".ci/run"))


_SOURCE_TEXT = "\n".join(
    path.read_text(encoding="utf-8", errors="replace") for path in _sources() if path.name != "test_docs.py"
)


def _is_setting(name: str) -> bool:
    if name.startswith("TF_VAR_"):
        return f'variable "{name[7:]}"' in _SOURCE_TEXT
    return name in _SOURCE_TEXT
