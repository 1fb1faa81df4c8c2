"""Starts the site of all faults, with two states of the table: before the struck run, and after it."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.base.paths import LOCAL
from scripts.environment import lifecycle
from scripts.environment.instance import Instance, Ports
from tests.kit.expected import Row, expected, key_of, value
from tests.kit.faults.proxy import Proxy
from tests.kit.faults.site import Site
from tests.kit.faults.tally import Tally
from tests.kit.sources import source

ALUNOS = 1500
PADDING = "x" * 400
DISCIPLINAS = ("Artes", "Ciências", "Física", "Geografia", "História", "Inglês", "Matemática", "Química")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Tally())


@dataclass(frozen=True)
class Scene:
    """The table holds `before` when a run starts, and must hold `after` when the run has succeeded.

    `folder` and `large` have the same grades. One task of Spark does all of `folder`, several do `large`.
    """

    site: Site
    proxy: Proxy
    folder: Path
    large: Path
    before: list[Row]
    after: list[Row]

    @property
    def changed(self) -> tuple[int, int, str, object]:
        """Returns the key and nota of the last row that the run changes or adds."""
        row = next(row for row in reversed(self.after) if row not in self.before)
        return *key_of(row), value(row, "nota")  # type: ignore[return-value]


def write(folder: Path, seed: int, disciplinas: tuple[str, ...]) -> Path:
    """Writes 12,000 grades at most; one line in 50 is bad. The job copies fewer grades without Spark's workers."""
    notas = random.Random(seed)  # noqa: S311
    folder.mkdir()
    (folder / "escolas.csv").write_text(
        source("escolas", *(f"{n},Escola {n},Municipal,Sul" for n in range(1, 41))), "utf-8"
    )
    (folder / "alunos.csv").write_text(
        source("alunos", *(f"{n},Aluno {n},{10 + n % 9},F,{n % 40 + 1}" for n in range(1, ALUNOS + 1))), "utf-8"
    )
    lines = [
        f"{aluno},{disciplina},{notas.randrange(1001) / 100:.2f}"
        for aluno in range(1, ALUNOS + 1)
        for disciplina in disciplinas
    ]
    lines += [f"{notas.randrange(1, ALUNOS)},Artes,onze" for _ in range(len(lines) // 50)]
    (folder / "notas.csv").write_text(source("notas", *lines), "utf-8")
    return folder


def enlarge(folder: Path, target: Path) -> Path:
    """Copies the sources, with a column of notas that nobody reads: more than one task of the job reads the file."""
    shutil.copytree(folder, target)
    header, *lines = (folder / "notas.csv").read_text("utf-8").splitlines()
    padded = [f"{header},observacao", *(f"{line},{PADDING}" for line in lines)]
    (target / "notas.csv").write_text("\n".join(padded) + "\n", "utf-8")
    assert (target / "notas.csv").stat().st_size > 4 << 20
    return target


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    data = tmp_path_factory.mktemp("faults")
    first = write(data / "before", seed=1, disciplinas=DISCIPLINAS[:-1])
    second = write(data / "after", seed=2, disciplinas=DISCIPLINAS)
    lifecycle.setup("embedded")
    os.environ["GLUE_WORKER_LEASE_SECONDS"] = "15"  # A run that LocalStack forgot must end soon.
    instance = Instance.open(LOCAL / f"test-faults-{os.getpid()}", Ports.free())
    with lifecycle.running(instance):
        proxy = Proxy(instance.ports.postgres)
        site = Site(instance, proxy.port)
        site.upload(first)
        assert site.finish(site.start())["JobRunState"] == "SUCCEEDED"
        assert site.rows() == expected(first).rows
        site.save()
        yield Scene(site, proxy, second, enlarge(second, data / "large"), expected(first).rows, expected(second).rows)
        proxy.close()
