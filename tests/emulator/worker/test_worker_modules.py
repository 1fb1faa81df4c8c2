"""--additional-python-modules: wheels from S3, no internet, Glue's platform."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from scripts.base.paths import WHEELS
from tests.kit.worker import Cloud

pytestmark = pytest.mark.emulator
Runner = Callable[..., dict[str, Any]]
FAILED = "LAUNCH ERROR | Installation of Additional Python Modules failed: "


def put_wheel(cloud: Cloud, name: str, *, requires: str = "", tags: str = "py3-none-any", value: str = "") -> str:
    """Uploads a wheel of version 1.0 with one module, `name`, which has a NAME. Returns its URL."""
    packed = io.BytesIO()
    info = f"{name}-1.0.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{name}.py", f"NAME = '{value or name}'\n")
        archive.writestr(f"{info}/METADATA", metadata + (f"Requires-Dist: {requires}\n" if requires else ""))
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tags}\n")
        archive.writestr(f"{info}/RECORD", "")
    return cloud.put(f"wheels/{name}-1.0-{tags}.whl", packed.getvalue())


def test_the_drivers_wheel_is_installed_and_imported(run: Runner, cloud: Cloud) -> None:
    [wheel] = WHEELS.glob("psycopg2_binary-*.whl")
    url = cloud.put(f"wheels/{wheel.name}", wheel)
    done = run("import psycopg2\nprint(psycopg2.__file__)", {"--additional-python-modules": url})
    assert done["state"] == "SUCCEEDED"
    assert "/python_modules/psycopg2/" in done["output"][0]


def test_wheels_may_need_each_other_and_what_glue_has(run: Runner, cloud: Cloud) -> None:
    needs_both = put_wheel(cloud, "precisa_de_dois", requires="base_de_dois\nRequires-Dist: pandas>=2")
    modules = f"{needs_both}, {put_wheel(cloud, 'base_de_dois')}, numpy"
    done = run("import precisa_de_dois, base_de_dois\nprint('ok')", {"--additional-python-modules": modules})
    assert (done["state"], done["output"]) == ("SUCCEEDED", ["ok"])


def test_a_later_run_gets_the_wheel_that_lies_there_now(run: Runner, cloud: Cloud) -> None:
    for value in ("um", "um", "dois"):
        url = put_wheel(cloud, "trocado", value=value)
        done = run("import trocado\nprint(trocado.NAME)", {"--additional-python-modules": url})
        assert (done["state"], done["output"]) == ("SUCCEEDED", [value])


@pytest.mark.parametrize("internet", [False, True])
def test_a_missing_dependency_fails_as_in_a_private_subnet(run: Runner, cloud: Cloud, internet: bool) -> None:
    modules = put_wheel(cloud, f"sozinho{internet}", requires="nao-esta-aqui==2.0")
    done = run("print('never')", {"--additional-python-modules": modules}, internet=internet)
    assert (done["state"], done["output"]) == ("FAILED", [])
    assert done["error_message"].startswith(FAILED + "ERROR: No matching distribution found for nao-esta-aqui==2.0")
    assert ("no internet" in done["error_message"]) != internet
    assert ("not supported here" in done["error_message"]) == internet


@pytest.mark.parametrize(
    ("modules", "reason"),
    [
        ("requests==2.31.0", "ERROR: No matching distribution found for requests==2.31.0"),
        ("numpy>=1,<7.0", "ERROR: Invalid requirement: '<7.0'"),
        ("--index-url=http://127.0.0.1:9", "not supported here"),
        ("https://127.0.0.1:9/a-1.0-py3-none-any.whl", "not supported here"),
        ("s3://worker-tests/wheels/none-1.0-py3-none-any.whl", "can't be read: NoSuchKey"),
        ("s3://worker-tests/wheels/some.tar.gz", "is not a wheel"),
        ("s3://worker-tests/wheels/a-1.0-cp311-cp311-macosx_11_0_arm64.whl", "built for macosx_11_0_arm64"),
    ],
)
def test_what_glue_could_not_install_fails_with_the_reason(run: Runner, modules: str, reason: str) -> None:
    done = run("print('never')", {"--additional-python-modules": modules})
    assert (done["state"], done["output"]) == ("FAILED", [])
    assert done["error_message"].startswith(FAILED)
    assert reason in done["error_message"]
