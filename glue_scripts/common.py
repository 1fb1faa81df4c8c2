"""Parts of the job: arguments, secret, connection, reading, quality rules, COPY and merge.

Glue copies this file flat beside the script (`--extra-py-files`), on the driver and on the executors.

Quality rules. A line is rejected for the first reason that holds, in the order of the `*_RULES`, and a rejected line
never replaces an accepted one. Choices worth knowing:

* `nota` is digits with an optional sign and decimal point (`7`, `7.5`, ` 7.50 `). `7,5`, `1e1`, `NaN`, `Infinity` and
  an empty value are `nota_not_a_number`: nothing is guessed. The range 0 to 10 is checked on the value as written; then
  it is rounded half up to two decimals, as PostgreSQL's NUMERIC(4,2) does: 9.999 becomes 10.00, 10.001 is out of range.
* An id is a whole number (`7`, `007`; not `7.0`). Another id is `invalid_key` in alunos.csv and escolas.csv; in
  notas.csv it belongs to nobody, so it is `unknown_aluno`.
* An `idade` that is not a whole number from 0 to 150 becomes NULL and is counted in the log: no grade is lost over it.
* Values are trimmed of spaces, tabs and no-break spaces; an empty value is NULL.
* Blank lines, and lines equal to the header (files joined with `cat` repeat it), are not data.
* A quoted value can't span lines: each of its lines is `malformed_line`, as is one with more or fewer values than the
  header, with a quote that nothing closes, or with a NUL.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import psycopg2
import pyarrow
from awsglue.utils import GlueArgumentError, getResolvedOptions
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

COLUMNS = {
    "alunos": ("id", "nome_ficticio", "idade", "genero", "escola_id"),
    "escolas": ("escola_id", "nome", "rede", "regiao"),
    "notas": ("aluno_id", "disciplina", "nota"),
}

# Column of performance_academica -> its Spark type.
TABLE = {
    "aluno_id": "BIGINT",
    "nome_aluno": "STRING",
    "idade": "SMALLINT",
    "genero": "STRING",
    "escola_id": "BIGINT",
    "nome_escola": "STRING",
    "rede": "STRING",
    "regiao": "STRING",
    "disciplina": "STRING",
    "nota": "DECIMAL(4,2)",
}
KEY = ("aluno_id", "escola_id", "disciplina")

# Reason -> SQL condition, in order of precedence. `malformed` and `not_utf8` come from `read_csv`; columns `*_text`
# hold what the file says, the others what it means.
LINE_RULES = {"malformed_line": "malformed", "not_utf8": "not_utf8"}
ALUNO_RULES = LINE_RULES | {"empty_key": "aluno_id_text IS NULL", "invalid_key": "aluno_id IS NULL"}
ESCOLA_RULES = LINE_RULES | {"empty_key": "escola_id_text IS NULL", "invalid_key": "escola_id IS NULL"}
NOTA_RULES = LINE_RULES | {
    "empty_key": "aluno_id_text IS NULL OR disciplina IS NULL",
    "unknown_aluno": "aluno_found IS NULL",
    "unknown_escola": "escola_found IS NULL",
    "nota_not_a_number": "nota_text IS NULL OR NOT nota_text RLIKE '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$'",
    # More digits than the type holds are NULL, so out of range as well.
    "nota_out_of_range": "coalesce(try_cast(nota_text AS DECIMAL(38,30)) NOT BETWEEN 0 AND 10, true)",
}

CONNECT_SECONDS = 120  # a paused Aurora Serverless wakes in 15 to 30 s; after long idle it may take longer
COPY_CONNECTIONS = 8
FEW_ROWS = 10_000
BYTES_PER_SHUFFLE_PARTITION = 16 * 1024 * 1024


class JobError(Exception):
    """Base of what the job raises itself; the message names the cause and the remedy."""


class ConfigurationError(JobError):
    """An argument or the secret is missing or unusable."""


class InputFileError(JobError):
    """A source file is missing, empty, unreadable, or lacks a column."""


class DatabaseError(JobError):
    """The database refuses the job, or its table is missing."""


class CountError(JobError):
    """Two counts of the same lines differ: nothing was merged."""


def log(event: str, **fields: object) -> None:
    """Print one JSON line, which Glue carries to the `output` log group."""
    print(json.dumps({"event": event, **fields}, ensure_ascii=False), flush=True)


# --- Arguments -------------------------------------------------------------------------------------------------------

REQUIRED_ARGUMENTS = (
    "JOB_NAME",
    "data_bucket",
    "raw_prefix",
    "processed_prefix",
    "aurora_host",
    "aurora_port",
    "aurora_database",
    "aurora_table",
    "aurora_secret_arn",
)


@dataclass(frozen=True)
class Job:
    """What one run works on. `raw` and `processed` are URIs that end in a slash."""

    name: str
    run_id: str
    raw: str
    processed: str
    table: str


@dataclass(frozen=True)
class Database:
    """Where the database is and who we are there."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)
    application: str = "etl_performance_academica"


