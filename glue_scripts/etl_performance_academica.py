"""AWS Glue job: alunos, escolas and notas (CSV in S3) -> performance_academica (Parquet in S3, and PostgreSQL).

Lines that can't be used are set aside with a reason; of those that can, the last of each key wins. They are joined and
written twice: as this run's Parquet, then through a staging table into the table, in one transaction.
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import reduce

import common
from common import CsvFile, Database, Job
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F


def main(argv: list[str]) -> None:
    """Run the job with Glue's arguments; an exception makes the run FAILED."""
    options = common.resolve_arguments(argv)
    job = common.job_of(options)
    database = common.database_of(options)
    # Neither GlueContext nor awsglue's Job: they need Glue's own jars, and here are no DynamicFrames or bookmarks.
    spark = SparkSession.builder.appName(job.name).getOrCreate()
    run(spark, job, database)


def run(spark: SparkSession, job: Job, database: Database) -> dict[str, object]:
    """One run, from the raw files to the table; the summary that it logs as its last line.

    Parquet comes before the database, so that whatever fails, fails while the table is still as it was. A run that dies
    in between leaves a folder of its own that no later run reads.

    Raises JobError where the input, the database or the counts are wrong.
    """
    # First of all: it wakes a paused database and costs nothing when the table is missing.
    with common.connect(database) as connection:
        common.check_table(connection, job.table)

    files = {name: common.open_csv(spark, f"{job.raw}{name}.csv", common.COLUMNS[name]) for name in common.COLUMNS}
    size_bytes = sum(file.size_bytes for file in files.values())
    spark.conf.set("spark.sql.shuffle.partitions", common.shuffle_partitions(size_bytes))

    alunos = read_alunos(spark, files["alunos"])
    escolas = read_escolas(spark, files["escolas"])
    # Counted, split into rejected and accepted, and joined in one pass over the file.
    notas = read_notas(spark, files["notas"], alunos, escolas).persist()

    lines = {"alunos": alunos, "escolas": escolas, "notas": notas}
    read, rejected = count_lines(lines, common.data_lines(spark, files["notas"]))
    rejects = write_rejects(lines, job) if any(rejected.values()) else None

    parquet = f"{job.processed}performance_academica/run={job.run_id}/"
    kept, superseded = write_parquet(notas, parquet)
    notas.unpersist()
    if read["notas"] != kept + superseded + rejected["notas"].total():
        raise common.CountError(
            f"notas.csv has {read['notas']} lines, but kept {kept}, superseded {superseded} and rejected "
            f"{rejected['notas'].total()} don't add up; nothing was merged. Did the file change during the run?"
        )
    if kept == 0:
        raise common.InputFileError(
            f"{files['notas'].path} has no usable line, rejected: {dict(rejected['notas'])}; see {rejects}"
        )

    # Read back rather than computed again: what the table gets is what the Parquet holds, even if the source changed.
    rows = spark.read.schema(", ".join(f"{name} {kind}" for name, kind in common.TABLE.items())).parquet(parquet)
    with common.staging_table(database, job.table, job.run_id) as staging:
        copied = common.copy_to(database, staging, common.copy_lines(rows), kept)
        if copied != kept:
            raise common.CountError(f"{copied} of {kept} rows reached {staging}; nothing was merged")
        merged = common.merge(database, job.table, staging, kept)

    summary: dict[str, object] = {
        "read": read,
        "kept": kept,
        "superseded": superseded,
        "rejected": dict(rejected["notas"]),
        **merged,
        "parquet": parquet,
        "rejects": rejects,
    }
    common.log("run_summary", **summary)
    return summary


def read_alunos(spark: SparkSession, file: CsvFile) -> DataFrame:
    """All lines of alunos.csv with typed columns, `idade_invalid` and `reason`."""
    lines = common.read_csv(spark, file, common.COLUMNS["alunos"]).selectExpr(
        "raw_line", "position", "malformed", "not_utf8",
        "id AS aluno_id_text",
        f"{common.whole_number('id')} AS aluno_id",
        "nome_ficticio AS nome_aluno",
        f"{common.whole_number('idade')} AS idade",
        "idade AS idade_text",
        "genero",
        f"{common.whole_number('escola_id')} AS escola_id",
    )  # fmt: skip
    sane = F.coalesce(F.col("idade").between(0, 150), F.lit(False))
    lines = lines.withColumn("idade_invalid", F.col("idade_text").isNotNull() & ~sane)
    lines = lines.withColumn("idade", F.when(sane, F.col("idade").cast("smallint")))
    return common.with_reason(lines, common.ALUNO_RULES)


