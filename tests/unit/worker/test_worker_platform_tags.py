"""Which wheels Glue's platform takes, by their file names."""

from __future__ import annotations

import pytest
from glue_worker.errors import ModuleInstallError
from glue_worker.platform_tags import Wheel, glue_refuses

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "tags",
    [
        "py3-none-any",
        "py2.py3-none-any",
        "py311-none-any",
        "py39-none-any",
        "cp311-none-any",
        "cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64",
        "cp311-cp311-manylinux_2_34_x86_64",
        "cp311-cp311-manylinux1_x86_64",
        "cp311-cp311-linux_x86_64",
        "cp39-abi3-manylinux_2_28_x86_64",
        "cp38.cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "1-cp311-cp311-manylinux2014_x86_64",
    ],
)
def test_taken(tags: str) -> None:
    assert glue_refuses(Wheel.parse(f"some_name-1.0-{tags}.whl")) is None


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ("cp311-cp311-macosx_11_0_arm64", "macosx_11_0_arm64"),
        ("cp311-cp311-manylinux2014_aarch64", "manylinux2014_aarch64"),
        ("cp311-cp311-musllinux_1_2_x86_64", "musllinux_1_2_x86_64"),
        ("cp311-cp311-manylinux_2_35_x86_64", "glibc 2.34"),
        ("cp311-cp311-win_amd64", "win_amd64"),
        ("cp310-cp310-manylinux2014_x86_64", "cp310-cp310"),
        ("cp312-cp312-manylinux2014_x86_64", "cp312-cp312"),
        ("cp312-abi3-manylinux2014_x86_64", "cp312-abi3"),
        ("cp311-cp311t-manylinux2014_x86_64", "cp311-cp311t"),
        ("py2-none-any", "py2-none"),
        ("py312-none-any", "py312-none"),
    ],
)
def test_refused_with_its_reason(tags: str, reason: str) -> None:
    assert reason in str(glue_refuses(Wheel.parse(f"name-1.0-{tags}.whl")))


@pytest.mark.parametrize("name", ["name-1.0.whl", "name.whl", "name-1.0-py3-none-any.zip", "name--py3-none-any.whl"])
def test_a_name_that_is_no_wheels(name: str) -> None:
    with pytest.raises(ModuleInstallError, match="is not a valid wheel filename"):
        Wheel.parse(name)


def test_builds_of_one_release_are_known_whatever_their_spelling() -> None:
    for_glue = Wheel.parse("psycopg2_binary-2.9.11-cp311-cp311-manylinux2014_x86_64.whl")
    assert for_glue.same_release(Wheel.parse("Psycopg2.Binary-2.9.11-cp311-cp311-macosx_14_0_arm64.whl"))
    assert not for_glue.same_release(Wheel.parse("psycopg2_binary-2.9.10-cp311-cp311-macosx_14_0_arm64.whl"))
    assert for_glue.requirement == "psycopg2-binary==2.9.11"
