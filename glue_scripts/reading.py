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
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from source_files import Layout, Source, SourceFile
from sql_text import literal
from table import SOURCE_COLUMNS

PARSER_VALUES = 20_000  # the parser's own limit is 20,480 (Spark's CSV option maxColumns)
POSITION = ("file", "block", "number")
QUOTE = '"'

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
    numbers = [text for file in files for text in (literal(file.path.rpartition("/")[2]), str(file.number))]
    which = f"map({', '.join(numbers)})[_metadata.file_name]" if len(files) > 1 else str(files[0].number)
    line, utf8 = "value", "false"
    if layout.encoding != "utf-8":  # Spark splits bytes into lines and decodes none of them
        content = "CAST(value AS BINARY)"
        # Spark counts characters by their first bytes, so the first comparison rules out ASCII, and no UTF-8.
        beyond_ascii = "char_length(value) <> octet_length(value)"
        utf8 = f"({beyond_ascii} AND encode(decode({content}, 'utf-8'), 'utf-8') = {content})"
        line = f"CASE WHEN {utf8} THEN value ELSE decode({content}, {literal(layout.encoding)}) END"
    return spark.read.text([file.path for file in files]).selectExpr(
        f"{line} AS raw_line",
        f"{utf8} AS read_as_utf8",
        f"{which} AS file",
        "_metadata.file_block_start AS block",
        "monotonically_increasing_id() AS number",
    )


def _parsed(lines: DataFrame, layout: Layout, columns: tuple[str, ...]) -> DataFrame:
    # Spark keeps selections apart where one uses a costly column of another twice: each is computed once a line.
    known = ("raw_line", *POSITION, "read_as_utf8")
    plain = lines.selectExpr(*known, f"rlike(raw_line, {literal(invisible.PLAIN)}) AS plain")
    clean = plain.selectExpr(
        *known,
        f"CASE WHEN plain THEN raw_line ELSE {_cleaned('raw_line')} END AS line",
        f"NOT plain AND rlike(raw_line, {literal(invisible.CONTROL)}) AS control_character",
        "plain",
    )
    # Names by position, because the names of other columns in a header may be anything.
    fields = [f"value_{index}" for index in range(len(layout.header))]
    schema = ", ".join(f"{name} STRING" for name in (*fields, "corrupt"))
    options = {
        "sep": layout.separator, "escape": '"', "mode": "PERMISSIVE", "columnNameOfCorruptRecord": "corrupt",
        # MySQL, Hive and PostgreSQL's COPY write \\N for NULL.
        "nullValue": "\\N",
        # Blanks before and after quotes, which `_well_formed` lets through, are no part of a value.
        "ignoreLeadingWhiteSpace": "true", "ignoreTrailingWhiteSpace": "true",
    }  # fmt: skip
    given = ", ".join(literal(text) for option in options.items() for text in option)
    parsed = f"from_csv(line, {literal(schema)}, map({given}))"
    # A line with more values than the parser takes ends the run, so it never gets there.
    few = f"octet_length(line) < {PARSER_VALUES} OR {_occurrences('line', layout.separator)} < {PARSER_VALUES}"
    quoted = "contains(line, '\"')"
    found = clean.selectExpr(
        *known,
        f"{quoted} AND {_occurrences('line', QUOTE)} % 2 = 1 AS open_quote",
        f"{quoted} AND NOT rlike(line, {literal(_well_formed(layout, '*+'))}) AS ill_quoted",
        "control_character",
        f"trim(line) = '' OR octet_length(line) < 10 AND rlike(line, {literal(SEPARATOR_LINE)}) AS empty",
        "NOT plain AND line <> raw_line AS cleaned",
        "plain",
        f"contains(lower(line), {literal(max(columns, key=len))}) AS names_a_column",
        f"CASE WHEN {few} THEN {parsed} END AS parsed",
    )
    texts = {name: f"parsed.{fields[layout.header.index(name)]}" for name in columns}
    names = {name: f"coalesce(lower({text}), '')" for name, text in texts.items()}
    own_header = " AND ".join(f"{name} = {literal(column)}" for column, name in names.items())
    # Another header may have a column that the job ignores in the place of one that it needs. Few lines get that far:
    # CASE, unlike AND, computes nothing ahead.
    values = ", ".join(f"coalesce(lower(parsed.{field}), '')" for field in fields)
    some_header = " AND ".join(f"{literal(column)} IN ({values})" for column in columns)
    return found.selectExpr(
        "raw_line",
        *POSITION,
        "open_quote",
        f"empty OR {own_header} AS no_data",
        f"CASE WHEN names_a_column THEN {some_header} AND NOT ({own_header}) ELSE false END AS other_header",
        "control_character",
        "coalesce(parsed IS NULL OR parsed.corrupt IS NOT NULL OR ill_quoted, true) AS malformed",
        # Decoding writes U+FFFD for bytes that mean nothing in the file's encoding.
        f"NOT plain AND contains(concat_ws(' ', {', '.join(texts.values())}), '\ufffd') AS undecodable",
        f"{str(layout.decimal_comma).lower()} AS decimal_comma",
        "cleaned",
        "read_as_utf8",
        *(f"nullif(btrim({text}, ' \t\n'), '') AS {name}" for name, text in texts.items()),
    )


