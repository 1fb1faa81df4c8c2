"""Writes `docs/licences.md`: the licence of each package, jar, image and program that the project installs or names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scripts.base.errors import SetupError
from scripts.base.paths import TOP, relative
from scripts.supply import licences, pins

PAGE = TOP / "docs" / "licences.md"
_HEAD = """\
# Licences

`make licences` writes this page from the metadata of the packages that `requirements/*.txt` pins and from
`requirements/licences.toml`. A test fails when a pin, a jar or an image has no row. The page repeats what
publishers state. It is not legal advice.

## What the repository ships

The repository ships its own sources only, under the [Apache License 2.0](../LICENSE): no package, jar, image or
binary of others. The sample files are invented. Commands fetch the things below from their publishers to the
user's machine.

`terraform apply` puts one of them, the wheel of `psycopg2-binary`, into the user's own bucket. A Docker image that
`make local-up` builds stays on the user's machine. A person who gives such an image, a venv or the cache to others
ships what is in it. That person owes what these licences ask for: mostly their texts and notices, and for copyleft
the sources.

Wheels, jars and images hold libraries of other projects (libpq, OpenSSL, Debian's packages). Their licences lie
inside them and are not listed here."""
_COPYLEFT = """\
## Copyleft

No licence below reaches the project's own sources."""


def write() -> None:
    """Writes the page anew.

    Raises:
        SetupError: a package could not be fetched, states no licence, or has a copyleft without a meaning.
    """
    wanted = pins.read()
    found = licences.of_packages(pin for pin in wanted if pin.installed)
    stated = {(pin.name, pin.version): found.get((pin.name, pin.version), "") for pin in wanted}
    PAGE.write_text(text(wanted, stated, licences.known()), encoding="utf-8")


def text(wanted: Iterable[pins.Pin], stated: Mapping[tuple[str, str], str], known: Mapping[str, Any]) -> str:
    """Returns the page for pins, their stated licences by name and version, and the content of licences.toml.

    Raises:
        SetupError: a package that is installed has no licence, or a copyleft has no meaning.
    """
    rows, unknown, copyleft = [], [], {}
    for pin in wanted:
        licence = known["packages"].get(pin.name) or stated[pin.name, pin.version]
        if pin.installed:
            if not licence:
                unknown.append(pin.name)
            if families := licences.families(licence):
                copyleft[pin.name] = (licence, families)
        elif not licence:
            licence = "not read: Python 3.11 on Linux or macOS does not install this version"
        rows.append((pin.name, pin.version, licence, ", ".join(pin.files)))
    meanings = {name: _meaning(name, families, known["copyleft"]) for name, (_, families) in copyleft.items()}
    if unknown := sorted({*unknown, *(name for name in meanings if not meanings[name])}):
        raise SetupError(
            f"no licence, or a copyleft without a meaning: {', '.join(unknown)}",
            f"read the package's licence, and write it into {relative(licences.SOURCE)}",
        )
    occurring = {family for _, families in copyleft.values() for family in families}
    jars = [(name, version, known["jars"].get(name, "")) for name, version in licences.jars()]
    parts = [
        _HEAD,
        _COPYLEFT + (" AGPL does not occur." if "AGPL" not in occurring else ""),
        _table(("Package", "Licence", "What it means here"), [(n, copyleft[n][0], meanings[n]) for n in meanings]),
        "## Not open source",
        _table(("Package", "What it means here"), known["restricted"].items()),
        "## Python packages",
        "A package stands in the requirements of the last column. Tests and tools need most of them.",
        _table(("Package", "Version", "Licence", "In"), rows),
        "## Jars",
        _table(("Jar", "Version", "Licence"), jars),
        "## Docker images",
        _table(("Image", "Licence"), known["images"].items()),
        "## Programs",
        _table(
            ("Program", "Licence", "Who installs it"),
            [(name, each["licence"], each["by"]) for name, each in known["programs"].items()],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _meaning(name: str, families: Iterable[str], meanings: Mapping[str, str]) -> str:
    return next((meanings[key] for key in (name, *families) if key in meanings), "")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
