"""AWS Glue job: alunos, escolas and notas (CSV in S3) -> performance_academica (Parquet in S3, and PostgreSQL).

The job sets a line aside, with the rule that it breaks, when it can't use it. Of the other lines the last of each key
wins. The job joins them and writes them twice: as the run's Parquet, then through a staging table into the table, in
one transaction.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import outputs
import quality
import reading
from arguments import database_of, job_of, resolve_arguments
from common import CountError, InputFileError, Job, QualityError, log
from copying import copy_lines
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from source_files import Source, find_sources
from sql_text import literal
from staging import Staging
from table import SETS, of_set

# Up to this size of all files together one task does the whole: a shuffle or a broadcast would take longer.
ONE_PARTITION_BYTES = 4 * 1024 * 1024
AQE_EMPTY_RELATION = "org.apache.spark.sql.execution.adaptive.AQEPropagateEmptyRelation"
# What Java says of a gzip file that is not whole.
GZIP_ERRORS = ("Unexpected end of input stream", "Unexpected end of ZLIB", "java.util.zip.", "not a gzip file")
BYTES_PER_SHUFFLE_PARTITION = 16 * 1024 * 1024


def main(argv: list[str]) -> None:
    """Run the job with Glue's arguments. An exception makes the run FAILED."""
    options = resolve_arguments(argv)
    job = job_of(options)
    # Another thread reads the secret and wakes the database while Spark starts.
    with ThreadPoolExecutor(max_workers=1) as pool:
        opening = pool.submit(lambda: Staging(database_of(options), job.table, job.run_id).open())
        # GlueContext and awsglue's Job need Glue's own jars, and this job uses neither DynamicFrames nor bookmarks.
        spark = SparkSession.builder.appName(job.name).getOrCreate()
        staging = opening.result()
    with staging:
        run(spark, job, staging)


@dataclass
class Counts:
    """The lines of a run.

    By set: the lines read, the lines rejected by each rule, the lines that leave a quote open, the accepted lines with
    characters that nobody sees, and those that are UTF-8 against the file's encoding. Of notas: the lines kept and
    superseded. `idade_set_to_null` counts the values of alunos that are no age.
    """

    read: dict[str, int]
    rejected: dict[str, Counter[str]]
    open_quotes: dict[str, int]
    cleaned: dict[str, int]
    read_as_utf8: dict[str, int]
    idade_set_to_null: int
    kept: int
    superseded: int


@dataclass
class Plan:
    """How a run reads its sources. `careful` names the sets in which values have line breaks."""

    spark: SparkSession
    sources: dict[str, Source]
    one_partition: bool
    careful: frozenset[str] = frozenset()
    _kept: dict[tuple[str, bool], DataFrame] = field(default_factory=dict)

    def lines(self, name: str) -> DataFrame:
        """All data lines of a set, typed and judged. Those of a small input are read once and kept in memory."""
        careful = name in self.careful
        if (name, careful) in self._kept:
            return self._kept[name, careful]
        lines = quality.typed(reading.read_lines(self.spark, self.sources[name], careful, self.one_partition), name)
        if self.one_partition:
            self._kept[name, careful] = lines.persist()
        return lines


@dataclass
class Clock:
    """Seconds that each part of the run took."""

    seconds: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def lap(self, part: str) -> None:
        now = time.monotonic()
        self.seconds[part] = round(now - self.began, 2)
        self.began = now


