"""What people type on macOS uses nothing that only GNU has: its bash is 3.2, its make 3.81, its tools are BSD's.

docker/ runs in containers of Debian, .ci/ on Linux.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.base.paths import TOP
from tests.kit.markdown import documents

pytestmark = pytest.mark.unit
MAKEFILE = TOP / "Makefile"
ONLY_GNU = {
    r"\bsed -i\b": "BSD's sed wants a suffix after -i",
    r"\breadlink -f\b|\brealpath\b": "not in every macOS: cd and pwd",
    r"\bdate (-d|--date)\b": "BSD's date has no -d",
    r"\bgrep -[a-zA-Z]*P": "BSD's grep has no -P",
    r"\bstat -c\b": "BSD's stat has -f",
    r"\bxargs -r\b": "BSD's xargs has no -r in older versions",
    r"(^|[|;&(`]) *(timeout|nproc|sha256sum|md5sum|tac|setsid)\b": "not in macOS",
    r"/proc/": "Linux only",
    r"\bbase64 -w": "BSD's base64 does not wrap",
    r"\bhead -n -": "BSD's head has no negative count",
}
NEWER_BASH = {
    r"\b(mapfile|readarray|coproc)\b": "from bash 4.0",
    r"\bdeclare -A\b|\blocal -[nA]\b": "from bash 4.0 and 4.3",
    r"\$\{\w+(,,?|\^\^?)\}": "from bash 4.0",
    r"&>>|\|&": "from bash 4.0",
    r"\[\[ -v ": "from bash 4.2",
    r"\bwait -n\b": "from bash 4.3",
}
NEWER_MAKE = {
    r"^\.ONESHELL": "from make 3.82",
    r"^define \S+ *[:?+]?=": "from make 3.82",
    r"^(undefine|private) ": "from make 3.82",
    r"^\S+ *(!=|::=)": "from make 4.0",
    r"\$\(file |&:": "from make 4.0 and 4.3",
}


def faults(text: str, *tables: dict[str, str]) -> list[str]:
    """Each line that has what a table forbids, outside its comment, and why."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        code = re.sub(r"(^|\s)#.*$", "", line)
        found += [
            f"{number}: {line.strip()} ({why})"
            for each in tables
            for what, why in each.items()
            if re.search(what, code)
        ]
    return found


@pytest.mark.parametrize("path", sorted((TOP / "scripts").rglob("*.sh")), ids=lambda each: each.name)
def test_scripts_run_on_macos(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8"), ONLY_GNU, NEWER_BASH) == []


def test_makefile_is_for_the_make_of_macos() -> None:
    assert faults(MAKEFILE.read_text(encoding="utf-8"), ONLY_GNU, NEWER_BASH, NEWER_MAKE) == []


def test_commands_of_the_documents_run_on_macos() -> None:
    wrong = {
        str(document.path.relative_to(TOP)): found
        for document in documents(TOP)
        for block in document.blocks
        if (found := faults(block, ONLY_GNU, NEWER_BASH))
    }
    assert wrong == {}
