"""Does what a small job does: text and CSV, a join, a window, Parquet, and a Python function on each batch of rows.

The class archive is made from the classes that it loads, and a waiting JVM has run it. It reaches for nothing but an S3
of its own (`small_s3.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import small_s3  # type: ignore[import-not-found]
from py4j.java_gateway import java_import
from pyspark.sql import DataFrame, Observation, SparkSession, Window
from pyspark.sql import functions as F

# PySpark asks for these by their short names, a thousand times in a small job. For each time py4j looks for the name in
# every jar, once for each package that PySpark has imported as a whole. It finds a class that is imported by itself at
# once. It is the same class.
PLACE = f"s3a://{small_s3.BUCKET}"
SHORT_NAMES = ("functions", "PythonRDD", "PythonSQLUtils", "PythonUtils", "SparkSession")


def warm_up(own: Path, times: int) -> None:
    """Does it so many times for a waiting JVM. `own` is the worker's folder within that of the run to come."""
    try:
        do("warming", times=times)
    finally:
        shutil.rmtree(own / "warehouse", ignore_errors=True)


def do(name: str, times: int = 1) -> None:
    """Does it in a session of this name, so many times, and stops Spark again."""
    with small_s3.serving() as settings:
        builder = SparkSession.builder.appName(name)
        for key, value in settings.items():
            builder = builder.config(f"spark.hadoop.{key}", value)
        spark = builder.getOrCreate()
        jvm: Any = spark._jvm
        for _ in range(times):
            work(spark)
        in_python(spark)
        for short in SHORT_NAMES:
            java_import(jvm, getattr(jvm, short)._fqn)
        collect_garbage(spark)
        spark.stop()
        jvm.org.apache.hadoop.fs.FileSystem.closeAll()
        jvm.java.lang.System.gc()


# What jobs write in SQL. The parser learns each form of it at the first use.
SQL = (
    "CASE WHEN value RLIKE '^[0-9]+$' THEN try_cast(value AS BIGINT) WHEN NOT (id IS NULL) THEN 0 END AS n",
    "coalesce(nullif(btrim(regexp_replace(lower(kind), '[x-z]', '')), ''), concat_ws(' ', kind, id)) AS text",
    "aggregate(split('a-b-c', '-'), kind, (text, part) -> replace(text, part, substring(part, 1, 1))) AS folded",
    "octet_length(kind) < 10 OR length(kind) - length(replace(kind, 'k', '')) % 2 = 1 OR kind IN ('k0', 'k2') AS short",
    "element_at(array('a', 'b'), 1) AS first_one",
    "map('k0', 1, 'k1', 2)[kind] AS mapped",
    "decode(CAST(kind AS BINARY), 'UTF-8') AS decoded",
    "contains(kind, '\"') AND NOT rlike(kind, '[^\\\\p{L}]') AS quoted",
)
NEWEST = "row_number() OVER (PARTITION BY id, kind ORDER BY position DESC, value DESC) AS place"
COUNTS = "to_json(named_struct('all', count(1), 'numbers', count(CASE WHEN n IS NOT NULL THEN 1 END))) AS counts"


def in_sql(spark: SparkSession, facts: DataFrame, names: DataFrame) -> None:
    """Does the like of `work` in SQL."""
    observed = Observation()
    judged = facts.selectExpr("id", "kind", "value", "position", *SQL).persist()
    kept = judged.observe(observed, F.expr(COUNTS)).where("n IS NOT NULL OR short").withColumn("place", F.expr(NEWEST))
    joined = kept.join(names.hint("shuffle_hash"), "id", "left").where("place = 1").select("id", "text", "name", "n")
    collect_garbage(spark)
    joined.coalesce(1).write.option("compression", "snappy").mode("overwrite").parquet(f"{PLACE}/sql")
    observed.get  # noqa: B018
    judged.groupBy("kind").agg(F.expr("min(position) AS first"), F.expr("count(*) AS lines")).collect()
    judged.unpersist()
    collect_garbage(spark)


def work(spark: SparkSession) -> None:
    """Reads and writes files in its own S3."""
    write(spark, "facts.csv", "id,kind,value\n" + "".join(f"{n % 7},k{n % 3},{n}.5\n" for n in range(100)))
    write(spark, "names.csv", "id,name\n" + "".join(f"{n},name {n}\n" for n in range(5)))
    spark.conf.set("spark.sql.shuffle.partitions", "1")
    names = spark.read.option("header", True).csv(f"{PLACE}/names.csv")
    lines = spark.read.text(f"{PLACE}/facts.csv").select(
        F.from_csv("value", "id STRING, kind STRING, value STRING").alias("parsed"),
        F.monotonically_increasing_id().alias("position"),
    )
    facts = lines.select("parsed.*", "position").withColumn("amount", F.expr("try_cast(value AS DECIMAL(6,2))"))
    newest = Window.partitionBy("id", "kind").orderBy(F.col("position").desc())
    collect_garbage(spark)
    in_sql(spark, facts, names)
    observed = Observation()
    joined = facts.join(names, "id", "left").withColumn("rank", F.row_number().over(newest)).persist()
    joined.groupBy("kind").agg(F.count("*"), F.sum("amount")).collect()
    kept = joined.where("rank = 1 AND amount IS NOT NULL").observe(observed, F.count("*").alias("rows"))
    for _ in range(2):  # the second time replaces the files of the first
        collect_garbage(spark)
        kept.write.mode("overwrite").parquet(f"{PLACE}/out")
    joined.unpersist()
    collect_garbage(spark)
    observed.get  # noqa: B018
    back = spark.read.parquet(f"{PLACE}/out")
    back.select(F.concat_ws("\t", F.expr("replace(name, ' ', '_')"), "amount").alias("line")).sort("line").collect()
    collect_garbage(spark)


def collect_garbage(spark: SparkSession) -> None:
    """Makes the JVM use the same memory again: what its heap has once touched, the system never gets back."""
    jvm: Any = spark._jvm
    jvm.java.lang.System.gc()


def write(spark: SparkSession, name: str, text: str) -> None:
    """Writes a file with the client by which Spark reads it."""
    jvm: Any = spark._jvm
    path = jvm.org.apache.hadoop.fs.Path(f"{PLACE}/{name}")
    stream = path.getFileSystem(spark._jsc.hadoopConfiguration()).create(path, True)
    stream.write(bytearray(text.encode()))
    stream.close()


def in_python(spark: SparkSession) -> None:
    """Runs a Python function in a process of Spark's."""

    def same(batches: Iterable[Any]) -> Iterator[Any]:
        yield from batches

    spark.range(5).mapInArrow(same, "id BIGINT").collect()
