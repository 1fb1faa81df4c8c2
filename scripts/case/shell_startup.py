"""The script of `make shell`: a Python prompt with Spark, S3, the database and the job's modules at hand.

It runs in the worker's Python with the job's arguments, in place of the job's script. The job's modules are those that
are saved, in the functions that Spark runs too, whatever is deployed. Piped into `make shell`, a program runs without a
prompt.
"""

from __future__ import annotations

import code
import os
import sys
from pathlib import Path
from typing import Any

SAVED = str(Path(__file__).resolve().parents[2] / "glue_scripts")
sys.path.insert(0, SAVED)
os.environ["PYTHONPATH"] = SAVED + os.pathsep + os.environ["PYTHONPATH"]

import boto3  # noqa: E402
from arguments import database_of, job_of, resolve_arguments  # noqa: E402
from database import open_connection  # noqa: E402
from pyspark.sql import DataFrame, SparkSession  # noqa: E402
from table import COLUMNS  # noqa: E402


def main() -> None:
    options = resolve_arguments(sys.argv)
    job, database = job_of(options), database_of(options)
    spark = SparkSession.builder.appName("shell").getOrCreate()

    def connection() -> Any:
        """Opens a connection of psycopg2 to the database, as the job does."""
        return open_connection(database)

    def read_table(query: str = job.table) -> DataFrame:
        """Reads a table, or a query in parentheses with a name, through PostgreSQL's JDBC driver."""
        with open("rds-authority.pem", "w", encoding="ascii") as file:  # noqa: PTH123 - a line that a user may copy
            file.write(database.ca_bundle)
        url = f"jdbc:postgresql://{database.host}:{database.port}/{database.name}"
        login = {"user": database.user, "password": database.password}
        return spark.read.jdbc(url, query, properties={**login, "sslmode": "verify-full", "sslrootcert": file.name})

    names = {
        "spark": spark,
        "raw": job.raw,
        "processed": job.processed,
        "s3": boto3.client("s3"),
        "connection": connection,
        "read_table": read_table,
    }
    if not sys.stdin.isatty():
        exec(compile(sys.stdin.read(), "<stdin>", "exec"), {"__name__": "__main__", **names})  # noqa: S102
        return
    _complete(names)
    code.interact(banner=_banner(job.raw, job.table), local={"__name__": "__main__", **names}, exitmsg="")


def _banner(raw: str, table: str) -> str:
    return f"""
spark                Spark {SparkSession.builder.getOrCreate().version}: spark.read.text(raw + "notas.csv").show()
raw                  {raw}
processed, s3        the job's results in S3; boto3's client
read_table()         the table {table} ({len(COLUMNS)} columns) as a DataFrame
connection()         psycopg2's connection to the same database
import reading       a module of the job; all of them can be imported
Ctrl-D ends the shell.
"""


def _complete(names: dict[str, Any]) -> None:
    """Makes the tab key complete names, where Python has readline."""
    try:
        import readline
        import rlcompleter
    except ImportError:
        return
    readline.set_completer(rlcompleter.Completer(names).complete)
    readline.parse_and_bind("bind ^I rl_complete" if "libedit" in (readline.__doc__ or "") else "tab: complete")


if __name__ == "__main__":
    main()