def run(spark: SparkSession, job: Job, staging: Staging) -> dict[str, object]:
    """Run the job from the raw files to the table; returns the summary that it logs as its last line.

    It writes the Parquet before the database, so a failure up to then leaves the table as it was. A run that dies
    before the Parquet is whole leaves a folder without `_SUCCESS`, and the next run removes it. A run that dies between
    the two leaves a whole folder, and the next run brings its rows into the table.

    Raises:
        JobError: the input, the database or the counts are wrong.
    """
    clock = Clock()
    sources = find_sources(spark, job)
    size_bytes = sum(source.size_bytes for source in sources.values())
    # By default a small input would be spread over 200 tasks.
    spark.conf.set("spark.sql.shuffle.partitions", max(1, math.ceil(size_bytes / BYTES_PER_SHUFFLE_PARTITION)))
    # This rule drops one side of a join when the other is empty, and the counts of the dropped side never come.
    spark.conf.set("spark.sql.adaptive.optimizer.excludedRules", AQE_EMPTY_RELATION)
    staging.remove_leftovers(lambda run_id: outputs.remove_unmarked(spark, job.parquet(run_id)))
    clock.lap("prepare")

    plan = Plan(spark, sources, one_partition=size_bytes <= ONE_PARTITION_BYTES)
    parquet = job.parquet()
    try:
        with whole_files(sources):
            counts = write_grades(plan, parquet)
        if with_open_quotes := [name for name, lines in counts.open_quotes.items() if lines]:
            log("read_again_with_line_breaks", sets=with_open_quotes, lines=counts.open_quotes)
            plan.careful = frozenset(with_open_quotes)
            counts = write_grades(plan, parquet)
        clock.lap("parquet")
        log("rejected_lines", **counts.rejected)
        if any(counts.cleaned.values()):
            log("invisible_characters_removed", **counts.cleaned)
        if any(counts.read_as_utf8.values()):
            log("lines_read_as_utf8", csv_encoding=job.csv_encoding, **counts.read_as_utf8)
        if counts.idade_set_to_null:
            log("values_set_to_null", set="alunos", idade=counts.idade_set_to_null)
        parts = rejected_lines(plan, counts)
        rejects = outputs.write_rejects(parts, job, plan.one_partition) if parts else None
        clock.lap("rejects")
        check_counts(counts, job, rejects)
        outputs.mark_whole(spark, parquet)
    except BaseException:
        with staging.kept_on_failure():  # the JVM may be gone, too
            outputs.remove_unmarked(spark, parquet)
        raise

    # Read back, not computed again: the table gets what the Parquet holds even if a source file changed meanwhile.
    merged = staging.load(copy_lines(outputs.read_parquet(spark, parquet)), counts.kept)
    clock.lap("database")
    clock.seconds |= staging.seconds

    summary: dict[str, object] = {
        "read": counts.read,
        "kept": counts.kept,
        "superseded": counts.superseded,
        "rejected": dict(counts.rejected["notas"]),
        **merged,
        "parquet": parquet,
        "rejects": rejects,
        "seconds": clock.seconds,
    }
    log("run_summary", **summary)
    return summary


@contextmanager
def whole_files(sources: dict[str, Source]) -> Iterator[None]:
    """Turn Spark's error about a compressed file that is not whole into an InputFileError that names the candidates."""
    try:
        yield
    except (Py4JJavaError, PySparkException) as error:
        packed = [file.path for source in sources.values() for file in source.files if file.path.endswith(".gz")]
        if not packed or not any(sign in str(error) for sign in GZIP_ERRORS):
            raise
        raise InputFileError(
            f"{' or '.join(packed)} is broken off or damaged: it can't be unpacked to its end. Upload the whole file "
            "again."
        ) from None


