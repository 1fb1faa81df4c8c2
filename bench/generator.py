"""Source files of any size: alunos.csv, escolas.csv, notas.csv as in csv_exemplos/, and the rows that must result.

Every value is computed from the line's number and the seed: memory holds none, and the same arguments give the same
bytes. The lines of notas.csv are in scattered order (line i holds grade i·a mod N). Each pupil has 8 to 12 of 14
subjects, 10 on average. A school's size falls with its number: of 250 schools the largest has 6 % of the pupils.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench import vocabulary
from glue_scripts.table import COLUMNS, SPARK_TYPES, of_set

GOLDEN = (math.sqrt(5) - 1) / 2
PUPILS_PER_SCHOOL = 400
GRADES_PER_PUPIL = 10
# Up to this percentage no two neighbouring lines are dirty, so the successor of a superseded line can follow it.
MOST_DIRTY_PERCENT = 30
LONG_TEXT = 5000

# Kind of a dirty line -> the line, in DuckDB's SQL. `id`, `disciplina` and `nota` are the values of a clean line, `h`
# is a hash, and `next_*` belong to the next line.
DIRTY_KINDS = {
    "key_missing": "CASE WHEN h % 2 = 0 THEN ',' || disciplina ELSE id || ',' END || ',' || nota",
    "number_malformed": "id || ',' || disciplina || ',' || ['', 'ausente', 'dispensado', '--', '7.5.0'][1 + h % 5]",
    "out_of_range": "id || ',' || disciplina || ',' || ['10.5', '-1', '100', '10.01'][1 + h % 4]",
    "unknown_aluno": "(id + 900000000) || ',' || disciplina || ',' || nota",
    "unknown_escola": "(id + 500000000) || ',' || disciplina || ',' || nota",
    "superseded": "next_id || ',' || next_disciplina || ',' || nota",
    "text_too_long": f"id || ',' || repeat('x', {LONG_TEXT}) || ',' || nota",
    "control_character": "id || ',' || disciplina || chr([0, 1, 7, 27][1 + h % 4]) || ',' || nota",
    "malformed_line": "id || ',' || disciplina || ',' || nota || ',x'",
}

# Spark's type of a column -> SQL for values of a column that this module does not know. `h` is a hash.
PLAIN = {
    "BIGINT": "h % 1000",
    "SMALLINT": "h % 100",
    "STRING": "['um', 'dois', 'três'][1 + h % 3]",
}


@dataclass(frozen=True)
class Data:
    """The data to make.

    `grades` is the number of lines of notas.csv, 100 or more. `dirty_percent` is the share of them that is unusable or
    superseded, in equal parts of `DIRTY_KINDS`. `changed_percent` is the share of the keys whose nota differs from the
    nota with 0.
    """

    grades: int
    dirty_percent: float = 0
    changed_percent: int = 0
    seed: int = 42

    def __post_init__(self) -> None:
        if (
            self.grades < 100
            or not 0 <= self.dirty_percent <= MOST_DIRTY_PERCENT
            or not 0 <= self.changed_percent <= 100
        ):
            raise ValueError(
                f"{self}: grades must be 100 or more, dirty_percent 0 to {MOST_DIRTY_PERCENT}, changed_percent 0 to 100"
            )

    @property
    def dirty_lines(self) -> int:
        return round(self.grades * self.dirty_percent / 100)

    @property
    def alunos(self) -> int:
        """The number of pupils. They come in pairs that share 20 subjects."""
        return 2 * math.ceil(self.grades / (2 * GRADES_PER_PUPIL))

    @property
    def escolas(self) -> int:
        return max(3, self.alunos // PUPILS_PER_SCHOOL)


def generate(folder: Path, data: Data) -> None:
    """Write `alunos.csv`, `escolas.csv`, `notas.csv` and `rows.csv`, the rows of performance_academica, into `folder`.

    rows.csv has no header. Its columns are in the order of the table, its rows in the order of notas.csv.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        for macro in _macros(data):
            connection.execute(macro)
        # In memory: 30 bytes a pupil.
        connection.execute(f"CREATE TABLE alunos AS {_alunos(data)}")
        connection.execute(f"CREATE TABLE escolas AS {_escolas(data)}")
        _write(connection, folder / "alunos.csv", "FROM alunos", header=True)
        _write(connection, folder / "escolas.csv", "FROM escolas", header=True)
        # Each line is one string, written as it is, because some kinds of dirty lines are no CSV.
        raw = r"QUOTE '', ESCAPE '', DELIMITER E'\x1f'"
        _write(connection, folder / "notas.csv", _notas(data), header=True, options=raw)
        _write(connection, folder / "rows.csv", _rows(data), header=False)