def resolve_arguments(argv: list[str]) -> dict[str, str]:
    """Values of `REQUIRED_ARGUMENTS` and `JOB_RUN_ID` out of `argv`; all other arguments are ignored.

    getResolvedOptions lets argparse abbreviate (`--data x` would set `--data_bucket`; aws-glue-libs PR #206) and reads
    `--help`, so it is given only the tokens that name one of ours in full. It takes no JOB_RUN_ID in its list
    (aws-glue-libs #22) and returns it all the same.

    Raises ConfigurationError naming what is missing or unusable.
    """
    known = {f"--{name}" for name in (*REQUIRED_ARGUMENTS, "JOB_RUN_ID")}
    ours = argv[:1]
    for position, token in enumerate(argv[1:], start=1):
        if token.partition("=")[0] in known:
            ours += argv[position : position + (1 if "=" in token else 2)]
    try:
        options: dict[str, str] = getResolvedOptions(ours, list(REQUIRED_ARGUMENTS))
    except GlueArgumentError as error:
        raise ConfigurationError(f"{error}. They are default arguments of the job.") from None
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", options["JOB_RUN_ID"] or ""):
        raise ConfigurationError(
            f"--JOB_RUN_ID {options['JOB_RUN_ID']!r} can't name a folder: Glue gives each run an id of its own; "
            "a run by hand gives one of letters, digits, '_', '.' and '-'"
        )
    if not re.fullmatch(r"[0-9]{1,5}", options["aurora_port"]):
        raise ConfigurationError(f"--aurora_port {options['aurora_port']!r} is not a port number")
    return options


def job_of(options: dict[str, str]) -> Job:
    """The run's places in S3 and its table, from `resolve_arguments`."""

    def uri(prefix: str) -> str:
        return "/".join(["s3:/", options["data_bucket"], *filter(None, prefix.split("/"))]) + "/"

    return Job(
        name=options["JOB_NAME"],
        run_id=options["JOB_RUN_ID"],
        raw=uri(options["raw_prefix"]),
        processed=uri(options["processed_prefix"]),
        table=options["aurora_table"],
    )


# --- Secret and connection -------------------------------------------------------------------------------------------


