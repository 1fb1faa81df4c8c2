"""COPY of rows in PostgreSQL's text format, by the executors. They import this module."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator

import pyarrow
from common import ConnectionLost, DatabaseError
from database import Database, connect, identifier, listed
from psycopg2 import sql
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from table import NAMES, SPARK_SCHEMA, SPARK_TYPES

COPY_CONNECTIONS = 8
# Batches that a task may be ahead of its COPY. Each has at most 10,000 rows.
BATCHES_AHEAD = 4


def copy_lines(rows: DataFrame) -> DataFrame:
    """The rows as lines of COPY's text format with their line ends, in one column. The JVM makes them cheaply."""
    return rows.select(_line())


def _line() -> Column:

    def text(column: str, spark_type: str) -> str:
        if spark_type != "STRING":
            return f"coalesce(CAST({column} AS STRING), '\\\\N')"
        escaped = column
        for raw, safe in (("\\\\", "\\\\\\\\"), ("\\t", "\\\\t"), ("\\n", "\\\\n"), ("\\r", "\\\\r")):
            escaped = f"replace({escaped}, '{raw}', '{safe}')"
        return f"coalesce({escaped}, '\\\\N')"

    values = ", '\\t', ".join(text(column, spark_type) for column, spark_type in SPARK_TYPES.items())
    return F.expr(f"concat({values}, '\\n')").alias("line")


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


def copied_beside(rows: DataFrame, database: Database, staging: str) -> DataFrame:
    """The same rows with `lost`. Spark COPYs them while it computes them, one connection a task.

    `lost` says why the COPY of a task did not succeed, in the last rows of the task; it is NULL in all others. A task
    hands out its last rows only after the end of its COPY. So if no row of the result says `lost`, the COPY of each of
    its tasks took place. A task that ran twice may have copied its rows twice.

    A COPY that fails stops no task: the rows can be read from the result again.
    """
    statement = copy_statement(staging)

    def copy(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        held: pyarrow.RecordBatch | None = None
        with _Copying(database, statement) as copying:
            for batch in batches:
                if held is not None:
                    yield _with_lost(held, None)
                copying.put(batch)
                held = batch
        if held is not None:
            yield _with_lost(held, copying.lost)

    return rows.select(*NAMES, _line()).mapInArrow(copy, f"{SPARK_SCHEMA}, lost STRING")


def _with_lost(batch: pyarrow.RecordBatch, lost: str | None) -> pyarrow.RecordBatch:
    """The batch with `lost` in place of `line`."""
    column = pyarrow.array([lost] * batch.num_rows, pyarrow.string())
    return pyarrow.RecordBatch.from_arrays([*batch.columns[:-1], column], names=[*NAMES, "lost"])


class _Copying:
    """COPYs the last column of batches in a thread of its own. It connects at the first batch.

    After the `with` block `lost` has the reason why the COPY did not succeed. An exception in the block undoes it.
    """

    def __init__(self, database: Database, statement: sql.Composed) -> None:
        self.lost: str | None = None
        self._database = database
        self._statement = statement
        self._batches: queue.Queue[pyarrow.RecordBatch | None] = queue.Queue(BATCHES_AHEAD)
        self._thread: threading.Thread | None = None
        self._undo = False

    def __enter__(self) -> _Copying:
        return self

    def put(self, batch: pyarrow.RecordBatch) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._copy, daemon=True)
            self._thread.start()
        self._batches.put(batch)

    def __exit__(self, kind: object, *_: object) -> None:
        self._undo = kind is not None
        if self._thread:
            self._batches.put(None)
            self._thread.join()

    def _copy(self) -> None:
        waiting = iter(self._batches.get, None)
        try:
            # Without patience: the rows can be read again later, and the task must not wait.
            with connect(self._database, patience_seconds=0) as connection, connection.cursor() as cursor:
                cursor.copy_expert(self._statement, ArrowText(self._until_undone(waiting)), size=1 << 18)
        except DatabaseError as error:
            self.lost = str(error)
        except BaseException as error:
            self.lost = type(error).__name__
            raise
        finally:
            for _ in waiting:  # so that the task never waits for a place in the queue
                pass

    def _until_undone(self, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            yield batch.select([batch.num_columns - 1])
        if self._undo:
            raise DatabaseError("the task ended early")
