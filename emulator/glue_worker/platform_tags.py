"""Decides which wheels Glue's platform takes: CPython 3.11 on Amazon Linux 2023, x86_64 with glibc 2.34.

A wheel's file name says what it was built for:
https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

from glue_worker.errors import ModuleInstallError

PYTHON_MINOR = 11
GLIBC = (2, 34)
LEGACY_MANYLINUX = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}


@dataclass(frozen=True)
class Wheel:
    filename: str
    distribution: str
    version: str
    pythons: tuple[str, ...]
    abis: tuple[str, ...]
    platforms: tuple[str, ...]

    @classmethod
    def parse(cls, filename: str) -> Wheel:
        """Returns the parts of `name-version[-build]-python-abi-platform.whl`.

        Raises:
            ModuleInstallError: the name has another form. pip refuses such a file as well.
        """
        parts = filename.removesuffix(".whl").split("-")
        if not filename.endswith(".whl") or len(parts) not in (5, 6) or not all(parts):
            raise ModuleInstallError(
                f"ERROR: {filename} is not a valid wheel filename.", "keep the name it was built with"
            )
        pythons, abis, platforms = (tuple(part.split(".")) for part in parts[-3:])
        return cls(filename, parts[0], parts[1], pythons, abis, platforms)

    @property
    def is_pure(self) -> bool:
        return self.platforms == ("any",)

    @property
    def requirement(self) -> str:
        return f"{_normalized(self.distribution)}=={self.version}"

    def same_release(self, other: Wheel) -> bool:
        return self.requirement == other.requirement


def glue_refuses(wheel: Wheel) -> str | None:
    """Returns why Glue's pip would not install `wheel`, or None when it would."""
    fitting = [p for p in wheel.platforms if _platform_fits(p)]
    if not fitting:
        return f"built for {'.'.join(wheel.platforms)}, Glue is manylinux x86_64 with glibc {GLIBC[0]}.{GLIBC[1]}"
    if not any(_python_fits(python, abi) for python, abi in product(wheel.pythons, wheel.abis)):
        return f"built for {'.'.join(wheel.pythons)}-{'.'.join(wheel.abis)}, Glue is cp311"
    return None


def _platform_fits(tag: str) -> bool:
    if tag in ("any", "linux_x86_64"):
        return True
    if not tag.endswith("_x86_64"):
        return False
    name = tag.removesuffix("_x86_64")
    glibc = re.fullmatch(r"manylinux_(\d+)_(\d+)", name)
    needed = (int(glibc[1]), int(glibc[2])) if glibc else LEGACY_MANYLINUX.get(name)
    return needed is not None and needed <= GLIBC


def _python_fits(python: str, abi: str) -> bool:
    found = re.fullmatch(r"(py|cp)3(\d*)", python)
    if not found:
        return False
    minor = int(found[2]) if found[2] else None
    if abi == "none":
        return python == f"cp3{PYTHON_MINOR}" or (found[1] == "py" and (minor is None or minor <= PYTHON_MINOR))
    if found[1] != "cp" or minor is None:
        return False
    return minor <= PYTHON_MINOR if abi == "abi3" else minor == PYTHON_MINOR and abi == f"cp3{PYTHON_MINOR}"


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
