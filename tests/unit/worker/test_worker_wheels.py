"""On a laptop that is not Glue's platform, the same version's build for it is installed."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import pytest
from glue_worker.errors import ModuleInstallError
from glue_worker.installed_modules import InstalledModules
from glue_worker.wheels import ModuleInstaller

pytestmark = pytest.mark.unit
FOR_GLUE = "driver-1.5-cp311-cp311-manylinux2014_x86_64.whl"
FOR_LAPTOP = "driver-1.5-cp311-cp311-macosx_11_0_arm64.whl"


class Bucket:
    """The S3 side: each wheel is an archive without metadata."""

    def fetch(self, url: str, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        target = folder / url.rpartition("/")[2]
        target.write_bytes(b"PK\5\6" + bytes(18))
        return target


def installer(folder: Path, native: Path | None, notes: list[str], commands: list[list[str]]) -> ModuleInstaller:
    def run_pip(command: list[str]) -> tuple[int, str]:
        commands.append(command)
        return 0, ""

    bucket: Any = Bucket()
    return ModuleInstaller(
        folder, "python3.11", native, False, bucket, run_pip, notes.append, InstalledModules(folder / "earlier")
    )


@pytest.fixture
def laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")


@pytest.mark.usefixtures("laptop")
def test_another_platform_gets_its_own_build_and_the_log_says_so(tmp_path: Path) -> None:
    native = tmp_path / "native"
    native.mkdir()
    for name in (FOR_LAPTOP, "driver-1.4-cp311-cp311-macosx_11_0_arm64.whl", "other-1.0-py3-none-any.whl"):
        (native / name).write_bytes(b"PK\5\6" + bytes(18))
    notes: list[str] = []
    commands: list[list[str]] = []
    installer(tmp_path, native, notes, commands).install(f"s3://bucket/{FOR_GLUE}", "")
    # What the job did not ship must not be within pip's reach.
    assert [path.name for path in (tmp_path / "wheels").iterdir()] == [FOR_LAPTOP]
    assert commands[-1][-1] == "driver==1.5"
    assert [FOR_GLUE in note and "own build" in note for note in notes] == [True]


@pytest.mark.usefixtures("laptop")
def test_another_platform_without_a_build_fails(tmp_path: Path) -> None:
    with pytest.raises(ModuleInstallError, match=r"no build of driver==1\.5 \(put its build"):
        installer(tmp_path, None, [], []).install(f"s3://bucket/{FOR_GLUE}", "")


@pytest.mark.usefixtures("laptop")
def test_a_pure_wheel_is_installed_as_it_is(tmp_path: Path) -> None:
    commands: list[list[str]] = []
    installer(tmp_path, None, [], commands).install("s3://bucket/pure-1.0-py3-none-any.whl", "")
    assert commands[-1][-1] == str(tmp_path / "wheels" / "pure-1.0-py3-none-any.whl")


def test_nothing_to_install_is_no_folder(tmp_path: Path) -> None:
    assert installer(tmp_path, None, [], []).install(" , ", "") is None


def test_installer_options_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModuleInstallError, match="--python-modules-installer-option --upgrade is not supported here"):
        installer(tmp_path, None, [], []).install("numpy", "--no-index --upgrade")
