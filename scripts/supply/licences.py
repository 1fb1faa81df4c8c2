"""The licences of what the project installs: from the packages' own metadata, and from `requirements/licences.toml`."""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from scripts.base.console import step
from scripts.base.paths import LOCAL, REQUIREMENTS
from scripts.supply import pins, venvs

SOURCE = REQUIREMENTS / "licences.toml"
_COPYLEFT = {
    "AGPL": r"AGPL|Affero",
    "LGPL": r"LGPL|Lesser General Public",
    "GPL": r"(?<![AL])GPL|(?<!Lesser )(?<!Affero )General Public License",
    "MPL": r"MPL|Mozilla",
    "EPL": r"\bEPL|Eclipse",
}


def known() -> dict[str, Any]:
    """Returns the content of `requirements/licences.toml`."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def families(licence: str) -> list[str]:
    """Returns the copyleft families that a licence's name belongs to, for example `["LGPL"]`."""
    return [family for family, pattern in _COPYLEFT.items() if re.search(pattern, licence)]


def jars() -> list[tuple[str, str]]:
    """Returns name and version of every jar of `requirements/jars.sha256`, each once."""
    names = {Path(line.split()[1]).stem for line in (REQUIREMENTS / "jars.sha256").read_text().splitlines()}
    found = [re.fullmatch(r"(.+?)-(\d.*)", name) for name in names]
    return sorted((match[1], match[2]) for match in found if match)


def of_packages(wanted: Iterable[pins.Pin]) -> dict[tuple[str, str], str]:
    """Returns the licence of each package by name and version. Fetches what uv has not fetched yet.

    Raises:
        SetupError: uv could not fetch a package.
    """
    found: dict[tuple[str, str], str] = {}
    with tempfile.TemporaryDirectory(dir=LOCAL) as scratch:
        for number, group in enumerate(_groups(wanted)):
            folder, file = Path(scratch) / str(number), Path(scratch) / f"{number}.txt"
            file.write_text("".join(pin.text for pin in group))
            with step(f"reading the licences of {len(group)} packages"):
                venvs.install_into(folder, file)
                for each in distributions(path=[str(folder)]):
                    found[_normal(each.metadata["Name"]), each.version] = stated(each)
    return found


def stated(distribution: Distribution) -> str:
    """Returns the licence that a package states: its SPDX expression, else its classifiers, else its licence field.

    Empty if it states none. A licence field of several lines is the licence's text and not its name.
    """
    metadata = distribution.metadata.json
    if expression := metadata.get("license_expression"):
        return str(expression)
    classifiers = [each.split(" :: ")[-1] for each in metadata.get("classifier", []) if each.startswith("License ::")]
    if named := [each for each in classifiers if each != "OSI Approved"]:
        return ", ".join(named)
    text = str(metadata.get("license", "")).strip()
    return text if "\n" not in text and len(text) <= 80 and text != "UNKNOWN" else ""


def _groups(wanted: Iterable[pins.Pin]) -> Iterator[list[pins.Pin]]:
    """Yields lists of pins without two versions of one package, which could not lie in one folder."""
    left = list(wanted)
    while left:
        group = {pin.name: pin for pin in reversed(left)}
        yield list(group.values())
        left = [pin for pin in left if group[pin.name] is not pin]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
