"""The pins of `requirements/*.txt`: which package, which version, for which venvs, and whether a user installs it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from packaging.markers import Marker

from scripts.base.paths import REQUIREMENTS

# A pin begins a line. Its hashes and uv's comments are indented below it.
_PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[\w.!+-]+)(?: ; (?P<marker>[^\\\n]+?))? *(?P<rest>(?:\\?\n +.*)+)", re.MULTILINE
)
# The machines that the project supports. A patch release of Python chooses between two versions of some packages.
_MACHINES = [
    {
        "sys_platform": system,
        "python_version": "3.11",
        "python_full_version": patch,
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    for system in ("linux", "darwin")
    for patch in ("3.11.0", "3.11.15")
]


@dataclass
class Pin:
    """One version of a package. `text` is its requirement with the hashes, without its marker."""

    name: str
    version: str
    text: str
    files: list[str] = field(default_factory=list)
    markers: set[str] = field(default_factory=set)

    @property
    def installed(self) -> bool:
        """Whether Python 3.11 on Linux or macOS takes this version."""
        return "" in self.markers or any(Marker(each).evaluate(on) for each in self.markers for on in _MACHINES)


def read() -> list[Pin]:
    """Returns every pin once, by name and version, with the stems of the files that hold it."""
    found: dict[tuple[str, str], Pin] = {}
    for path in sorted(REQUIREMENTS.glob("*.txt")):
        for match in _PIN.finditer(path.read_text(encoding="utf-8")):
            name, version = match["name"], match["version"]
            hashes = "".join(f" \\\n    {each}" for each in re.findall(r"--hash=\S+", match["rest"]))
            pin = found.setdefault((name, version), Pin(name, version, f"{name}=={version}{hashes}\n"))
            pin.files.append(path.stem)
            pin.markers.add((match["marker"] or "").strip())
    return [found[key] for key in sorted(found)]
