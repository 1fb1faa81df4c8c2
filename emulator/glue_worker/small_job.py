"""Does what a small job does: text and CSV, a join, a window, Parquet, and a Python function on each batch of rows.

The class archive is made from the classes that it loads, and a waiting JVM has run it. It reaches for nothing but the
folder that it is given.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from py4j.java_gateway import java_import
from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, Observation, SparkSession, Window
from pyspark.sql import functions as F

# PySpark asks for these by their short names, a thousand times in a small job. For each time py4j looks for the name in
# every jar, once for each package that PySpark has imported as a whole. It finds a class that is imported by itself at
# once. It is the same class.
SHORT_NAMES = ("functions", "PythonRDD", "PythonSQLUtils", "PythonUtils", "SparkSession")


def warm_up(own: Path) -> None:
    """Does it for a waiting JVM, and stops Spark again. `own` is the worker's folder within that of the run to come."""
    folder = Path(tempfile.mkdtemp(prefix="warming-"))
    try:
        spark = SparkSession.builder.appName("warming").getOrCreate()
        jvm: Any = spark._jvm
        work(spark, folder)
        in_python(spark)
        reach_for_s3(spark)
        for name in SHORT_NAMES:
            java_import(jvm, getattr(jvm, name)._fqn)
        spark.stop()
        jvm.org.apache.hadoop.fs.FileSystem.closeAll()
        jvm.java.lang.System.gc()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(own / "warehouse", ignore_errors=True)


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


def in_sql(facts: DataFrame, names: DataFrame, folder: Path) -> None:
    """Does the like of `work` in SQL."""
    observed = Observation()
    judged = facts.selectExpr("id", "kind", "value", "position", *SQL).persist()
    kept = judged.observe(observed, F.expr(COUNTS)).where("n IS NOT NULL OR short").withColumn("place", F.expr(NEWEST))
    joined = kept.join(names.hint("shuffle_hash"), "id", "left").where("place = 1").select("id", "text", "name", "n")
    joined.coalesce(1).write.option("compression", "snappy").mode("overwrite").parquet(str(folder / "sql"))
    observed.get  # noqa: B018
    judged.groupBy("kind").agg(F.expr("min(position) AS first"), F.expr("count(*) AS lines")).collect()
    judged.unpersist()


def work(spark: SparkSession, folder: Path) -> None:
    """Does it in `folder`, which is empty."""
    (folder / "facts.csv").write_text("id,kind,value\n" + "".join(f"{n % 7},k{n % 3},{n}.5\n" for n in range(100)))
    (folder / "names.csv").write_text("id,name\n" + "".join(f"{n},name {n}\n" for n in range(5)))
    spark.conf.set("spark.sql.shuffle.partitions", "1")
    names = spark.read.option("header", True).csv(str(folder / "names.csv"))
    lines = spark.read.text(str(folder / "facts.csv")).select(
        F.from_csv("value", "id STRING, kind STRING, value STRING").alias("parsed"),
        F.monotonically_increasing_id().alias("position"),
    )
    facts = lines.select("parsed.*", "position").withColumn("amount", F.expr("try_cast(value AS DECIMAL(6,2))"))
    newest = Window.partitionBy("id", "kind").orderBy(F.col("position").desc())
    in_sql(facts, names, folder)
    observed = Observation()
    joined = facts.join(names, "id", "left").withColumn("rank", F.row_number().over(newest)).persist()
    joined.groupBy("kind").agg(F.count("*"), F.sum("amount")).collect()
    kept = joined.where("rank = 1 AND amount IS NOT NULL").observe(observed, F.count("*").alias("rows"))
    kept.write.parquet(str(folder / "out"))
    joined.unpersist()
    observed.get  # noqa: B018
    back = spark.read.parquet(str(folder / "out"))
    back.select(F.concat_ws("\t", F.expr("replace(name, ' ', '_')"), "amount").alias("line")).sort("line").collect()


def in_python(spark: SparkSession) -> None:
    """Runs a Python function in a process of Spark's."""

    def same(batches: Iterable[Any]) -> Iterator[Any]:
        yield from batches

    spark.range(5).mapInArrow(same, "id BIGINT").collect()


def reach_for_s3(spark: SparkSession) -> None:
    """Loads the S3 client with a request that fails: nothing listens on port 1."""
    jvm: Any = spark._jvm
    settings = jvm.org.apache.hadoop.conf.Configuration(spark._jsc.hadoopConfiguration())
    for name, value in {
        "endpoint": "http://127.0.0.1:1",
        "endpoint.region": "us-east-1",
        "path.style.access": "true",
        "access.key": "none",
        "secret.key": "none",
        "attempts.maximum": "0",
        "retry.limit": "0",
        "aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
    }.items():
        settings.set(f"fs.s3a.{name}", value)
    path = jvm.org.apache.hadoop.fs.Path("s3a://bucket/key")
    with suppress(Py4JJavaError):
        path.getFileSystem(settings).exists(path)