def database_of(options: dict[str, str]) -> Database:
    """The database of the arguments, with the username and password of the managed secret.

    A secret that RDS manages holds nothing else (RDS user guide, "Password management with Amazon RDS and AWS Secrets
    Manager"). The region is the secret's own, as its ARN has it; otherwise the environment's.

    Raises ConfigurationError when the secret can't be read or lacks a key.
    """
    arn = options["aurora_secret_arn"]
    region = arn.split(":")[3] if arn.startswith("arn:") and arn.count(":") >= 6 else None
    # Without an endpoint in the VPC the call never gets through: say so in a minute, not after boto3's five.
    patience = Config(connect_timeout=10, read_timeout=10, retries={"mode": "standard", "max_attempts": 4})
    try:
        client = boto3.client("secretsmanager", region_name=region, config=patience)
        secret = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
        user, password = secret["username"], secret["password"]
    except ClientError as error:
        raise ConfigurationError(
            f"Secrets Manager refused secret {arn}: {error}. Check the ARN and the job role's rights to it and its key."
        ) from error
    except BotoCoreError as error:
        raise ConfigurationError(
            f"secret {arn} could not be read: {error}. In a private subnet Secrets Manager takes an interface endpoint "
            "whose security group admits the job's."
        ) from error
    except (KeyError, TypeError, ValueError):  # no cause attached: it could quote the secret
        raise ConfigurationError(f"secret {arn} is not a JSON object with username and password") from None
    return Database(options["aurora_host"], int(options["aurora_port"]), options["aurora_database"], user, password)


# libpq gives no SQLSTATE for a failed connection, so its words have to do.
PERMANENT_FAILURES = (
    "authentication failed",
    "does not exist",
    "no pg_hba.conf entry",
    "not permitted to log in",
    "does not support SSL",
)


@contextmanager
def connect(database: Database, patience_seconds: float = CONNECT_SECONDS) -> Iterator[Connection]:
    """One connection over TLS, as one transaction: committed at the end, rolled back on an exception, then closed.

    An unreachable or starting server is tried again for `patience_seconds`: a paused Aurora takes its time to wake.

    Raises DatabaseError at once when trying again can't help (password, database, TLS), else when patience ends; and in
    place of psycopg2's own errors, whose details quote rows, which have no place in a log or in the run's ErrorMessage.
    """
    deadline = time.monotonic() + patience_seconds
    attempt = 0
    while True:
        attempt += 1
        try:
            connection = psycopg2.connect(
                host=database.host,
                port=database.port,
                dbname=database.name,
                user=database.user,
                password=database.password,
                sslmode="require",
                connect_timeout=30,
                client_encoding="UTF8",
                application_name=database.application,
                keepalives_idle=30,
            )
            break
        except psycopg2.OperationalError as error:
            reason = " ".join(str(error).split())
            wait = min(2.0 ** (attempt - 1), 10.0)
            permanent = any(words in reason for words in PERMANENT_FAILURES)
            if permanent or time.monotonic() + wait > deadline:
                raise DatabaseError(
                    f"no connection to database {database.name} at {database.host}:{database.port} as {database.user}, "
                    f"attempt {attempt}: {reason}. Check arguments, secret, security groups and the cluster's state."
                ) from None
            log("database_connect_retry", attempt=attempt, wait_seconds=wait, error=reason)
            time.sleep(wait)
    try:
        with connection:
            yield connection
    except psycopg2.Error as error:
        told = error.diag.message_primary or " ".join(str(error).split())
        raise DatabaseError(f"database {database.name} answered: {told} (SQLSTATE {error.pgcode})") from None
    finally:
        connection.close()


# --- Reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CsvFile:
    """A source file whose header was checked: names as in the file, lower case and trimmed."""

    path: str
    header_line: str
    header: tuple[str, ...]
    size_bytes: int


