"""The files of each set, and what their first bytes and lines say. The driver reads them without a Spark job.

A set, say notas, is `raw/notas.csv`, or `raw/notas.csv.gz`, or the files `*.csv` and `*.csv.gz` of the folder
`raw/notas/` in the order of their names. Of equal keys the last line wins, and a later file is later. Two of these
forms at once are an error: the job can't know which one is meant, or whether one is a copy of the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import formats
import headers
from common import InputFileError, Job, log
from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession
from table import SOURCE_COLUMNS

SUFFIXES = (".csv", ".csv.gz")
GLOB_CHARACTERS = frozenset("{}[]*?\\")


@dataclass(frozen=True)
class Layout:
    """How to read the lines of some files of a set.

    `header` has the names in the file's order, as `headers.names_of` writes them. `separator` is one character.
    """

    header: tuple[str, ...]
    separator: str
    encoding: str
    decimal_comma: bool


@dataclass(frozen=True)
class SourceFile:
    """A file with a checked header. `number` is its place in the set, from 0; `label` is its path below `raw/`."""

    number: int
    path: str
    label: str
    size_bytes: int
    layout: Layout


@dataclass(frozen=True)
class Source:
    """A set of source files: `alunos`, `escolas` or `notas`."""

    name: str
    files: tuple[SourceFile, ...]

    @property
    def size_bytes(self) -> int:
        """The size of its files in bytes; of a gzip file, as it is stored."""
        return sum(file.size_bytes for file in self.files)

    def layouts(self) -> dict[Layout, list[SourceFile]]:
        """The files of the set by layout."""
        found: dict[Layout, list[SourceFile]] = {}
        for file in self.files:
            found.setdefault(file.layout, []).append(file)
        return found


@contextmanager
def readable(path: str) -> Iterator[None]:
    """Turn an error of Java in the block into an InputFileError that names `path`."""
    try:
        yield
    except Py4JJavaError as error:
        raise InputFileError(
            f"{path} can't be read: {error.java_exception.toString()}. Check that the file exists and "
            "is whole, and that the job's role may read it."
        ) from None


def find_sources(spark: SparkSession, job: Job) -> dict[str, Source]:
    """The three sets, by name.

    Raises:
        InputFileError: a set is missing or has two forms, or a file of it has no data line, lacks a column, or can't be
            read with the given encoding and separator. The message names the file.
    """
    # Hadoop's file system reads what Spark reads, with the same settings and rights. PySpark has no public way to it.
    jvm: Any = spark._jvm
    root = jvm.org.apache.hadoop.fs.Path(job.raw)
    with readable(job.raw):
        file_system = root.getFileSystem(spark._jsc.hadoopConfiguration())
        found = _entries(file_system, root)
        sets = {}
        for name in SOURCE_COLUMNS:
            entries = _files_of(name, found, file_system, job)
            files = (_source_file(jvm, file_system, job, name, *entry) for entry in enumerate(entries))
            sets[name] = Source(name, tuple(files))
    return sets


def _entries(file_system: Any, folder: Any) -> dict[str, Any]:
    """Hadoop's status of each file and folder directly in `folder`, by name. It is empty without a folder."""
    try:
        return {status.getPath().getName(): status for status in file_system.listStatus(folder)}
    except Py4JJavaError as error:
        if "FileNotFoundException" in error.java_exception.toString():
            return {}
        raise


def _files_of(name: str, found: dict[str, Any], file_system: Any, job: Job) -> list[Any]:
    """The statuses of the files of set `name`, in order."""
    forms = {form: found[form] for form in (f"{name}{suffix}" for suffix in SUFFIXES) if form in found}
    entries = list(forms.values())
    if name in found and found[name].isDirectory():
        inside = _entries(file_system, found[name].getPath())
        csvs = sorted(each for each in inside if each.endswith(SUFFIXES) and not each.startswith((".", "_")))
        if ignored := sorted(set(inside) - set(csvs)):
            log("files_ignored", folder=f"{job.raw}{name}/", files=ignored)
        if csvs:
            forms[f"{name}/"] = None
            entries = [inside[each] for each in csvs]
    if not forms:
        raise InputFileError(
            f"{job.raw} has no {name}: neither {name}.csv, nor {name}.csv.gz, nor *.csv in {name}/. Upload one of them "
            "before the run."
        )
    if len(forms) > 1:
        raise InputFileError(
            f"{job.raw} has {' and '.join(forms)}, which are {len(forms)} forms of {name}. "
            "Leave one and remove the rest."
        )
    return entries


