"""Where root's PostgreSQL lies: it runs under another account, which a private folder keeps out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.base.errors import SetupError
from scripts.base.processes import Account
from scripts.environment import postgres
from scripts.environment.instance import Instance, Ports

pytestmark = pytest.mark.unit
OTHER = Account("nobody", 65533, 65533)


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    """An instance in a folder that everybody may enter, while the temporary folder is private."""
    top = Path(tempfile.mkdtemp(dir="/tmp"))
    monkeypatch.setattr(postgres, "LOCAL", top / "clone")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # pytest's folders are private
    (top / "clone").mkdir()
    top.chmod(0o755)
    (top / "clone").chmod(0o755)
    yield Instance(top / "clone", Ports(1, 2, 3))
    for folder in (top / "clone", top):
        folder.rmdir()


def test_clone_that_the_account_can_enter_is_used(instance: Instance) -> None:
    assert postgres._base(instance, OTHER) == instance.folder


def test_private_clone_and_private_temporary_folder_are_not_used(instance: Instance) -> None:
    instance.folder.chmod(0o700)
    assert postgres._base(instance, OTHER).parent == Path("/tmp")
    assert postgres._base(instance, None) == instance.folder


def test_where_no_folder_is_open_the_remedy_is_named(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    instance.folder.chmod(0o700)
    monkeypatch.setattr(postgres, "OPEN_FOLDERS", ())
    with pytest.raises(SetupError, match="can't reach"):
        postgres._base(instance, OTHER)


def test_base_of_another_user_is_refused(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    instance.folder.chmod(0o700)
    base = postgres._base(instance, OTHER)
    base.mkdir()
    try:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
        with pytest.raises(SetupError, match="belongs to another user"):
            postgres._base(instance, OTHER)
    finally:
        base.rmdir()
