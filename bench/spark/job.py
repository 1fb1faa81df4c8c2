"""The job on local files: its own `run`, with folders in place of S3 and a database in place of a secret.

No other module of the benchmark calls the job.
"""

from __future__ import annotations

import argparse
import uuid
from pathlib import Path

import common
import database
import etl_performance_academica as etl
import staging
from pyspark.sql import SparkSession


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("raw", "processed", "host", "port", "database", "user", "password_file", "ca_bundle", "table"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    job = common.Job(
        name="bench",
        run_id=f"jr_{uuid.uuid4().hex}",
        raw=options.raw,
        processed=options.processed,
        table=options.table,
        max_rejected_percent=100.0,
    )
    password = Path(options.password_file).read_text()
    bundle = Path(options.ca_bundle).read_text()
    where = database.Database(options.host, int(options.port), options.database, options.user, password, bundle)
    spark = SparkSession.builder.appName(job.name).getOrCreate()
    with staging.Staging(where, job.table, job.run_id).open() as table:
        etl.run(spark, job, table)


if __name__ == "__main__":
    main()
