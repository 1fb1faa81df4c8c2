"""Source files written by tests that know the first columns only: a column that came later is empty in them."""

from __future__ import annotations

from pathlib import Path

from glue_scripts.table import SOURCE_COLUMNS

FIRST_COLUMNS = {
    "alunos": ("id", "nome_ficticio", "idade", "genero", "escola_id"),
    "escolas": ("escola_id", "nome", "rede", "regiao"),
    "notas": ("aluno_id", "disciplina", "nota"),
}


def source(name: str, *rows: str) -> str:
    """The CSV of the set `name`: its header, then `lines`."""
    return ",".join([*FIRST_COLUMNS[name], *_later(name)]) + "\n" + lines(name, *rows)


def lines(name: str, *rows: str) -> str:
    """The lines of the set `name` whose first values are `rows`, each with its line end."""
    return "".join(row + "," * len(_later(name)) + "\n" for row in rows)


def _later(name: str) -> list[str]:
    return [column for column in SOURCE_COLUMNS[name] if column not in FIRST_COLUMNS[name]]


def data_set(folder: Path) -> Path:
    """Makes `folder` with a data set of two grades, and returns it."""
    folder.mkdir()
    (folder / "escolas.csv").write_text(source("escolas", "7,Escola Sete,municipal,Sul"), encoding="utf-8")
    (folder / "alunos.csv").write_text(source("alunos", "1,João,12,M,7"), encoding="utf-8")
    (folder / "notas.csv").write_text(source("notas", "1,Artes,9.5", "1,Física,7"), encoding="utf-8")
    return folder