def read_escolas(spark: SparkSession, file: CsvFile) -> DataFrame:
    """All lines of escolas.csv with typed columns and `reason`."""
    lines = common.read_csv(spark, file, common.COLUMNS["escolas"]).selectExpr(
        "raw_line", "position", "malformed", "not_utf8",
        "escola_id AS escola_id_text",
        f"{common.whole_number('escola_id')} AS escola_id",
        "nome AS nome_escola",
        "rede",
        "regiao",
    )  # fmt: skip
    return common.with_reason(lines, common.ESCOLA_RULES)


def read_notas(spark: SparkSession, file: CsvFile, alunos: DataFrame, escolas: DataFrame) -> DataFrame:
    """All lines of notas.csv with the pupil's and the school's columns, `nota` as DECIMAL(4,2), and `reason`."""
    last_alunos = common.ranked(alunos, "aluno_id").where("rank = 1")
    last_escolas = common.ranked(escolas, "escola_id").where("rank = 1")
    known_alunos = last_alunos.selectExpr(
        "aluno_id", "nome_aluno", "idade", "genero", "escola_id", "true AS aluno_found"
    )
    known_escolas = last_escolas.selectExpr("escola_id", "nome_escola", "rede", "regiao", "true AS escola_found")
    lines = common.read_csv(spark, file, common.COLUMNS["notas"]).selectExpr(
        "raw_line", "position", "malformed", "not_utf8",
        "aluno_id AS aluno_id_text",
        f"{common.whole_number('aluno_id')} AS aluno_id",
        "disciplina",
        "nota AS nota_text",
        "try_cast(nota AS DECIMAL(4,2)) AS nota",
    )  # fmt: skip
    joined = lines.join(known_alunos.join(known_escolas, "escola_id", "left"), "aluno_id", "left")
    return common.with_reason(joined, common.NOTA_RULES).select("raw_line", "position", "reason", *common.TABLE)


def count_lines(lines: dict[str, DataFrame], notas_lines: DataFrame) -> tuple[dict[str, int], dict[str, Counter[str]]]:
    """Lines by file, and rejected lines by file and reason; logs these, and how many pupils lost an unusable idade.

    `notas_lines` are the lines of notas.csv before the joins, so that a join that lost or doubled lines would show.
    """
    no_warning = F.lit(False).alias("idade_invalid")
    tagged = [
        file_lines.select(F.lit(name).alias("file"), "reason", "idade_invalid" if name == "alunos" else no_warning)
        for name, file_lines in lines.items()
    ]
    tagged.append(notas_lines.select(F.lit("notas before joins"), F.lit(None).cast("string"), no_warning))
    accepted_warning = F.expr("reason IS NULL AND idade_invalid").cast("int")
    counts = reduce(DataFrame.unionAll, tagged).groupBy("file", "reason")
    rows = counts.agg(F.count("*").alias("lines"), F.sum(accepted_warning).alias("warnings")).collect()
    read: Counter[str] = Counter()
    rejected: dict[str, Counter[str]] = {name: Counter() for name in lines}
    for row in rows:
        read[row.file] += row.lines
        if row.reason:
            rejected[row.file][row.reason] = row.lines
    common.log("rejected_lines", **rejected)
    if idade_invalid := sum(row.warnings for row in rows):
        common.log("values_set_to_null", file="alunos.csv", idade=idade_invalid)
    return {"alunos": read["alunos"], "escolas": read["escolas"], "notas": read["notas before joins"]}, rejected


def write_rejects(lines: dict[str, DataFrame], job: Job) -> str:
    """Write the rejected lines of all files, as they were, with file and reason; their folder."""
    folder = f"{job.processed}performance_academica_rejeitados/run={job.run_id}/"
    # Text in Parquet is UTF-8; a line that is not keeps its place with U+FFFD in it.
    raw_line = F.decode(F.col("raw_line").cast("binary"), "UTF-8").alias("raw_line")
    parts = [
        file_lines.where("reason IS NOT NULL").select(F.lit(f"{name}.csv").alias("file"), raw_line, "reason")
        for name, file_lines in lines.items()
    ]
    reduce(DataFrame.unionAll, parts).coalesce(1).write.parquet(folder)
    return folder


def write_parquet(notas: DataFrame, folder: str) -> tuple[int, int]:
    """Write the last accepted line of each key; how many were kept and how many they superseded."""
    counted = Observation()
    ranked = common.ranked(notas, *common.KEY).observe(
        counted,
        F.count(F.expr("CASE WHEN rank = 1 THEN 1 END")).alias("kept"),
        F.count(F.expr("CASE WHEN rank > 1 THEN 1 END")).alias("superseded"),
    )
    ranked.where("rank = 1").select(*common.TABLE).write.parquet(folder)
    return counted.get["kept"], counted.get["superseded"]


if __name__ == "__main__":
    main(sys.argv)