def _source_file(jvm: Any, file_system: Any, job: Job, name: str, number: int, status: Any) -> SourceFile:
    """The file with the layout that its first line shows."""
    columns = SOURCE_COLUMNS[name]
    file_name = status.getPath().getName()
    label = file_name if file_name.startswith(f"{name}.") else f"{name}/{file_name}"
    path = job.raw + label
    if GLOB_CHARACTERS & set(file_name):
        raise InputFileError(
            f"{path}: the name contains one of {{}}[]*?\\, which Spark reads as a pattern. Rename the file."
        )
    with readable(path):
        head = _head(jvm, file_system, status, path)
    encoding = "utf-8" if head.first_line.startswith(formats.UTF8_MARK) else job.csv_encoding
    header = headers.text_of(head.header, encoding)
    if "\0" in header:
        raise InputFileError(
            f"{path} is not text in {encoding}: its first line has NUL bytes, as UTF-16 has. Save the file as UTF-8 "
            "(in Excel: CSV UTF-8)."
        )
    if "\ufffd" in header:
        raise InputFileError(
            f"{path} is not in {encoding}: its first line has bytes that are invalid in it. Set --csv_encoding to the "
            "file's encoding."
        )
    separator, names = headers.separator_and_names(header, columns, job.csv_separator)
    if not any(names):
        raise InputFileError(f"{path} is empty. Make {','.join(columns)} its first line.")
    if missing := [column for column in columns if names.count(column) != 1]:
        # The message does not quote the first line: in a file without a header it is a pupil's data.
        raise InputFileError(
            f"{path} must have a header with each of the columns {', '.join(columns)} once, separated by "
            f"{separator!r}; missing or repeated: {', '.join(missing)} (its first line has {len(names)} values). "
            "Correct that line."
        )
    if not head.has_data:
        raise InputFileError(f"{path} is empty: it has a header and no data line. Upload the whole file.")
    if extra := [column for column in names if column not in columns]:
        log("columns_ignored", file=path, columns=extra)
    decimal_comma = job.decimal_separator == "," or (job.decimal_separator == "auto" and separator == ";")
    layout = Layout(names, separator, encoding, decimal_comma)
    return SourceFile(number, path, label, status.getLen(), layout)


@dataclass(frozen=True)
class _Head:
    """The beginning of a file, as bytes.

    `first_line` is the file's first line. `header` is the first record that is not blank, its lines joined by line
    feeds. `has_data` says whether a line that is not blank follows it.
    """

    first_line: bytes
    header: bytes
    has_data: bool


def _head(jvm: Any, file_system: Any, status: Any, path: str) -> _Head:
    """The beginning of a file that is what its name says.

    Raises:
        InputFileError: the file is another kind of file, for example a workbook.
    """
    packed = path.endswith(".gz")
    stream = file_system.openFile(status.getPath()).withFileStatus(status).build().get()
    try:
        whole, beginning = _peek(jvm, stream)
        if not beginning:
            return _Head(b"", b"", has_data=False)
        formats.check(path, beginning, packed)
        if packed:
            whole, beginning = _peek(jvm, jvm.java.util.zip.GZIPInputStream(whole))
            formats.check(path, beginning, packed=False)
        # Latin-1 keeps each byte as it is.
        reader = jvm.java.io.BufferedReader(jvm.java.io.InputStreamReader(whole, "ISO-8859-1"))
        return _read_head(reader)
    finally:
        stream.close()


def _peek(jvm: Any, stream: Any) -> tuple[Any, bytes]:
    """A stream of all bytes of `stream`, and the first of them."""
    buffered = jvm.java.io.BufferedInputStream(stream)
    buffered.mark(formats.BYTES)
    beginning = bytes(buffered.readNBytes(formats.BYTES))
    buffered.reset()
    return buffered, beginning


def _read_head(reader: Any) -> _Head:
    def line() -> bytes | None:
        text = reader.readLine()
        return None if text is None else text.encode("latin-1")

    def line_with_text() -> bytes | None:
        text = line()
        while text is not None and headers.is_no_header(text):
            text = line()
        return text

    first_line = line()
    if first_line is None:
        return _Head(b"", b"", has_data=False)
    header = line_with_text() if headers.is_no_header(first_line) else first_line
    if header is None:
        return _Head(first_line, b"", has_data=False)
    following: list[bytes] = []
    record = header
    while record.count(b'"') % 2 and len(following) < headers.RECORD_LINES - 1 and (more := line()) is not None:
        following.append(more)
        record = b"\n".join((header, *following))
    if record.count(b'"') % 2:  # a stray quote: the lines that follow are data
        return _Head(first_line, header, any(each.strip() for each in following))
    return _Head(first_line, record, line_with_text() is not None)