def open_csv(spark: SparkSession, path: str, columns: tuple[str, ...]) -> CsvFile:
    """Look at the head of a CSV file, on the driver and without a Spark job.

    Raises InputFileError, naming the file, when it is missing, has no data line, or lacks one of `columns`.
    """
    # Hadoop's file system reads what Spark reads, with the same settings and rights; PySpark has no public way to it.
    jvm: Any = spark._jvm
    file = jvm.org.apache.hadoop.fs.Path(path)
    try:
        file_system = file.getFileSystem(spark._jsc.hadoopConfiguration())
        if not file_system.exists(file):
            raise InputFileError(f"{path} is missing: upload it before the run")
        size_bytes = file_system.getFileStatus(file).getLen()
        stream = file_system.open(file)
        try:
            reader = jvm.java.io.BufferedReader(jvm.java.io.InputStreamReader(stream, "UTF-8"))
            header_line = (reader.readLine() or "").removeprefix("\ufeff")
            data_line = reader.readLine()
            while data_line is not None and not data_line.strip():
                data_line = reader.readLine()
        finally:
            stream.close()
    except Py4JJavaError as error:
        raise InputFileError(f"{path} can't be read: {error.java_exception.toString()}") from None
    header = tuple(name.strip().lower() for name in next(csv.reader([header_line]), []))
    if not any(header):
        raise InputFileError(f"{path} is empty: its first line must be the header {','.join(columns)}")
    if missing := [name for name in columns if header.count(name) != 1]:
        # The first line itself stays out of the message: without a header it is a pupil's data.
        raise InputFileError(
            f"{path} must have a header with each of the columns {', '.join(columns)} once, between commas; amiss: "
            f"{', '.join(missing)} (its first line has {len(header)} values)"
        )
    if data_line is None:
        raise InputFileError(f"{path} is empty: it has a header and no data line")
    if extra := [name for name in header if name not in columns]:
        log("columns_ignored", file=path, columns=extra)
    return CsvFile(path, header_line, header, size_bytes)


def data_lines(spark: SparkSession, file: CsvFile) -> DataFrame:
    """The file's data lines as `raw_line`; header and blank lines are left out."""
    lines = spark.read.text(file.path).withColumnRenamed("value", "raw_line")
    return lines.where((F.col("raw_line") != F.lit(file.header_line)) & (F.trim("raw_line") != ""))


def read_csv(spark: SparkSession, file: CsvFile, columns: tuple[str, ...]) -> DataFrame:
    """`columns` of each data line as trimmed text, NULL when empty; `raw_line`, `position`, `malformed`, `not_utf8`.

    `position` orders the lines as the file does. Spark numbers rows by partition and packs splits into partitions by
    size, so that number alone would not: the split's offset comes first, the number orders only lines within a split.
    """
    # Positional names: what a header holds besides our columns may be anything.
    fields = [f"value_{index}" for index in range(len(file.header))]
    schema = StructType([StructField(name, StringType()) for name in (*fields, "corrupt")])
    parsed = F.from_csv(
        "raw_line",
        ", ".join(f"{f.name} STRING" for f in schema),
        {"escape": '"', "mode": "PERMISSIVE", "columnNameOfCorruptRecord": "corrupt"},
    )
    lines = data_lines(spark, file).select(
        "raw_line",
        F.struct(F.col("_metadata.file_block_start"), F.monotonically_increasing_id()).alias("position"),
        parsed.alias("parsed"),
    )
    quotes = F.length("raw_line") - F.length(F.regexp_replace("raw_line", '"', ""))
    malformed = F.expr("parsed IS NULL OR parsed.corrupt IS NOT NULL") | (quotes % 2 == 1)
    malformed |= F.col("raw_line").contains("\0")
    values = {name: f"parsed.{fields[file.header.index(name)]}" for name in columns}
    return lines.select(
        "raw_line",
        "position",
        F.coalesce(malformed, F.lit(True)).alias("malformed"),
        # Decoding puts U+FFFD where the bytes are no UTF-8.
        F.contains(F.concat_ws(" ", *values.values()), F.lit("\ufffd")).alias("not_utf8"),
        *(F.expr(f"nullif(btrim({value}, ' \t\u00a0'), '')").alias(name) for name, value in values.items()),
    )


def whole_number(column: str) -> str:
    """SQL for a text column as BIGINT, NULL unless it is a whole number (a plain cast would take '7.9' for 7)."""
    return f"CASE WHEN {column} RLIKE '^-?[0-9]{{1,18}}$' THEN CAST({column} AS BIGINT) END"


