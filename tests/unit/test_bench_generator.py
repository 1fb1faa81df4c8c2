"""The benchmark's data, read from its files."""

from __future__ import annotations

import csv
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

import pytest

from glue_scripts.table import NAMES
from scripts.base.paths import TOP
from scripts.supply import venvs

pytestmark = pytest.mark.unit
GRADES = 9000
DIRTY_PERCENT = 9
FILES = ("alunos.csv", "escolas.csv", "notas.csv", "rows.csv")
Make = Callable[..., Path]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Generates into a new folder: `make(grades=…, dirty=…, changed=…, seed=…)`."""

    def generate(**options: float) -> Path:
        folder = tmp_path_factory.mktemp("data")
        arguments = [f"--{name}={value}" for name, value in options.items()]
        command: list[str | Path] = [venvs.bench(), "-m", "bench.generator", folder, *arguments]
        done = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return folder

    return generate


@pytest.fixture(scope="module")
def clean(make: Make) -> Path:
    return make(grades=GRADES)


@pytest.fixture(scope="module")
def dirty(make: Make) -> Path:
    return make(grades=GRADES, dirty=DIRTY_PERCENT)


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows(folder: Path) -> dict[tuple[str, str], Decimal]:
    """Returns rows.csv as (aluno_id, disciplina) -> nota. A pupil has one escola."""
    with (folder / "rows.csv").open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, fieldnames=NAMES)
        return {(line["aluno_id"], line["disciplina"]): Decimal(line["nota"]) for line in lines}


def contents(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in FILES]


def test_same_seed_gives_the_same_bytes_and_another_seed_others(make: Make, dirty: Path) -> None:
    assert contents(make(grades=GRADES, dirty=DIRTY_PERCENT)) == contents(dirty)
    assert all(a != b for a, b in zip(contents(make(grades=GRADES, seed=7)), contents(dirty), strict=True))


@pytest.mark.parametrize("name", ["alunos.csv", "escolas.csv", "notas.csv"])
def test_header_is_that_of_the_sample_files(clean: Path, name: str) -> None:
    def header(folder: Path) -> list[str]:
        return sorted((folder / name).read_text(encoding="utf-8").partition("\n")[0].strip().split(","))

    assert header(clean) == header(TOP / "csv_exemplos")


def test_clean_lines_are_all_usable_and_are_the_rows(clean: Path) -> None:
    escolas = {escola["escola_id"] for escola in records(clean / "escolas.csv")}
    alunos = {aluno["id"] for aluno in records(clean / "alunos.csv") if aluno["escola_id"] in escolas}
    notas = records(clean / "notas.csv")
    assert len(notas) == GRADES
    assert {nota["aluno_id"] for nota in notas} <= alunos
    values = {(nota["aluno_id"], nota["disciplina"]): Decimal(nota["nota"]) for nota in notas}
    assert len(values) == GRADES  # no key twice
    assert all(0 <= value <= 10 for value in values.values())
    assert values == rows(clean)


def test_data_is_skewed_as_real_data(clean: Path) -> None:
    alunos = records(clean / "alunos.csv")
    subjects = Counter(nota["aluno_id"] for nota in records(clean / "notas.csv"))
    assert set(subjects.values()) <= set(range(8, 13))
    assert mean(subjects.values()) == 10
    assert len({nota["disciplina"] for nota in records(clean / "notas.csv")}) == 14
    assert any(not aluno["nome_ficticio"].isascii() for aluno in alunos)
    assert any(aluno["idade"] == "" for aluno in alunos) and any(aluno["genero"] == "" for aluno in alunos)
    ids = [int(nota["aluno_id"]) for nota in records(clean / "notas.csv")]
    assert mean(a < b for a, b in pairwise(ids)) < 0.7  # scattered, not in the table's order


def test_large_schools_and_small_ones(make: Make) -> None:
    folder = make(grades=200_000)
    sizes = Counter(aluno["escola_id"] for aluno in records(folder / "alunos.csv"))
    assert max(sizes.values()) > 4 * median(sizes.values())


def test_dirty_kinds_have_equal_shares(dirty: Path) -> None:
    escola_of = {aluno["id"]: aluno["escola_id"] for aluno in records(dirty / "alunos.csv")}
    escolas = {escola["escola_id"] for escola in records(dirty / "escolas.csv")}
    # DictReader ends a line at a control character that Python counts as a line end; the file has only \n.
    lines = [line.split(",") for line in (dirty / "notas.csv").read_text(encoding="utf-8").split("\n")[1:-1]]
    last = {(line[0], line[1]): number for number, line in enumerate(lines) if len(line) == 3}
    found: Counter[str] = Counter()
    for number, line in enumerate(lines):
        if len(line) != 3:
            found["malformed_line"] += 1
        elif not line[0] or not line[1]:
            found["key_missing"] += 1
        elif re.search(r"[\x00-\x1f]", line[1]):
            found["control_character"] += 1
        elif len(line[1]) > 500:
            found["text_too_long"] += 1
        elif line[0] not in escola_of:
            found["unknown_aluno"] += 1
        elif escola_of[line[0]] not in escolas:
            found["unknown_escola"] += 1
        elif not re.fullmatch(r"-?\d+(\.\d+)?", line[2]):
            found["number_malformed"] += 1
        elif not 0 <= Decimal(line[2]) <= 10:
            found["out_of_range"] += 1
        elif last[line[0], line[1]] != number:
            found["superseded"] += 1
        else:
            found["clean"] += 1
    share = GRADES * DIRTY_PERCENT // 100 // 9
    kinds = (
        "key_missing number_malformed out_of_range unknown_aluno unknown_escola superseded text_too_long "
        "control_character malformed_line"
    )
    assert found == {"clean": GRADES - 9 * share, **dict.fromkeys(kinds.split(), share)}
    assert len(rows(dirty)) == found["clean"]
    assert all(Decimal(lines[last[key]][2]) == value for key, value in rows(dirty).items())


def test_changed_grades_are_a_tenth_of_the_same_keys(make: Make, clean: Path) -> None:
    before, after = rows(clean), rows(make(grades=GRADES, changed=10))
    assert before.keys() == after.keys()
    assert 0.08 < mean(before[key] != after[key] for key in before) < 0.12


@pytest.mark.parametrize("options", [{"grades": 99}, {"grades": 1000, "dirty": 31}])
def test_refuses_what_it_can_not_make(make: Make, options: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="grades must be 100 or more, dirty_percent 0 to 30"):
        make(**options)
