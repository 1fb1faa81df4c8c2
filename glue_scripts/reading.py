"""The lines of the source files: their text, their place, and their values.

The fast way reads physical lines, which Spark can do from the middle of a file. The careful way joins the physical
lines of a value that has line breaks. It runs only for a set with lines that leave a quote open.

One pattern says that a line is plain: it has nothing but usual characters. Only the other lines are looked at more
closely, and only lines with a quote are held against the pattern of a well-formed line.
"""

from __future__ import annotations

from functools import reduce

import invisible
from headers import RECORD_LINES, SEPARATOR_LINE
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from source_files import Layout, Source, SourceFile
from table import SOURCE_COLUMNS

PARSER_VALUES = 20_000  # the parser's own limit is 20,480 (Spark's CSV option maxColumns)
POSITION = ("file", "block", "number")

# The columns by which `quality` judges a line, in addition to its values.
FLAGS = (
    "open_quote", "no_data", "other_header", "control_character", "malformed", "undecodable", "decimal_comma",
    "cleaned", "read_as_utf8",
)  # fmt: skip


def read_lines(spark: SparkSession, source: Source, careful: bool, one_partition: bool) -> DataFrame:
    """Each line of a set: its columns as trimmed text, NULL when empty; `raw_line`; and `FLAGS`.

    `no_data` marks headers, blank lines and Excel's `sep=;`. It is a flag and no filter, because Spark pushes a filter
    below the parsing, which repeats the parsing for each value.

    `file`, `block` and `number` sort the lines in the order of the files. `number` is the line number where `careful`;
    `with_line_numbers` adds it to the lines of the fast way.
    """
    parts = []
    for layout, files in source.layouts().items():
        lines = _physical_lines(spark, layout, files)
        if one_partition:
            lines = lines.coalesce(1)
        if careful:
            lines = _joined_records(numbered(lines), layout).withColumn("block", F.lit(0))
        parts.append(_parsed(lines, layout, SOURCE_COLUMNS[source.name]))
    return reduce(DataFrame.unionAll, parts)


def _physical_lines(spark: SparkSession, layout: Layout, files: list[SourceFile]) -> DataFrame:
    """`raw_line`, `file`, `block` (the offset of Spark's split of the file), and `number`, the order in the block.

    `read_as_utf8` marks a line that is UTF-8 against the file's encoding. In an encoding of one byte a character all
    bytes mean something, but letters of Latin-1 that happen to be UTF-8 are no words of any language.

    `number` alone does not order the lines: Spark counts rows by partition and packs splits into partitions by size.
    """
    # The files of a set lie in one folder, so their names differ. One file needs no name in each row.
    numbers = [F.lit(value) for file in files for value in (file.path.rpartition("/")[2], file.number)]
    which = F.create_map(*numbers)[F.col("_metadata.file_name")]
    line, utf8 = F.col("value"), F.lit(False)
    if layout.encoding != "utf-8":  # Spark splits bytes into lines and decodes none of them
        content = line.cast("binary")
        # Spark counts characters by their first bytes, so the first comparison rules out ASCII, and no UTF-8.
        beyond_ascii = F.length(line) != F.octet_length(line)
        utf8 = beyond_ascii & (F.encode(F.decode(content, "utf-8"), "utf-8") == content)
        line = F.when(utf8, line).otherwise(F.decode(content, layout.encoding))
    return spark.read.text([file.path for file in files]).select(
        line.alias("raw_line"),
        utf8.alias("read_as_utf8"),
        (which if len(files) > 1 else F.lit(files[0].number)).alias("file"),
        F.col("_metadata.file_block_start").alias("block"),
        F.monotonically_increasing_id().alias("number"),
    )


def _parsed(lines: DataFrame, layout: Layout, columns: tuple[str, ...]) -> DataFrame:
    # Spark keeps selections apart where one uses a costly column of another twice: each is computed once a line.
    known = ("raw_line", *POSITION, "read_as_utf8")
    plain = lines.select(*known, F.rlike("raw_line", F.lit(invisible.PLAIN)).alias("plain"))
    clean = plain.select(
        *known,
        F.when(F.col("plain"), F.col("raw_line")).otherwise(_cleaned(F.col("raw_line"))).alias("line"),
        (~F.col("plain") & F.rlike("raw_line", F.lit(invisible.CONTROL))).alias("control_character"),
        "plain",
    )
    # Names by position, because the names of other columns in a header may be anything.
    fields = [f"value_{index}" for index in range(len(layout.header))]
    parsed = F.from_csv(
        "line",
        ", ".join(f"{name} STRING" for name in (*fields, "corrupt")),
        {
            "sep": layout.separator, "escape": '"', "mode": "PERMISSIVE", "columnNameOfCorruptRecord": "corrupt",
            # MySQL, Hive and PostgreSQL's COPY write \\N for NULL.
            "nullValue": "\\N",
            # Blanks before and after quotes, which `_well_formed` lets through, are no part of a value.
            "ignoreLeadingWhiteSpace": "true", "ignoreTrailingWhiteSpace": "true",
        },
    )  # fmt: skip
    # A line with more values than the parser takes ends the run, so it never gets there.
    few = (F.octet_length("line") < PARSER_VALUES) | (_occurrences("line", layout.separator) < PARSER_VALUES)
    quoted = F.contains("line", F.lit('"'))
    blank = F.trim("line") == ""
    separator_line = (F.octet_length("line") < 10) & F.rlike("line", F.lit(SEPARATOR_LINE))
    found = clean.select(
        *known,
        (quoted & (_occurrences("line", '"') % 2 == 1)).alias("open_quote"),
        (quoted & ~F.rlike("line", F.lit(_well_formed(layout, "*+")))).alias("ill_quoted"),
        "control_character",
        (blank | separator_line).alias("empty"),
        (~F.col("plain") & (F.col("line") != F.col("raw_line"))).alias("cleaned"),
        "plain",
        F.when(few, parsed).alias("parsed"),
    )
    texts = {name: f"parsed.{fields[layout.header.index(name)]}" for name in columns}
    names = [F.coalesce(F.lower(text), F.lit("")) for text in texts.values()]
    own_header = reduce(Column.__and__, [name == column for name, column in zip(names, columns, strict=True)])
    some_header = reduce(Column.__and__, [name.isin(*columns) for name in names])
    corrupt = F.expr("parsed IS NULL OR parsed.corrupt IS NOT NULL")
    undecodable = F.contains(F.concat_ws(" ", *texts.values()), F.lit("\ufffd"))
    return found.select(
        "raw_line",
        *POSITION,
        "open_quote",
        (F.col("empty") | own_header).alias("no_data"),
        (some_header & ~own_header).alias("other_header"),
        "control_character",
        F.coalesce(corrupt | F.col("ill_quoted"), F.lit(True)).alias("malformed"),
        # Decoding writes U+FFFD for bytes that mean nothing in the file's encoding.
        (~F.col("plain") & undecodable).alias("undecodable"),
        F.lit(layout.decimal_comma).alias("decimal_comma"),
        "cleaned",
        "read_as_utf8",
        *(F.expr(f"nullif(btrim({text}, ' \t\n'), '')").alias(name) for name, text in texts.items()),
    )