def write_grades(plan: Plan, folder: str) -> Counts:
    """Write the last accepted line of each key, joined, and return the counts of all lines, in one pass."""
    seen = {name: Observation() for name in SETS}
    lines = {name: observed(plan.lines(name), name, seen[name]) for name in SETS}
    joined = Observation()
    # The escola of a key is the aluno's, so the last line of aluno and disciplina is the last line of the key.
    notas = lines["notas"].select(*of_set("notas"), *reading.POSITION)
    if not plan.one_partition:
        notas = notas.repartition("aluno_id")  # one shuffle for both the ranking and the join
    graded = join_known(ranked(notas, "aluno_id", "disciplina"), lines["alunos"], lines["escolas"], plan)
    references = quality.names(quality.REFERENCE_RULES, "notas")
    conditions = {rule: f"rule = '{rule}'" for rule in references}
    conditions |= {"kept": "rule IS NULL AND rank = 1", "superseded": "rule IS NULL AND rank > 1"}
    counted = graded.observe(joined, F.expr(f"{counts_of(conditions)} AS counts"))
    outputs.write_parquet(counted.where("rule IS NULL AND rank = 1"), folder)

    found = {name: json.loads(observation.get["counts"]) for name, observation in seen.items()}
    of_joined = json.loads(joined.get["counts"])
    rejected = {name: Counter({rule: found[name][rule] for rule in rules_of(name)}) for name in SETS}
    rejected["notas"].update({rule: of_joined[rule] for rule in references})
    return Counts(
        read={name: found[name]["lines"] for name in SETS},
        rejected={name: +counter for name, counter in rejected.items()},
        open_quotes={name: found[name]["open_quotes"] for name in SETS},
        cleaned={name: found[name]["cleaned_lines"] for name in SETS},
        read_as_utf8={name: found[name]["utf8_lines"] for name in SETS},
        idade_set_to_null=found["alunos"]["idade_set_to_null"],
        kept=of_joined["kept"],
        superseded=of_joined["superseded"],
    )


def rules_of(name: str) -> list[str]:
    """The names of the rules that a line of a set can break by itself."""
    return quality.names(quality.RULES, name)


def counts_of(conditions: Mapping[str, str]) -> str:
    """SQL for the number of lines for which each condition holds, as one JSON text: PySpark asks for one value once."""
    parts = [f"'{name}', count(CASE WHEN {condition} THEN 1 END)" for name, condition in conditions.items()]
    return f"to_json(named_struct({', '.join(parts)}))"


def observed(lines: DataFrame, name: str, observation: Observation) -> DataFrame:
    """The accepted lines. `observation` gets the counts of all lines when the result is written."""
    conditions = {rule: f"rule = '{rule}'" for rule in rules_of(name)}
    conditions |= {
        "lines": "NOT no_data",
        "open_quotes": "open_quote",
        "cleaned_lines": "cleaned AND rule IS NULL",
        "utf8_lines": "read_as_utf8 AND rule IS NULL",
    }
    if name == "alunos":
        conditions["idade_set_to_null"] = "rule IS NULL AND idade_text IS NOT NULL AND idade IS NULL"
    return lines.observe(observation, F.expr(f"{counts_of(conditions)} AS counts")).where("rule IS NULL")


def ranked(lines: DataFrame, *key: str) -> DataFrame:
    """Lines with `rank`: 1 for the last line of its key in file order, higher for the lines that it supersedes."""
    newest_first = ", ".join(f"{name} DESC" for name in reading.POSITION)
    rank = f"row_number() OVER (PARTITION BY {', '.join(key)} ORDER BY {newest_first})"
    return lines.withColumn("rank", F.expr(rank))


def join_known(notas: DataFrame, alunos: DataFrame, escolas: DataFrame, plan: Plan) -> DataFrame:
    """Accepted lines of notas with the columns of their aluno and escola, and `rule` where one of these is unknown."""
    known_alunos = (
        ranked(alunos, "aluno_id").where("rank = 1")
        .selectExpr(*of_set("alunos"), "true AS known_aluno")
    )  # fmt: skip
    known_escolas = (
        ranked(escolas, "escola_id").where("rank = 1")
        .selectExpr(*of_set("escolas"), "true AS known_escola")
    )  # fmt: skip
    if plan.one_partition:  # both sides are one partition, so the hint causes no broadcast and no shuffle
        known_alunos, known_escolas = known_alunos.hint("shuffle_hash"), known_escolas.hint("shuffle_hash")
    alunos_with_escola = known_alunos.join(known_escolas, "escola_id", "left")
    if plan.one_partition:
        alunos_with_escola = alunos_with_escola.hint("shuffle_hash")
    joined = notas.join(alunos_with_escola, "aluno_id", "left")
    return joined.withColumn("rule", F.expr(quality.first_that_holds(quality.REFERENCE_RULES, "notas")))


