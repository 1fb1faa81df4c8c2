"""The header of a file: its text, its separator and its names. Nothing here needs Spark."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

import invisible

RECORD_LINES = 50  # a record has fewer lines; without a limit one stray quote makes the job join the whole file
SEPARATORS = (",", ";", "\t", "|")
# The first line of some files for Excel. It names the separator, which the header shows as well.
SEPARATOR_LINE = r'^ *"?[Ss][Ee][Pp]=[,;|\t]"? *$'


def is_no_header(line: bytes) -> bool:
    """Whether a line before the header is blank, or names the separator as Excel's `sep=;` does."""
    text = invisible.cleaned(line.decode("utf-8", "replace"))
    return not text.strip() or re.search(SEPARATOR_LINE, text) is not None


def text_of(header: bytes, encoding: str) -> str:
    """The text of a header, with U+FFFD for bytes that mean nothing. Bytes that are UTF-8 are read as UTF-8."""
    try:
        text = header.decode("utf-8")
    except UnicodeDecodeError:
        text = header.decode(encoding, "replace")
    return invisible.cleaned(text)


def separator_and_names(header: str, columns: tuple[str, ...], separator: str) -> tuple[str, tuple[str, ...]]:
    """The separator that finds most of `columns` in the header, and the header's names: trimmed, lower case."""
    found = {each: names_of(header, each) for each in ([separator] if separator != "auto" else SEPARATORS)}
    return max(found.items(), key=lambda item: len(set(item[1]) & set(columns)))


def names_of(header: str, separator: str) -> tuple[str, ...]:
    rows = csv.reader(io.StringIO(header, newline=""), delimiter=separator, skipinitialspace=True)
    return tuple(unicodedata.normalize("NFC", name).strip().lower() for name in next(rows, []))