def _macros(data: Data) -> list[str]:
    """SQL macros: what line `i` of notas.csv holds."""
    n, seed = data.grades, data.seed
    order, dirt = _coprime(n, GOLDEN * GOLDEN, seed), _coprime(n, GOLDEN, 0)
    names = list(DIRTY_KINDS)
    return [
        f"CREATE MACRO grade(i) AS (i * {order}::BIGINT + {seed}) % {n}",
        f"CREATE MACRO dirt(i) AS (i * {dirt}::BIGINT + {seed}) % {n}",
        f"CREATE MACRO kind(i) AS CASE WHEN dirt(i) < {data.dirty_lines} THEN {names}[1 + dirt(i) % {len(names)}] "
        "ELSE 'clean' END",
        f"CREATE MACRO draw(what, i) AS (md5_number_lower(concat(what, i, ':{seed}')) >> 1)::BIGINT",
        # A pair of pupils has 20 grades. `first_has` of them belong to the first.
        "CREATE MACRO first_has(pair) AS 8 + pair % 5",
        "CREATE MACRO second(g) AS g % 20 >= first_has(g // 20)",
        "CREATE MACRO pupil(g) AS 2 * (g // 20) + second(g)::INT",
        "CREATE MACRO aluno_id(g) AS 1000001 + 3 * pupil(g)",
        "CREATE MACRO slot(g) AS CASE WHEN second(g) THEN g % 20 - first_has(g // 20) ELSE g % 20 END",
        # A step that shares no factor with 14 visits each subject once.
        f"CREATE MACRO disciplina(g) AS {list(vocabulary.DISCIPLINAS)}"
        "[1 + (slot(g) * [1, 3, 5, 9, 11, 13][1 + pupil(g) % 6] + pupil(g) * 5) % 14]",
        # In hundredths: the sum of three draws, about 6.5 in the middle, 10 at most.
        "CREATE MACRO first_nota(h) AS least(1000, 200 + h % 301 + (h >> 12) % 301 + (h >> 24) % 301)",
        f"CREATE MACRO is_changed(h) AS (h >> 36) % 100 < {data.changed_percent}",
        "CREATE MACRO hundredths(h) AS CASE WHEN is_changed(h) THEN (first_nota(h) + 50) % 1001 ELSE first_nota(h) END",
        "CREATE MACRO nota(g) AS (hundredths(draw('nota', g)) / 100)::DECIMAL(4,2)",
    ]


def _alunos(data: Data) -> str:
    first, last = list(vocabulary.FIRST_NAMES), list(vocabulary.SURNAMES)
    values = {
        "aluno_id": "1000001 + 3 * p",
        "nome_aluno": f"{first}[1 + h % {len(first)}] || ' ' || {last}[1 + (h >> 8) % {len(last)}] || ' ' "
        f"|| {last}[1 + (h >> 16) % {len(last)}]",
        "idade": "CASE WHEN (h >> 24) % 100 > 0 THEN 10 + (h >> 32) % 9 END",
        "genero": "CASE WHEN (h >> 40) % 50 > 0 THEN ['F', 'M'][1 + (h >> 48) % 2] END",
        "escola_id": f"1 + floor(pow(((h >> 20) % 1000003) / 1000003, 2) * {data.escolas})::BIGINT",
    }
    pupils = f"(SELECT p, draw('aluno', p) AS h FROM range({data.alunos}) t(p))"
    known = f"SELECT {_values('alunos', values)} FROM {pupils}"
    if not data.dirty_lines:
        return known
    # Only dirty lines name these pupils: beside each ordinary one there is one whose school is in no file.
    of_no_school = {
        "aluno_id": "501000001 + 3 * p",
        "nome_aluno": "'Sem Escola'",
        "idade": "15",
        "genero": "'F'",
        "escola_id": "999999",
    }
    return f"{known} UNION ALL SELECT {_values('alunos', of_no_school)} FROM {pupils}"