def with_reason(lines: DataFrame, rules: dict[str, str]) -> DataFrame:
    """Add `reason`: the first of `rules` that holds, NULL for an accepted line."""
    cases = " ".join(f"WHEN {condition} THEN '{reason}'" for reason, condition in rules.items())
    return lines.withColumn("reason", F.expr(f"CASE {cases} END"))


def ranked(lines: DataFrame, *key: str) -> DataFrame:
    """Accepted lines with `rank`: 1 for the last line of its key in file order, higher for those it supersedes."""
    newest_first = Window.partitionBy(*key).orderBy(F.col("position").desc())
    return lines.where("reason IS NULL").withColumn("rank", F.row_number().over(newest_first))


def shuffle_partitions(size_bytes: int) -> int:
    """Partitions for a shuffle of the input: one for small files, which by default would be spread over 200 tasks."""
    return max(1, math.ceil(size_bytes / BYTES_PER_SHUFFLE_PARTITION))


# --- Staging and merge -----------------------------------------------------------------------------------------------


def identifier(table: str) -> sql.Identifier:
    """`table` or `schema.table`, quoted."""
    return sql.Identifier(*table.split("."))


def listed(columns: Iterable[str], prefix: str = "") -> sql.Composed:
    """Column names, quoted and with commas between."""
    return sql.SQL(", ").join(sql.SQL(prefix + "{}").format(sql.Identifier(column)) for column in columns)


def staging_name(table: str, run_id: str) -> str:
    """The run's staging table, in the schema of `table`; within PostgreSQL's 63 bytes."""
    schema, dot, name = table.rpartition(".")
    return f"{schema}{dot}{name[:37]}_staging_{hashlib.sha256(run_id.encode()).hexdigest()[:16]}"


def check_table(connection: Connection, table: str) -> None:
    """Raise DatabaseError unless `table` exists."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [identifier(table).as_string(connection)])
        if cursor.fetchone() == (None,):
            raise DatabaseError(f"table {table} does not exist: run sql/01_create_tables.sql in this database first")


@contextmanager
def staging_table(database: Database, table: str, run_id: str) -> Iterator[str]:
    """A table with the columns of `TABLE`, without a log or a key, dropped at the end whatever happened."""
    staging = staging_name(table, run_id)
    with connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "CREATE UNLOGGED TABLE {} WITH (autovacuum_enabled = false) AS SELECT {} FROM {} WITH NO DATA"
            ).format(identifier(staging), listed(TABLE), identifier(table))
        )
    try:
        yield staging
    finally:
        try:
            with connect(database) as connection, connection.cursor() as cursor:
                cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(identifier(staging)))
        except DatabaseError as error:  # must not hide what failed before it
            log("staging_left_behind", table=staging, error=str(error))


def copy_lines(rows: DataFrame) -> DataFrame:
    """Rows as lines of COPY's text format with their line end, in one column; built in the JVM, where it is cheap."""

    def text(column: str, spark_type: str) -> str:
        if spark_type != "STRING":
            return f"coalesce(CAST({column} AS STRING), '\\\\N')"
        escaped = column
        for raw, safe in (("\\\\", "\\\\\\\\"), ("\\t", "\\\\t"), ("\\n", "\\\\n"), ("\\r", "\\\\r")):
            escaped = f"replace({escaped}, '{raw}', '{safe}')"
        return f"coalesce({escaped}, '\\\\N')"

    values = ", '\\t', ".join(text(column, spark_type) for column, spark_type in TABLE.items())
    return rows.select(F.expr(f"concat({values}, '\\n')").alias("line"))


class ArrowText:
    """A file to read from: the text of a one-column Arrow stream, straight from its buffers."""

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


