"""Which saves start a run of `make dev`, seen through the real watcher; and the rows that a run has changed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from glue_scripts.table import KEY, NAMES
from scripts.case import changes, deployment, saves
from scripts.case.saves import Saves, wants_run

pytestmark = pytest.mark.unit
SECONDS = 60


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("glue_scripts", "csv_exemplos", "sql/migrations"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("glue_scripts/job.py", "glue_scripts/table.py", "csv_exemplos/notas.csv", "sql/01.sql", "sql/02.sql"):
        (tmp_path / name).write_text("before")
    monkeypatch.setattr(saves, "SCRIPTS", replace(deployment.SCRIPTS, folder=tmp_path / "glue_scripts"))
    monkeypatch.setattr(saves, "SAMPLES", replace(deployment.SAMPLES, folder=tmp_path / "csv_exemplos"))
    monkeypatch.setattr(saves, "CREATE_TABLES", tmp_path / "sql" / "01.sql")
    monkeypatch.setattr(saves, "ANALYSIS", tmp_path / "sql" / "02.sql")
    monkeypatch.setattr(saves, "MIGRATIONS", tmp_path / "sql" / "migrations")
    return tmp_path


class Watch:
    """What the real watcher yields, as names."""

    def __init__(self, top: Path, data: Path | None = None) -> None:
        self._top = top
        self._groups: Iterator[list[Path]] = Saves(data).groups()
        self._pool = ThreadPoolExecutor(1)

    def after(self, *names: str, text: str = "after") -> list[str]:
        """Returns the group that follows after these files are written while nobody waits for it."""
        for name in names:
            (self._top / name).write_text(text)
        return self.next()

    def next(self) -> list[str]:
        found = self._pool.submit(next, self._groups).result(SECONDS)
        return [path.relative_to(self._top).as_posix() for path in found]


def test_saves_while_nobody_waits_are_one_group(project: Path) -> None:
    watch = Watch(project)
    assert watch.after("glue_scripts/job.py") == ["glue_scripts/job.py"]
    several = ["csv_exemplos/notas.csv", "glue_scripts/job.py", "glue_scripts/table.py", "sql/migrations/0002_x.sql"]
    assert watch.after(*several, text="later") == several
    assert watch.after("sql/01.sql") == ["sql/01.sql"]


def test_temporary_files_of_editors_and_saves_without_a_change_start_nothing(project: Path) -> None:
    watch = Watch(project)
    temporary = ("glue_scripts/.job.py.swp", "glue_scripts/job.py~", "glue_scripts/4913", "glue_scripts/#job.py#")
    (project / "glue_scripts" / ".#job.py").symlink_to("ana@laptop.1")  # Emacs
    (project / "glue_scripts" / ".job.py").write_text("")
    (project / "glue_scripts" / "table.py").write_text("before")
    assert watch.after(*temporary, "glue_scripts/job.py") == ["glue_scripts/job.py"]


def test_file_that_an_editor_replaces_comes_or_goes_counts(project: Path) -> None:
    watch = Watch(project)
    (project / "glue_scripts" / "job.py.tmp").write_text("after")
    (project / "glue_scripts" / "job.py.tmp").replace(project / "glue_scripts" / "job.py")
    assert watch.next() == ["glue_scripts/job.py"]
    (project / "glue_scripts" / "table.py").unlink()
    assert watch.after("glue_scripts/new.py") == ["glue_scripts/new.py", "glue_scripts/table.py"]


def test_own_data_take_the_place_of_the_samples(project: Path) -> None:
    data = project / "mine"
    (data / "notas").mkdir(parents=True)
    watch = Watch(project, data)
    (project / "csv_exemplos" / "notas.csv").write_text("after")
    (data / "readme.csv").write_text("after")
    assert watch.after("mine/notas/2026.csv.gz", "mine/alunos.csv") == ["mine/alunos.csv", "mine/notas/2026.csv.gz"]


def test_analyses_alone_start_no_run(project: Path) -> None:
    assert not wants_run([project / "sql" / "02.sql"])
    assert wants_run([project / "sql" / "02.sql", project / "sql" / "01.sql"])


def _row(key: tuple[int, int, str], **values: object) -> tuple[tuple[int, int, str], dict[str, object]]:
    return key, {**dict.fromkeys(NAMES), **dict(zip(KEY, key, strict=True)), **values}


def test_changed_rows_are_found_by_their_key() -> None:
    before = dict(
        [
            _row((1, 7, "Artes"), nota=Decimal("9.50"), regiao="Sul"),
            _row((2, 7, "Artes"), nota=Decimal("5.00")),
            _row((3, 7, "Artes"), nota=Decimal("6.00")),
        ]
    )
    after = dict(
        [
            _row((1, 7, "Artes"), nota=Decimal("8.25"), regiao=None),
            _row((2, 7, "Artes"), nota=Decimal("5.00")),
            _row((4, 7, "Artes"), nota=Decimal("7.00")),
        ]
    )
    found, count = changes.between(before, after, limit=9)
    assert count == 3
    signs = [(row[0], row[1]) for row in found.rows]
    assert signs == [("~", 1), ("-", 3), ("+", 4)]
    assert found.rows[0][-2:] == ("regiao Sul, nota 9.50", "regiao NULL, nota 8.25")
    assert found.rows[1][-1] == "" and "nota 6.00" in found.rows[1][-2]
    assert found.rows[2][-2] == "" and "nota 7.00" in found.rows[2][-1]
    assert [len(changes.between(before, after, limit=2)[0].rows), changes.between(before, before, 9)[1]] == [2, 0]


def test_large_table_is_not_compared() -> None:
    assert changes.read(lambda sql: [(changes.MOST_ROWS + 1,)] if "count" in sql else []) is None
