"""Lines of the source files: their text, where they stand, and their values.

The fast way reads physical lines, which Spark can do from the middle of a file. Only when a set has lines in which a
quote stays open does the careful way run, which joins the physical lines of a value with line breaks in it.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from source_files import Layout, Source, SourceFile
from table import SOURCE_COLUMNS

RECORD_LINES = 50  # a value's line breaks, at most: one stray quote must not make the job look through the whole file
PARSER_VALUES = 20_000  # the parser's own limit is 20,480 (Spark's CSV option maxColumns)
CONTROL_CHARACTERS = r"[\x00-\x08\x0B-\x1F\x7F-\x9F]"  # all but the tab, and the line feed of a joined record
POSITION = ("file", "block", "number")


def read_lines(spark: SparkSession, source: Source, careful: bool, one_partition: bool) -> DataFrame:
    """Each data line of a set: its columns as trimmed text, NULL when empty, and what `quality` needs besides.

    `raw_line`; `file`, `block` and `number`, by which the lines are in the files' order (`number` is the line number
    where `careful`, else see `with_line_numbers`); `open_quote`, `control_character`, `malformed`, `undecodable`,
    `decimal_comma`. Header and blank lines are left out.
    """
    parts = []
    for layout, files in source.layouts().items():
        lines = _physical_lines(spark, layout, files)
        if one_partition:
            lines = lines.coalesce(1)
        if careful:
            lines = _joined_records(numbered(lines), layout).withColumn("block", F.lit(0))
        parts.append(_parsed(_data(lines, layout), layout, SOURCE_COLUMNS[source.name]))
    return reduce(DataFrame.unionAll, parts)


def _physical_lines(spark: SparkSession, layout: Layout, files: list[SourceFile]) -> DataFrame:
    """`raw_line`, `file`, `block` (offset of Spark's split of the file), `number`, which orders the lines of a block.

    Spark numbers rows by partition and packs splits into partitions by size, so that number alone would not do.
    """
    # Several files of a set lie in one folder, so their names differ. One file needs no name in each row.
    numbers = [F.lit(value) for file in files for value in (file.path.rpartition("/")[2], file.number)]
    which = F.create_map(*numbers)[F.col("_metadata.file_name")]
    line = F.col("value")
    if layout.encoding != "utf-8":  # Spark splits bytes into lines, whatever the encoding
        line = F.decode(line.cast("binary"), layout.encoding)
    return spark.read.text([file.path for file in files]).select(
        line.alias("raw_line"),
        (which if len(files) > 1 else F.lit(files[0].number)).alias("file"),
        F.col("_metadata.file_block_start").alias("block"),
        F.monotonically_increasing_id().alias("number"),
    )


def _data(lines: DataFrame, layout: Layout) -> DataFrame:
    return lines.where((F.col("raw_line") != F.lit(layout.header_line)) & (F.trim("raw_line") != ""))


def _parsed(lines: DataFrame, layout: Layout, columns: tuple[str, ...]) -> DataFrame:
    # Positional names: what a header holds besides our columns may be anything.
    fields = [f"value_{index}" for index in range(len(layout.header))]
    parsed = F.from_csv(
        "raw_line",
        ", ".join(f"{name} STRING" for name in (*fields, "corrupt")),
        {"sep": layout.separator, "escape": '"', "mode": "PERMISSIVE", "columnNameOfCorruptRecord": "corrupt"},
    )
    # More values than the parser takes would end the run, not only the line.
    parsed = F.when(_occurrences(layout.separator) < PARSER_VALUES, parsed)
    open_quote = _occurrences('"') % 2 == 1
    malformed = F.expr("parsed IS NULL OR parsed.corrupt IS NOT NULL") | F.col("open_quote")
    values = {name: f"parsed.{fields[layout.header.index(name)]}" for name in columns}
    found = lines.select("raw_line", *POSITION, open_quote.alias("open_quote"), parsed.alias("parsed"))
    return found.select(
        "raw_line",
        *POSITION,
        "open_quote",
        F.rlike("raw_line", F.lit(CONTROL_CHARACTERS)).alias("control_character"),
        F.coalesce(malformed, F.lit(True)).alias("malformed"),
        # Decoding puts U+FFFD where the bytes mean nothing in the file's encoding.
        F.contains(F.concat_ws(" ", *values.values()), F.lit("\ufffd")).alias("undecodable"),
        F.lit(layout.decimal_comma).alias("decimal_comma"),
        *(F.expr(f"nullif(btrim({value}, ' \t\u00a0'), '')").alias(name) for name, value in values.items()),
    )


# --- Line numbers ----------------------------------------------------------------------------------------------------


def with_line_numbers(lines: DataFrame, spark: SparkSession, source: Source, one_partition: bool) -> DataFrame:
    """`lines` of the fast way with `line_number`, from 1 for a file's first line (its header)."""
    parts = [_physical_lines(spark, layout, files) for layout, files in source.layouts().items()]
    if one_partition:
        parts = [part.coalesce(1) for part in parts]
    return _numbered_by(lines, reduce(DataFrame.unionAll, map(_blocks, parts)))


def numbered(lines: DataFrame) -> DataFrame:
    """`_physical_lines` with the line number as `number`."""
    return _numbered_by(lines, _blocks(lines)).drop("number").withColumnRenamed("line_number", "number")


def _blocks(lines: DataFrame) -> DataFrame:
    """`file`, `block`, and `shift`: what to add to a block's numbers. A count per block, nothing more, is needed."""
    blocks = lines.groupBy("file", "block").agg(F.min("number").alias("first"), F.count("*").alias("lines"))
    before = Window.partitionBy("file").orderBy("block").rowsBetween(Window.unboundedPreceding, -1)
    shift = F.coalesce(F.sum("lines").over(before), F.lit(0)) + 1 - F.col("first")
    return blocks.select("file", "block", shift.alias("shift"))


def _numbered_by(lines: DataFrame, blocks: DataFrame) -> DataFrame:
    numbered = lines.join(F.broadcast(blocks), ["file", "block"])
    return numbered.withColumn("line_number", F.col("number") + F.col("shift")).drop("shift")


# --- Values with line breaks -----------------------------------------------------------------------------------------


def _joined_records(lines: DataFrame, layout: Layout) -> DataFrame:
    """`numbered` lines, of which those that make up one record are one, with line feeds between, at its first line.

    A record goes from a line that leaves a quote open to the next that does so (which closes it), within
    `RECORD_LINES`. It must be properly quoted and have as many values as the header; otherwise each of its lines stands
    for itself, so that a stray quote swallows no good line.
    """
    in_file = Window.partitionBy("file").orderBy("number")
    opening = lines.where(_occurrences('"') % 2 == 1).select("file", "number")
    pairs = opening.select("file", F.col("number").alias("first"), F.lead("number").over(in_file).alias("last"))
    members = pairs.where(F.col("last") - F.col("first") < RECORD_LINES).select(
        "file", "first", "last", F.explode(F.sequence("first", "last")).alias("number")
    )
    texts = members.join(lines, ["file", "number"]).groupBy("file", "first", "last")
    record = F.array_join(F.transform(F.array_sort(F.collect_list(F.struct("number", "raw_line"))), _text), "\n")
    records = texts.agg(record.alias("record")).where(F.rlike("record", F.lit(_record_pattern(layout))))
    taken = _without_overlaps(records)
    inside = taken.select(
        "file",
        F.explode(F.sequence("first", "last")).alias("number"),
        F.col("first").alias("record_starts"),
        "record",
    )
    found = lines.join(inside, ["file", "number"], "left").where("record IS NULL OR number = record_starts")
    return found.select("file", "block", "number", F.coalesce("record", "raw_line").alias("raw_line"))


def _occurrences(character: str) -> Column:
    """How often `character` is in `raw_line`."""
    return F.length("raw_line") - F.length(F.replace("raw_line", F.lit(character), F.lit("")))


def _text(line: Column) -> Column:
    return line["raw_line"]


def _record_pattern(layout: Layout) -> str:
    """A record that is properly quoted from end to end. Possessive: a long value can't make Java try again."""
    separator = f"\\x{ord(layout.separator):02x}"
    value = f'(?:"[^"]*+(?:""[^"]*+)*+"|[^"{separator}\\n]*+)'
    return f"\\A{value}(?:{separator}{value}){{{len(layout.header) - 1}}}\\z"


def _without_overlaps(records: DataFrame) -> DataFrame:
    """Of records where the last line of one is the first of the next, every other one, from the first on."""
    in_file = Window.partitionBy("file").orderBy("first")
    starts = F.coalesce(F.lag("last").over(in_file) != F.col("first"), F.lit(True)).cast("int")
    chained = records.withColumn("chain", F.sum(starts).over(in_file))
    place = F.row_number().over(Window.partitionBy("file", "chain").orderBy("first"))
    return chained.withColumn("place", place).where("place % 2 = 1").drop("chain", "place")
