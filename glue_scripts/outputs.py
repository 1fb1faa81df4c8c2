"""What a run writes to S3: its Parquet, with a marker when it is whole, and its rejected lines."""

from __future__ import annotations

from functools import reduce
from typing import Any

from common import Job, log
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from table import NAMES, SPARK_SCHEMA

MARKER = "_SUCCESS"


def write_parquet(rows: DataFrame, folder: str) -> None:
    """Write `rows` into `folder` in place of its contents. `mark_whole` writes the `_SUCCESS` later.

    No committer makes many objects of S3 appear at once, so a reader goes by the marker, which comes last.
    """
    # Version 2 of FileOutputCommitter moves a file once, when its task is done; version 1 moves it again at the end. A
    # file that appears early does no harm: only this run writes into the folder, and it has no marker yet.
    options = {
        "mapreduce.fileoutputcommitter.algorithm.version": "2",
        "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    }
    rows.select(*NAMES).write.options(**options).mode("overwrite").parquet(folder)


def read_parquet(spark: SparkSession, folder: str) -> DataFrame:
    """The rows of `write_parquet`."""
    return spark.read.schema(SPARK_SCHEMA).parquet(folder)


def mark_whole(spark: SparkSession, folder: str) -> None:
    """Write the `_SUCCESS` that tells readers to trust the folder."""
    file_system, path = _path(spark, folder + MARKER)
    file_system.create(path, True).close()


def remove_unmarked(spark: SparkSession, folder: str) -> None:
    """Remove the Parquet of a run that did not write its marker. A folder with a marker stays."""
    file_system, path = _path(spark, folder)
    _, marker = _path(spark, folder + MARKER)
    if not file_system.exists(marker) and file_system.delete(path, True):
        log("unmarked_parquet_removed", folder=folder)


def write_rejects(parts: list[DataFrame], job: Job, one_partition: bool) -> str:
    """Write the rejected lines (`file`, `line_number`, `raw_line`, `rule`) of all sets; returns their folder."""
    lines = reduce(DataFrame.unionAll, parts)
    # Text in Parquet is UTF-8. A line in another encoding is kept, with U+FFFD for each byte that means nothing.
    lines = lines.withColumn("raw_line", F.expr("decode(CAST(raw_line AS BINARY), 'UTF-8')"))
    # One file. The shuffle moves rejected lines only; without it one task would read all files.
    lines = lines.coalesce(1) if one_partition else lines.repartition(1)
    lines.write.option("mapreduce.fileoutputcommitter.algorithm.version", "2").mode("overwrite").parquet(job.rejects())
    return job.rejects()


def _path(spark: SparkSession, uri: str) -> tuple[Any, Any]:
    """Hadoop's file system and path for a URI. PySpark has no public way to them."""
    jvm: Any = spark._jvm
    path = jvm.org.apache.hadoop.fs.Path(uri)
    return path.getFileSystem(spark._jsc.hadoopConfiguration()), path
