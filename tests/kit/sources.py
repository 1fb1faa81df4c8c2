"""Source files written by tests that know the first columns only: a column that came later is empty in them."""

from __future__ import annotations

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
