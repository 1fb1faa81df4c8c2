"""Markdown as the tests of the documents read it: headings, links, tables and code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Document:
    """One Markdown file. `prose` is its text without code blocks, `blocks` are those code blocks."""

    path: Path
    prose: str
    blocks: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Document:
        """The file at `path`, split at its fences."""
        parts = re.split(r"^``.*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        return cls(path, "".join(parts[::2]), parts[1::2])

    @property
    def headings(self) -> list[tuple[int, str]]:
        """Level and text of each heading."""
        return [(len(marks), text) for marks, text in re.findall(r"^(#+) (.+)$", self.prose, re.MULTILINE)]

    @property
    def anchors(self) -> set[str]:
        """The names that GitHub gives to the headings."""
        return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for _, text in self.headings}

    @property
    def code(self) -> list[str]:
        """What stands between single backticks."""
        return re.findall(r"`([^`\n]+)`", self.prose)

    @property
    def links(self) -> list[str]:
        """Targets of the links that name no other site."""
        found = re.findall(r"\]\(([^)\s]+)\)", self.prose)
        return [target for target in found if not re.match(r"[a-z]+:", target)]

    @property
    def tables(self) -> list[list[int]]:
        """Each table as the number of cells of each of its lines."""
        groups = re.findall(r"(?:^\|.*\n)+", self.prose + "\n", re.MULTILINE)
        return [[_cells(line) for line in group.splitlines()] for group in groups]

    @property
    def commands(self) -> list[list[str]]:
        """Each code block as its lines without comments, which another language's page translates."""
        return [[re.sub(r"\s+# .*$", "", line) for line in block.splitlines()] for block in self.blocks]


def _cells(line: str) -> int:
    return len(re.findall(r"(?<!\\)\|", re.sub(r"`[^`]*`", "", line))) - 1


def documents(top: Path) -> Iterator[Document]:
    """Every Markdown file of the repository, without what commands have made in it."""
    for path in sorted(top.rglob("*.md")):
        parts = path.relative_to(top).parts
        if not parts[0].startswith(".") and parts[0] != "build" and parts[:2] != ("bench", "results"):
            yield Document.read(path)
