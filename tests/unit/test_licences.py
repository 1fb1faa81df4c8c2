"""docs/licences.md has a row for all that is pinned, and licences are read as packages state them."""

from __future__ import annotations

import re
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest

from scripts.base.errors import SetupError
from scripts.base.paths import TOP
from scripts.supply import licences, licences_page, pins
from scripts.supply.pins import Pin

pytestmark = pytest.mark.unit

PAGE = licences_page.PAGE.read_text(encoding="utf-8")
ROWS = {tuple(line.strip("| ").split(" | ")) for line in PAGE.splitlines() if line.startswith("| ")}
NOTHING_KNOWN: dict[str, Any] = {
    "packages": {},
    "jars": {},
    "images": {},
    "programs": {},
    "copyleft": {},
    "restricted": {},
}


def test_each_pin_has_a_row_with_its_files() -> None:
    listed = {(row[0], row[1], row[3]) for row in ROWS if len(row) == 4}
    missing = {(pin.name, pin.version, ", ".join(pin.files)) for pin in pins.read()} - listed
    assert missing == set(), "`make licences` writes docs/licences.md"


def test_each_version_with_a_row_is_pinned() -> None:
    pinned = {(pin.name, pin.version) for pin in pins.read()}
    listed = {(row[0], row[1]) for row in ROWS if len(row) == 4}
    assert listed - pinned == {("Package", "Version"), ("---", "---")}, "`make licences` writes docs/licences.md"


def test_each_jar_has_a_licence() -> None:
    assert {name for name, _ in licences.jars()} == set(licences.known()["jars"])
    assert {row[:2] for row in ROWS} >= set(licences.jars()), "`make licences` writes docs/licences.md"


def test_each_image_has_a_licence() -> None:
    compose = (TOP / "docker-compose.yml").read_text(encoding="utf-8")
    files = [path for folder in ("docker", ".devcontainer") for path in (TOP / folder).rglob("Dockerfile")]
    named = re.findall(r"^ +image: ([^\s$]+)$", compose, re.M)
    named += [image for path in files for image in re.findall(r"^FROM (\S+)", path.read_text(encoding="utf-8"), re.M)]
    assert set(named) == set(licences.known()["images"])
    assert {row[0] for row in ROWS} >= set(named), "`make licences` writes docs/licences.md"


def test_every_line_with_a_version_is_read_as_a_pin() -> None:
    lines = [
        line
        for path in (TOP / "requirements").glob("*.txt")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match(r"\w\S*==", line)
    ]
    assert sum(len(pin.files) for pin in pins.read()) == len(lines)
    assert [pin.name for pin in pins.read() if "--hash=sha256:" not in pin.text] == []


@pytest.mark.parametrize(
    ("markers", "installed"),
    [
        ({""}, True),
        ({"sys_platform == 'win32'"}, False),
        ({"sys_platform == 'win32'", ""}, True),
        ({"sys_platform == 'darwin'"}, True),
        ({"python_full_version < '3.11.5'"}, True),
        ({"python_full_version >= '3.12'"}, False),
    ],
)
def test_pins_of_other_machines_are_not_installed(markers: set[str], installed: bool) -> None:
    assert Pin("x", "1", "", markers=markers).installed is installed


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ("License-Expression: MIT\nLicense: BSD\nClassifier: License :: OSI Approved :: BSD License", "MIT"),
        ("License: ours\nClassifier: License :: OSI Approved :: BSD License", "BSD License"),
        ("License: MIT\nClassifier: License :: OSI Approved", "MIT"),
        ("License: MIT License\n        Permission is granted\n        to you", ""),
        ("License: UNKNOWN", ""),
        ("Summary: says nothing", ""),
    ],
)
def test_licence_is_read_as_the_package_states_it(metadata: str, licence: str, tmp_path: Path) -> None:
    (tmp_path / "METADATA").write_text(f"Metadata-Version: 2.4\nName: x\nVersion: 1\n{metadata}\n")
    assert licences.stated(Distribution.at(tmp_path)) == licence


@pytest.mark.parametrize(
    ("licence", "families"),
    [
        ("LGPL-3.0-only", ["LGPL"]),
        ("GNU Library or Lesser General Public License (LGPL)", ["LGPL"]),
        ("GNU Lesser General Public License v3", ["LGPL"]),
        ("AGPL-3.0", ["AGPL"]),
        ("GNU Affero General Public License v3", ["AGPL"]),
        ("GPL-2.0-only WITH Classpath-exception-2.0", ["GPL"]),
        ("GNU General Public License (GPL)", ["GPL"]),
        ("Mozilla Public License 2.0 (MPL 2.0)", ["MPL"]),
        ("MIT OR Apache-2.0", []),
        ("Zope Public License", []),
    ],
)
def test_copyleft_is_recognised(licence: str, families: list[str]) -> None:
    assert licences.families(licence) == families


@pytest.mark.parametrize("licence", ["", "GPL-3.0"])
def test_package_without_licence_or_meaning_is_refused_by_name(licence: str) -> None:
    with pytest.raises(SetupError, match=r"unheard-of[\s\S]*licences.toml"):
        licences_page.text([Pin("unheard-of", "1", "", ["tools"], {""})], {("unheard-of", "1"): licence}, NOTHING_KNOWN)


def test_package_of_another_machine_needs_no_licence_and_is_no_copyleft_here() -> None:
    wanted = [Pin(name, "1", "", ["tools"], {"sys_platform == 'win32'"}) for name in ("a", "b")]
    page = licences_page.text(wanted, {("a", "1"): "", ("b", "1"): "GPL-3.0"}, NOTHING_KNOWN)
    assert "| a | 1 | not read: " in page
    assert page.count("GPL-3.0") == 1


def test_family_gives_a_meaning_where_the_package_has_none() -> None:
    known = {**NOTHING_KNOWN, "copyleft": {"LGPL": "it may be replaced", "a": "of its own"}}
    wanted = [Pin(name, "1", "", ["tools"], {""}) for name in ("a", "b")]
    page = licences_page.text(wanted, {("a", "1"): "LGPL-3.0", ("b", "1"): "LGPL-3.0"}, known)
    assert "| a | LGPL-3.0 | of its own |" in page
    assert "| b | LGPL-3.0 | it may be replaced |" in page