def _cleaned(line: Column) -> Column:
    """The line without characters that nobody sees, as `invisible` says."""
    shown = F.regexp_replace(line, F.lit(invisible.IGNORABLE), F.lit(""))
    shown = F.regexp_replace(shown, F.lit(invisible.BLANK), F.lit(" "))
    pairs = F.split(F.lit(" ".join(map("".join, invisible.COMPOSITIONS))), " ")
    composed = F.aggregate(
        pairs,
        shown,
        lambda text, pair: F.replace(text, F.substring(pair, 1, 2), F.substring(pair, 3, 1)),
    )
    return F.when(F.rlike(shown, F.lit(invisible.COMBINING)), composed).otherwise(shown)


def _well_formed(layout: Layout, times: str) -> str:
    """A pattern for a line whose quotes can mean one thing only. After the first value come `times` more.

    A value is either quoted, with each quote inside doubled, or has no quote at its beginning. There quotes in pairs
    are text (`Escola "Dez" Centro`), unless they are doubled or follow a backslash: other systems write quotes so
    inside quotes. The quantifiers are possessive: a long value makes Java try once only.
    """
    separator = f"\\x{ord(layout.separator):02x}"
    blanks = " *+" if layout.separator == "\t" else "[ \\t]*+"
    text = f'[^"{separator}\\n]'
    quoted = f'{blanks}"[^"]*+(?:""[^"]*+)*+"{blanks}(?={separator}|\\z)'
    unquoted = f'(?!{blanks}"){text}*+(?:(?<!\\\\)"{text}++(?<!\\\\)"(?!"){text}*+)*+'
    value = f"(?:{quoted}|{unquoted})"
    return f"\\A{value}(?:{separator}{value}){times}\\z"


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
    opening = lines.where(_occurrences("raw_line", '"') % 2 == 1).select("file", "number")
    pairs = opening.select("file", F.col("number").alias("first"), F.lead("number").over(in_file).alias("last"))
    members = pairs.where(F.col("last") - F.col("first") < RECORD_LINES).select(
        "file", "first", "last", F.explode(F.sequence("first", "last")).alias("number")
    )
    texts = members.join(lines, ["file", "number"]).groupBy("file", "first", "last")
    record = F.array_join(F.transform(F.array_sort(F.collect_list(F.struct("number", "raw_line"))), _text), "\n")
    joined = texts.agg(record.alias("record"), F.bool_or("read_as_utf8").alias("record_as_utf8"))
    pattern = F.lit(_well_formed(layout, f"{{{len(layout.header) - 1}}}"))
    records = joined.where(F.rlike(_cleaned(F.col("record")), pattern))
    taken = _without_overlaps(records)
    inside = taken.select(
        "file",
        F.explode(F.sequence("first", "last")).alias("number"),
        F.col("first").alias("record_starts"),
        "record",
        "record_as_utf8",
    )
    found = lines.join(inside, ["file", "number"], "left").where("record IS NULL OR number = record_starts")
    return found.select(
        *POSITION,
        F.coalesce("record", "raw_line").alias("raw_line"),
        F.coalesce("record_as_utf8", "read_as_utf8").alias("read_as_utf8"),
    )


def _occurrences(column: str, character: str) -> Column:
    """The number of times that a text has `character`."""
    return F.length(column) - F.length(F.replace(column, F.lit(character), F.lit("")))


def _text(line: Column) -> Column:
    return line["raw_line"]


def _without_overlaps(records: DataFrame) -> DataFrame:
    """Every other record of a chain in which the last line of one is the first line of the next."""
    in_file = Window.partitionBy("file").orderBy("first")
    starts = F.coalesce(F.lag("last").over(in_file) != F.col("first"), F.lit(True)).cast("int")
    chained = records.withColumn("chain", F.sum(starts).over(in_file))
    place = F.row_number().over(Window.partitionBy("file", "chain").orderBy("first"))
    return chained.withColumn("place", place).where("place % 2 = 1").drop("chain", "place")