def _cleaned(line: str) -> str:
    """SQL for the line without characters that nobody sees, as `invisible` says."""
    shown = f"regexp_replace({line}, {literal(invisible.IGNORABLE)}, '')"
    shown = f"regexp_replace({shown}, {literal(invisible.BLANK)}, ' ')"
    pairs = literal(" ".join(map("".join, invisible.COMPOSITIONS)))
    compose = "(text, pair) -> replace(text, substring(pair, 1, 2), substring(pair, 3, 1))"
    composed = f"aggregate(split({pairs}, ' '), {shown}, {compose})"
    return f"CASE WHEN rlike({shown}, {literal(invisible.COMBINING)}) THEN {composed} ELSE {shown} END"


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


def every_line(spark: SparkSession, source: Source) -> DataFrame:
    """`file`, `block` and `number` of all lines of a set."""
    parts = [_physical_lines(spark, layout, files) for layout, files in source.layouts().items()]
    return reduce(DataFrame.unionAll, parts).select(*POSITION)


def with_line_numbers(lines: DataFrame, every: DataFrame) -> DataFrame:
    """`lines` of the fast way with `line_number`. `every` has all lines of the set. A file's header is line 1."""
    return _numbered_by(lines, _blocks(every))


def numbered(lines: DataFrame) -> DataFrame:
    """The lines of `_physical_lines` with the line number as `number`."""
    return _numbered_by(lines, _blocks(lines)).drop("number").withColumnRenamed("line_number", "number")


def _blocks(lines: DataFrame) -> DataFrame:
    """`file`, `block`, and `shift`, which makes line numbers of a block's numbers. It needs one count per block."""
    blocks = lines.groupBy("file", "block").agg(F.expr("min(number) AS first"), F.expr("count(*) AS lines"))
    before = "PARTITION BY file ORDER BY block ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
    return blocks.selectExpr("file", "block", f"coalesce(sum(lines) OVER ({before}), 0) + 1 - first AS shift")


def _numbered_by(lines: DataFrame, blocks: DataFrame) -> DataFrame:
    numbered = lines.join(F.broadcast(blocks), ["file", "block"])
    return numbered.withColumn("line_number", F.expr("number + shift")).drop("shift")


# --- Values with line breaks -----------------------------------------------------------------------------------------


def _joined_records(lines: DataFrame, layout: Layout) -> DataFrame:
    """`numbered` lines, with the lines of one record joined by line feeds at the place of the first.

    A record begins with a line that leaves a quote open and ends with the next such line, within `RECORD_LINES`. It
    must be properly quoted and have as many values as the header. Otherwise its lines stay single lines, so a stray
    quote swallows no good line.
    """
    opening = lines.where(f"{_occurrences('raw_line', QUOTE)} % 2 = 1").select("file", "number")
    pairs = opening.selectExpr(
        "file", "number AS first", "lead(number) OVER (PARTITION BY file ORDER BY number) AS last"
    )
    members = pairs.where(f"last - first < {RECORD_LINES}").selectExpr(
        "file", "first", "last", "explode(sequence(first, last)) AS number"
    )
    texts = members.join(lines, ["file", "number"]).groupBy("file", "first", "last")
    in_order = "array_sort(collect_list(struct(number, raw_line)))"
    joined = texts.agg(
        F.expr(f"array_join(transform({in_order}, line -> line.raw_line), '\n') AS record"),
        F.expr("bool_or(read_as_utf8) AS record_as_utf8"),
    )
    pattern = literal(_well_formed(layout, f"{{{len(layout.header) - 1}}}"))
    taken = _without_overlaps(joined.where(f"rlike({_cleaned('record')}, {pattern})"))
    inside = taken.selectExpr(
        "file", "explode(sequence(first, last)) AS number", "first AS record_starts", "record", "record_as_utf8"
    )
    found = lines.join(inside, ["file", "number"], "left").where("record IS NULL OR number = record_starts")
    return found.selectExpr(
        *POSITION,
        "coalesce(record, raw_line) AS raw_line",
        "coalesce(record_as_utf8, read_as_utf8) AS read_as_utf8",
    )


def _occurrences(column: str, character: str) -> str:
    """SQL for the number of times that a text has `character`."""
    return f"(length({column}) - length(replace({column}, {literal(character)}, '')))"


def _without_overlaps(records: DataFrame) -> DataFrame:
    """Every other record of a chain in which the last line of one is the first line of the next."""
    starts = "coalesce(lag(last) OVER (PARTITION BY file ORDER BY first) <> first, true)"
    started = records.withColumn("starts", F.expr(f"CAST({starts} AS INT)"))
    chained = started.withColumn("chain", F.expr("sum(starts) OVER (PARTITION BY file ORDER BY first)"))
    place = "row_number() OVER (PARTITION BY file, chain ORDER BY first)"
    return chained.withColumn("place", F.expr(place)).where("place % 2 = 1").drop("starts", "chain", "place")
