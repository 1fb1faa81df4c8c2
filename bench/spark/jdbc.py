"""The usual way in Spark: read, join, write Parquet, fill a staging table by JDBC, and upsert every row."""

from __future__ import annotations

import argparse
from pathlib import Path

import psycopg2
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from table import KEY, NAMES, SPARK_TYPES, VALUES, of_set

STAGING = "peer_staging"


def schema(source: str) -> str:
    """The columns of the set `source` in the order of its file, by the names that the table has for them."""
    return ", ".join(f"{name} {SPARK_TYPES[name]}" for name in of_set(source))


def rows(spark: SparkSession, raw: str) -> DataFrame:
    """The last usable line of each key, joined."""
    alunos = spark.read.csv(
        f"{raw}alunos.csv",
        header=True,
        schema=schema("alunos"),
        enforceSchema=True,
    )
    escolas = spark.read.csv(
        f"{raw}escolas.csv",
        header=True,
        schema=schema("escolas"),
        enforceSchema=True,
    )
    notas = spark.read.csv(
        f"{raw}notas.csv",
        header=True,
        schema="aluno_id BIGINT, disciplina STRING, nota_text STRING, corrupt STRING",
        columnNameOfCorruptRecord="corrupt",
    ).withColumn("line", F.monotonically_increasing_id())
    usable = (
        "corrupt IS NULL AND aluno_id IS NOT NULL AND disciplina IS NOT NULL AND length(disciplina) <= 500 "
        r"AND NOT disciplina RLIKE '[\\x00-\\x1F\\x7F]' AND nota_text RLIKE '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$' "
        "AND CAST(nota_text AS DOUBLE) BETWEEN 0 AND 10"
    )
    joined = notas.where(usable).join(alunos, "aluno_id").join(escolas, "escola_id")
    newest_first = Window.partitionBy(*KEY).orderBy(F.col("line").desc())
    last = joined.withColumn("rank", F.row_number().over(newest_first)).where("rank = 1")
    return last.withColumn("nota", F.col("nota_text").cast(SPARK_TYPES["nota"])).select(*NAMES)


def main() -> None:
    parser = argparse.ArgumentParser()
    names = "raw processed host port database user password_file ca_bundle table rewrite"
    for name in names.split():
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    password = Path(options.password_file).read_text()
    spark = SparkSession.builder.appName("bench").getOrCreate()
    result = rows(spark, options.raw)
    result.write.mode("overwrite").parquet(f"{options.processed}performance_academica")
    result.write.jdbc(
        f"jdbc:postgresql://{options.host}:{options.port}/{options.database}",
        STAGING,
        mode="overwrite",
        properties={
            "user": options.user,
            "password": password,
            "driver": "org.postgresql.Driver",
            "sslmode": "verify-full",
            "sslrootcert": options.ca_bundle,
            "reWriteBatchedInserts": options.rewrite,
        },
    )
    columns, key = ", ".join(NAMES), ", ".join(KEY)
    values = ", ".join(f"{column} = EXCLUDED.{column}" for column in VALUES)
    connection = psycopg2.connect(
        host=options.host,
        port=options.port,
        dbname=options.database,
        user=options.user,
        password=password,
        sslmode="verify-full",
        sslrootcert=options.ca_bundle,
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {options.table} ({columns}) SELECT {columns} FROM {STAGING} "
            f"ON CONFLICT ({key}) DO UPDATE SET {values}"
        )
        cursor.execute(f"DROP TABLE {STAGING}")
    connection.close()
    spark.stop()


if __name__ == "__main__":
    main()
