"""The lines of the source files: their text, their place, and their values.

The fast way reads physical lines, which Spark can do from the middle of a file. The careful way joins the physical
lines of a value that has line breaks. It runs only for a set with lines that leave a quote open.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from source_files import Layout, Source, SourceFile
from table import SOURCE_COLUMNS

RECORD_LINES = 50  # a record has fewer lines; without a limit one stray quote makes the job join the whole file
PARSER_VALUES = 20_000  # the parser's own limit is 20,480 (Spark's CSV option maxColumns)
CONTROL_CHARACTERS = r"[\x00-\x08\x0B-\x1F\x7F-\x9F]"  # all but the tab, and the line feed of a joined record
POSITION = ("file", "block", "number")


def read_lines(spark: SparkSession, source: Source, careful: bool, one_partition: bool) -> DataFrame:
    """Each data line of a set, without headers and blank lines: its columns as trimmed text, NULL when empty.

    It also has the columns that `quality` needs: `raw_line`, `open_quote`, `control_character`, `malformed`,
    `undecodable`, `decimal_comma`, and `file`, `block` and `number`, which sort the lines in the order of the files.
    `number` is the line number where `careful`; `with_line_numbers` adds it to the lines of the fast way.
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
    """`raw_line`, `file`, `block` (the offset of Spark's split of the file), and `number`, the order in the block.

    `number` alone does not order the lines: Spark counts rows by partition and packs splits into partitions by size.
    """
    # The files of a set lie in one folder, so their names differ. One file needs no name in each row.
    numbers = [F.lit(value) for file in files for value in (file.path.rpartition("/")[2], file.number)]
    which = F.create_map(*numbers)[F.col("_metadata.file_name")]
    line = F.col("value")
    if layout.encoding != "utf-8":  # Spark splits bytes into lines and decodes none of them
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
    # Names by position, because the names of other columns in a header may be anything.
    fields = [f"value_{index}" for index in range(len(layout.header))]
    parsed = F.from_csv(
        "raw_line",
        ", ".join(f"{name} STRING" for name in (*fields, "corrupt")),
        {"sep": layout.separator, "escape": '"', "mode": "PERMISSIVE", "columnNameOfCorruptRecord": "corrupt"},
    )
    # A line with more values than the parser takes ends the run, so it never gets there.
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
        # Decoding writes U+FFFD for bytes that mean nothing in the file's encoding.
        F.contains(F.concat_ws(" ", *values.values()), F.lit("\ufffd")).alias("undecodable"),
        F.lit(layout.decimal_comma).alias("decimal_comma"),
        *(F.expr(f"nullif(btrim({value}, ' \t\u00a0'), '')").alias(name) for name, value in values.items()),
    )


# --- Line numbers ----------------------------------------------------------------------------------------------------


def with_line_numbers(lines: DataFrame, spark: SparkSession, source: Source, one_partition: bool) -> DataFrame:
    """`lines` of the fast way with `line_number`. A file's header is line 1."""
    parts = [_physical_lines(spark, layout, files) for layout, files in source.layouts().items()]
    if one_partition:
        parts = [part.coalesce(1) for part in parts]
    return _numbered_by(lines, reduce(DataFrame.unionAll, map(_blocks, parts)))


def numbered(lines: DataFrame) -> DataFrame:
    """The lines of `_physical_lines` with the line number as `number`."""
    return _numbered_by(lines, _blocks(lines)).drop("number").withColumnRenamed("line_number", "number")


def _blocks(lines: DataFrame) -> DataFrame:
    """`file`, `block`, and `shift`, which makes line numbers of a block's numbers. It needs one count per block."""
    blocks = lines.groupBy("file", "block").agg(F.min("number").alias("first"), F.count("*").alias("lines"))
    before = Window.partitionBy("file").orderBy("block").rowsBetween(Window.unboundedPreceding, -1)
    shift = F.coalesce(F.sum("lines").over(before), F.lit(0)) + 1 - F.col("first")
    return blocks.select("file", "block", shift.alias("shift"))


def _numbered_by(lines: DataFrame, blocks: DataFrame) -> DataFrame:
    numbered = lines.join(F.broadcast(blocks), ["file", "block"])
    return numbered.withColumn("line_number", F.col("number") + F.col("shift")).drop("shift")


# --- Values with line breaks -----------------------------------------------------------------------------------------


def _joined_records(lines: DataFrame, layout: Layout) -> DataFrame:
    """`numbered` lines, with the lines of one record joined by line feeds at the place of the first.

    A record begins with a line that leaves a quote open and ends with the next such line, within `RECORD_LINES`. It
    must be properly quoted and have as many values as the header. Otherwise its lines stay single lines, so a stray
    quote swallows no good line.
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
    """The number of times that `raw_line` has `character`."""
    return F.length("raw_line") - F.length(F.replace("raw_line", F.lit(character), F.lit("")))


def _text(line: Column) -> Column:
    return line["raw_line"]


def _record_pattern(layout: Layout) -> str:
    """A pattern for a properly quoted record. Its quantifiers are possessive: a long value makes Java try once only."""
    separator = f"\\x{ord(layout.separator):02x}"
    value = f'(?:"[^"]*+(?:""[^"]*+)*+"|[^"{separator}\\n]*+)'
    return f"\\A{value}(?:{separator}{value}){{{len(layout.header) - 1}}}\\z"


def _without_overlaps(records: DataFrame) -> DataFrame:
    """Every other record of a chain in which the last line of one is the first line of the next."""
    in_file = Window.partitionBy("file").orderBy("first")
    starts = F.coalesce(F.lag("last").over(in_file) != F.col("first"), F.lit(True)).cast("int")
    chained = records.withColumn("chain", F.sum(starts).over(in_file))
    place = F.row_number().over(Window.partitionBy("file", "chain").orderBy("first"))
    return chained.withColumn("place", place).where("place % 2 = 1").drop("chain", "place")
