"""What `make run` decides before it asks a server."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

from scripts.base.console import Pulse
from scripts.base.errors import CommandError, JobError
from scripts.case import datasets, failures, job, rows
from scripts.case.deployment import Kind
from scripts.case.failures import Typed
from scripts.commands import runs
from scripts.terraform import sources

pytestmark = pytest.mark.unit


def test_a_local_run_without_counts_is_no_success() -> None:
    """A script that ends by sys.exit(0) in its middle has done nothing."""
    ended = job.Run("jr_1", "SUCCEEDED", detail="The script ended by sys.exit(0) in line 7 of job.py.")
    account: Any = SimpleNamespace(is_local=True)
    with pytest.raises(JobError, match="no counts: The script ended by"):
        runs.report(account, {}, ended, Typed(), transaction=pytest.fail)


def test_counts_that_a_script_left_out_are_named() -> None:
    ended = job.Run("jr_1", "SUCCEEDED", lacking=("kept", "rejected"))
    account: Any = SimpleNamespace(is_local=True)
    with pytest.raises(JobError, match=r"lacks kept, rejected[\s\S]*logs as run_summary"):
        runs.report(account, {}, ended, Typed(), transaction=pytest.fail)


def test_remedy_of_a_failed_run_has_what_the_user_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        failures, "look_into", lambda cloud, outputs, ended, typed: failures.Failure("jr_1", "STOPPED", "", typed)
    )

    @click.command()
    @runs.run_options
    def command(data: Path | None, arguments: str, fresh: bool) -> None:
        account: Any = SimpleNamespace(is_local=True)
        runs.report(
            account, {}, job.Run("jr_1", "STOPPED"), runs.typed("make run", data, arguments, fresh), pytest.fail
        )

    for given, told in (("1", "run_summary: make run FRESH=1\n"), ("0", "run_summary: make run\n")):
        monkeypatch.setenv("FRESH", given)
        with pytest.raises(JobError, match=told):
            command.main([], standalone_mode=False)


def data_in(folder: Path, *names: str) -> Path:
    for name in names or ("alunos.csv", "escolas.csv.gz", "notas/2026.csv", "notas/2027.csv.gz", "other.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_data_set_has_a_place_of_its_own(tmp_path: Path) -> None:
    found = datasets.find(data_in(tmp_path / "Março 2026 (final)"))
    place = "raw/sets/Marco-2026-final/"
    assert found.prefix == place
    names = ("alunos.csv", "escolas.csv.gz", "notas/2026.csv", "notas/2027.csv.gz")
    assert sorted(found.files) == [place + name for name in names]
    assert found.files[place + "notas/2026.csv"] == found.folder / "notas" / "2026.csv"
    assert datasets.arguments(found, {"--x": "y"}) == {"--x": "y", "--raw_prefix": place}


@pytest.mark.parametrize(
    ("folder", "name"),
    [("/", "data"), ("/a/..", "data"), ("/x/日本", "data"), ("/x/.notas..", "notas"), ("/x/a/", "a")],
)
def test_name_of_a_data_set_is_a_part_of_a_key(folder: str, name: str) -> None:
    assert datasets.name_of(Path(folder)) == name


def test_tilde_that_the_shell_left_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert datasets.find(data_in(tmp_path / "x") and Path("~/x")).folder == tmp_path / "x"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nowhere", "nowhere does not exist"),
        ("file/alunos.csv", "is a file"),
        ("file", "has no escolas.csv, notas.csv"),
        ("~nobody-has-this-name/x", "nobody has the home folder ~nobody-has-this-name"),
    ],
)
def test_folder_without_data_is_named(name: str, says: str, tmp_path: Path) -> None:
    data_in(tmp_path / "file", "alunos.csv")
    with pytest.raises(CommandError, match=says):
        datasets.find(Path(name) if name.startswith("~") else tmp_path / name)


@pytest.mark.parametrize("name", ["--raw_prefix", "--raw-prefix"])
def test_run_reads_one_place(name: str, tmp_path: Path) -> None:
    found = datasets.find(data_in(tmp_path))
    with pytest.raises(CommandError, match=re.escape(f"DATA={tmp_path} and {name} in ARGS")):
        datasets.arguments(found, {name: "raw/"})


def test_rows_of_a_run_are_those_that_it_merged() -> None:
    merged = {"inserted": 1, "updated": 2, "unchanged": 3}
    assert "table: 6, of this run: 6, others: none" in rows.of_run(6, merged)
    assert "table: 10, of this run: 6, others: 4" in rows.of_run(10, merged)
    assert "table: 5, of this run: 6; somebody has removed" in rows.of_run(5, merged)


def test_files_of_a_kind_are_those_that_terraform_copies(tmp_path: Path) -> None:
    data_in(tmp_path, "a.py", ".b.py", "c.pyc", "d/e.py")
    assert sorted(Kind("module.glue", "script", "scripts/", tmp_path, "*.py").files()) == [
        "scripts/.b.py",
        "scripts/a.py",
    ]


def test_changed_files_of_terraform_are_named(tmp_path: Path) -> None:
    root = data_in(tmp_path / "root", "main.tf", "x.auto.tfvars", "modules/m/main.tf", "README.md")
    assert sources.changed(tmp_path, root) == []
    sources.remember(tmp_path, sources.hashes(root))
    assert sources.changed(tmp_path, root) == []
    (root / "modules" / "m" / "main.tf").write_text("# changed")
    (root / "x.auto.tfvars").unlink()
    data_in(root, "new.tf", "new.md")
    assert [Path(name).name for name in sources.changed(tmp_path, root)] == ["main.tf", "new.tf", "x.auto.tfvars"]


def test_silence_ends_with_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    pulse = Pulse(shown.append)
    pulse.alive("run RUNNING")
    assert shown == []
    monkeypatch.setattr(Pulse, "SECONDS", 0)
    pulse.alive("run RUNNING")
    assert shown == ["… run RUNNING, 0 s"]