def _escolas(data: Data) -> str:
    first, last = list(vocabulary.FIRST_NAMES), list(vocabulary.SURNAMES)
    names, redes, regioes = list(vocabulary.ESCOLA_KINDS), list(vocabulary.REDES), list(vocabulary.REGIOES)
    values = {
        "escola_id": "1 + s",
        "nome_escola": f"{names}[1 + h % {len(names)}] || ' ' || {first}[1 + (h >> 8) % {len(first)}] || ' ' "
        f"|| {last}[1 + (h >> 16) % {len(last)}] || if(h % 20 = 0, ', Unidade Centro', '')",
        "rede": f"{redes}[1 + (h >> 24) % {len(redes)}]",
        "regiao": f"{regioes}[1 + (h >> 32) % {len(regioes)}]",
    }
    return (
        f"SELECT {_values('escolas', values)} FROM (SELECT s, draw('escola', s) AS h FROM range({data.escolas}) t(s))"
    )


def _values(source: str, known: Mapping[str, str]) -> str:
    """The SELECT list of the set `source`: SQL for each value, under the name that the set has for it.

    `known` has the SQL by the table's names. A column that is not in it gets plain values of its type, out of `h`.
    """
    return ", ".join(
        f"{known.get(name, PLAIN[SPARK_TYPES[name]])} AS {column}" for name, column in of_set(source).items()
    )


def _notas(data: Data) -> str:
    cases = " ".join(f"WHEN '{kind}' THEN {line}" for kind, line in DIRTY_KINDS.items())
    return f"""
        SELECT CASE kind(i) {cases} ELSE id || ',' || disciplina || ',' || nota END AS "aluno_id,disciplina,nota"
        FROM (
            SELECT i, aluno_id(grade(i)) AS id, disciplina(grade(i)) AS disciplina, nota(grade(i)) AS nota,
                aluno_id(grade(i + 1)) AS next_id, disciplina(grade(i + 1)) AS next_disciplina, draw('dirt', i) AS h
            FROM range({data.grades}) t(i)
        )"""


def _rows(data: Data) -> str:
    alias = {"alunos": "a", "escolas": "e", "notas": "n"}
    columns = [f"{alias[source]}.{name}" for source, name in (next(iter(each.sources.items())) for each in COLUMNS)]
    return f"""
        SELECT {", ".join(columns)}
        FROM (
            SELECT i, aluno_id(grade(i)) AS id, disciplina(grade(i)) AS disciplina, nota(grade(i)) AS nota
            FROM range({data.grades}) t(i) WHERE kind(i) = 'clean'
        ) AS n JOIN alunos AS a USING (id) JOIN escolas AS e USING (escola_id)"""


def _write(
    connection: duckdb.DuckDBPyConnection, path: Path, query: str, *, header: bool, options: str = "DELIMITER ','"
) -> None:
    target = str(path).replace("'", "''")
    connection.execute(f"COPY ({query}) TO '{target}' (FORMAT csv, HEADER {str(header).lower()}, {options})")


def _coprime(n: int, fraction: float, offset: int) -> int:
    """A number near `fraction` of `n` that shares no factor with it: its multiples modulo n visit every number once."""
    number = int(n * fraction) + offset % max(1, n // 20)
    while math.gcd(number, n) != 1:
        number += 1
    return number


def main() -> None:
    """Write data to look at, or for `make run DATA=FOLDER`: `python -m bench.generator FOLDER --grades N`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--grades", type=int, default=1_000_000)
    parser.add_argument("--dirty", type=float, default=0, metavar="PERCENT")
    parser.add_argument("--changed", type=int, default=0, metavar="PERCENT")
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args()
    generate(options.folder, Data(options.grades, options.dirty, options.changed, options.seed))


if __name__ == "__main__":
    main()