def copy_to(database: Database, staging: str, lines: DataFrame, rows: int) -> int:
    """COPY the `rows` lines of `copy_lines` into `staging`; the number of rows that arrived, by Spark's count.

    Executors copy side by side, one connection a task. A task that dies after its commit is run again and its rows are
    there twice: `merge` removes them. Few rows go through the driver: no Python need start on the executors for them.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(identifier(staging), listed(TABLE))

    def copy(file: io.BytesIO | ArrowText) -> int:
        with connect(database) as connection, connection.cursor() as cursor:
            cursor.copy_expert(statement, file)
            return int(cursor.rowcount)

    def copy_task(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        yield pyarrow.RecordBatch.from_pydict({"copied": [copy(ArrowText(iter(batches)))]})

    if rows <= FEW_ROWS:
        return copy(io.BytesIO("".join(row.line for row in lines.collect()).encode()))
    tasks = lines.coalesce(COPY_CONNECTIONS).mapInArrow(copy_task, "copied BIGINT")
    return sum(row.copied for row in tasks.collect())


MERGE = """
WITH changed AS (
    SELECT {staged} FROM {staging} AS s LEFT JOIN {table} AS t USING ({key})
    WHERE t.{first_key} IS NULL OR ({staged_values}) IS DISTINCT FROM ({table_values})
), written AS (
    INSERT INTO {table} ({columns}) SELECT {columns} FROM changed ORDER BY {key}
    ON CONFLICT ({key}) DO UPDATE SET {assignments}
    RETURNING xmax = 0 AS inserted
)
SELECT count(*) FILTER (WHERE inserted), count(*) FILTER (WHERE NOT inserted) FROM written
"""


def merge(database: Database, table: str, staging: str, rows: int) -> dict[str, int]:
    """Upsert the staging table into `table` in one transaction; `{"inserted": n, "updated": n, "unchanged": n}`.

    Only rows that are new or differ are written: an unconditional ON CONFLICT rewrites every row, which is far
    slower and makes the table grow at each run. Runs at the same time queue for the lock; readers go on.

    Raises CountError, and changes nothing, unless `staging` holds exactly `rows` different keys.
    """
    values = [column for column in TABLE if column not in KEY]

    assignments = [sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(column)) for column in values]
    statement = sql.SQL(MERGE).format(
        table=identifier(table),
        staging=identifier(staging),
        key=listed(KEY),
        first_key=sql.Identifier(KEY[0]),
        columns=listed(TABLE),
        staged=listed(TABLE, "s."),
        staged_values=listed(values, "s."),
        table_values=listed(values, "t."),
        assignments=sql.SQL(", ").join(assignments),
    )
    with connect(database) as connection, connection.cursor() as cursor:
        log("merge_waits_for_lock", table=table)
        cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(identifier(table)))
        _check_staging(cursor, staging, rows)
        if rows > FEW_ROWS:
            # Statistics of a table that was empty when analysed can lead to a nested loop over all of it. Few rows are
            # better looked up by key than joined to the whole table.
            cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(statement)
        inserted, updated = cursor.fetchone() or (0, 0)
        return {"inserted": inserted, "updated": updated, "unchanged": rows - inserted - updated}


def _check_staging(cursor: psycopg2.extensions.cursor, staging: str, rows: int) -> None:
    """Remove rows that a repeated task wrote twice, then demand `rows` of them."""
    count = sql.SQL("SELECT count(*) FROM {}").format(identifier(staging))
    cursor.execute(count)
    (staged,) = cursor.fetchone() or (0,)
    if staged > rows:
        log("staging_duplicates", rows=staged - rows)
        cursor.execute(
            sql.SQL(
                "DELETE FROM {0} WHERE ctid IN (SELECT ctid FROM ("
                "SELECT ctid, row_number() OVER (PARTITION BY {1}) AS copy FROM {0}) AS numbered WHERE copy > 1)"
            ).format(identifier(staging), listed(KEY))
        )
        staged -= cursor.rowcount
    if staged != rows:
        raise CountError(f"{staging} holds {staged} rows, {rows} were to be merged; the table is as it was")
