"""COPY of rows in PostgreSQL's text format, by the executors. They import this module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow
from common import ConnectionLost
from database import Database, connect, identifier, listed
from psycopg2 import sql
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from table import NAMES, SPARK_TYPES

COPY_CONNECTIONS = 8


def copy_lines(rows: DataFrame) -> DataFrame:
    """The rows as lines of COPY's text format with their line ends, in one column. The JVM makes them cheaply."""

    def text(column: str, spark_type: str) -> str:
        if spark_type != "STRING":
            return f"coalesce(CAST({column} AS STRING), '\\\\N')"
        escaped = column
        for raw, safe in (("\\\\", "\\\\\\\\"), ("\\t", "\\\\t"), ("\\n", "\\\\n"), ("\\r", "\\\\r")):
            escaped = f"replace({escaped}, '{raw}', '{safe}')"
        return f"coalesce({escaped}, '\\\\N')"

    values = ", '\\t', ".join(text(column, spark_type) for column, spark_type in SPARK_TYPES.items())
    return rows.select(F.expr(f"concat({values}, '\\n')").alias("line"))


class ArrowText:
    """A file for reading the text of a one-column Arrow stream, straight from its buffers."""

    def __init__(self, batches: Iterator[pyarrow.RecordBatch]) -> None:
        self._batches = batches
        self._text = memoryview(b"")

    def read(self, size: int) -> bytes:
        while not self._text:
            batch = next(self._batches, None)
            if batch is None:
                return b""
            column = batch.column(0).cast(pyarrow.binary())
            ends = memoryview(column.buffers()[1]).cast("i")[column.offset : column.offset + len(column) + 1]
            self._text = memoryview(column.buffers()[2] or b"")[ends[0] : ends[-1]]
        chunk, self._text = self._text[:size], self._text[size:]
        return bytes(chunk)


def copy_statement(staging: str) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN").format(identifier(staging), listed(NAMES))


def copy_by_executors(database: Database, staging: str, lines: DataFrame) -> int:
    """COPY the lines of `copy_lines` side by side, one connection a task; returns how many the tasks copied.

    Spark runs a task again that dies after its commit. Its rows are then twice in the table, and the merge removes
    them.

    Raises:
        ConnectionLost: a task lost its connection. The task returns it as a result, because Spark wraps an exception.
    """
    statement = copy_statement(staging)

    def copy(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        copied, lost = 0, None
        try:
            with connect(database) as connection, connection.cursor() as cursor:
                cursor.copy_expert(statement, ArrowText(iter(batches)), size=1 << 18)
                copied = cursor.rowcount
        except ConnectionLost as error:
            lost = str(error)
        yield pyarrow.RecordBatch.from_pydict(
            {"copied": [copied], "lost": pyarrow.array([lost], pyarrow.string())}  # Arrow finds no type for a lone None
        )

    tasks = lines.coalesce(COPY_CONNECTIONS).mapInArrow(copy, "copied BIGINT, lost STRING").collect()
    if lost := [task.lost for task in tasks if task.lost]:
        raise ConnectionLost(lost[0])
    return sum(task.copied for task in tasks)