def judged(plan: Plan, name: str, use: str) -> DataFrame:
    """All lines of a set. The count keeps Spark from pushing a filter below the parsing, which repeats it 10 times."""
    return plan.lines(name).observe(f"{name}_for_{use}", F.expr("count(1) AS lines"))


def rejected_lines(plan: Plan, counts: Counts) -> list[DataFrame]:
    """The rejected lines of each set that has any: `file`, `line_number`, `raw_line`, `rule`.

    Larger files are read again: the lines are few, and carrying the text of every line through the first pass costs
    more.
    """
    parts = []
    for name, source in plan.sources.items():
        if not counts.rejected[name]:
            continue
        lines = judged(plan, name, "rejects")
        if name == "notas" and any(rule in counts.rejected[name] for rule in ("unknown_aluno", "unknown_escola")):
            alunos, escolas = (judged(plan, each, "join").where("rule IS NULL") for each in ("alunos", "escolas"))
            own = lines.selectExpr("aluno_id", "raw_line", *reading.POSITION, "rule AS own_rule")
            lines = join_known(own, alunos, escolas, plan).withColumn("rule", F.expr("coalesce(own_rule, rule)"))
        lines = lines.where(f"rule <> '{quality.NO_DATA}'").select("raw_line", *reading.POSITION, "rule")
        if name in plan.careful:
            lines = lines.withColumn("line_number", F.expr("number"))
        else:
            every = plan.lines(name) if plan.one_partition else reading.every_line(plan.spark, source)
            lines = reading.with_line_numbers(lines, every)
        labels = ", ".join(literal(file.label) for file in source.files)
        label = f"element_at(array({labels}), file + 1) AS file"
        parts.append(lines.selectExpr(label, "line_number", "raw_line", "rule"))
    return parts


def check_counts(counts: Counts, job: Job, rejects: str | None) -> None:
    """Check that the counts of notas add up, that a line is usable, and that few enough of each set were rejected.

    Raises:
        CountError: the counts of notas do not add up.
        InputFileError: no line of notas is usable, or a file has a second header that differs from its first.
        QualityError: more of a set were rejected than `job.max_rejected_percent`.
    """
    read, rejected = counts.read, counts.rejected
    if read["notas"] != counts.kept + counts.superseded + rejected["notas"].total():
        raise CountError(
            f"notas has {read['notas']} lines, but kept {counts.kept}, superseded {counts.superseded} and rejected "
            f"{rejected['notas'].total()} do not add up. Nothing was merged. A file may have changed during the run: "
            "start the run again."
        )
    for name in SETS:
        if rejected[name][quality.OTHER_HEADER]:
            raise InputFileError(
                f"{name} has a second header in a file, with the columns in another order than in the first. The job "
                f"would misread the lines after it. Make it a file of its own in {job.raw}{name}/. The second header's "
                f"place is in {rejects}"
            )
    if counts.kept == 0:
        raise InputFileError(
            f"{job.raw}notas.csv has no usable line. Rejected: {dict(rejected['notas'])}. See the lines and the rules "
            f"that they break in {rejects}"
        )
    for name in SETS:
        percent = 100 * rejected[name].total() / max(1, read[name])
        if percent > job.max_rejected_percent:
            hint = ""
            if rejected[name]["invalid_encoding"]:
                hint = f". The files are read as {job.csv_encoding}: set --csv_encoding to their encoding"
            raise QualityError(
                f"{rejected[name].total()} of {read[name]} lines of {name} ({percent:.1f} %) were rejected, more than "
                f"--max_rejected_percent {job.max_rejected_percent:g}: {dict(rejected[name])}. Nothing was merged. "
                f"See the lines and the rules that they break in {rejects}{hint}"
            )


if __name__ == "__main__":
    main(sys.argv)
