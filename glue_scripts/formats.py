"""What kind of file the first bytes of a file show, when it is not the CSV that its name promises."""

from __future__ import annotations

from common import InputFileError

BYTES = 4096  # enough for the first names in a zip, by which a workbook is known
UTF8_MARK = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"
AS_CSV = "Save it as CSV and upload that."

# First bytes -> what the file is, and what to do.
KINDS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)", AS_CSV),
    (b"PAR1", "a Parquet file", AS_CSV),
    (b"ORC", "an ORC file", AS_CSV),
    (b"Obj\x01", "an Avro file", AS_CSV),
    (b"SQLite format 3\0", "an SQLite database", AS_CSV),
    (b"%PDF-", "a PDF document", AS_CSV),
    (b"{\\rtf", "an RTF document", AS_CSV),
    (b"BZh", "compressed with bzip2", "Unpack it, or compress it with gzip and name it .csv.gz."),
    (b"\xfd7zXZ\0", "compressed with xz", "Unpack it, or compress it with gzip and name it .csv.gz."),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "Unpack it, or compress it with gzip and name it .csv.gz."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it and upload the CSV inside."),
    (b"Rar!\x1a\x07", "a RAR archive", "Unpack it and upload the CSV inside."),
)
MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"<error", b"<table", b"<workbook")


def check(path: str, beginning: bytes, packed: bool) -> None:
    """Compare `beginning`, the first `BYTES` bytes of a file, with its name; `packed` means that gzip is expected.

    Raises:
        InputFileError: the file is of another kind. The message says which, and what to do.
    """
    if packed and beginning.startswith(GZIP):
        return
    kind, remedy = _kind(beginning)
    if not kind and packed:
        kind, remedy = "not compressed with gzip", "Rename it to .csv if it is text, or compress it."
    if kind:
        raise InputFileError(f"{path} is no CSV file: it is {kind}. {remedy}")


def _kind(beginning: bytes) -> tuple[str, str]:
    """What the file is, and what to do; two empty texts for a file that may be CSV."""
    if beginning.startswith(GZIP):
        return "compressed with gzip", "Rename it to .csv.gz, or unpack it."
    if beginning.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(beginning)
    for signature, kind, remedy in KINDS:
        if beginning.startswith(signature):
            # Some signatures are letters, with which a header may begin as well.
            if signature.isalnum() and not _binary(beginning):
                continue
            return kind, remedy
    text = beginning.removeprefix(UTF8_MARK).lstrip()
    if text.lower().startswith(MARKUP):
        return "an HTML or XML page, perhaps the error page of a download", "Fetch the CSV again and look into it."
    if text.startswith((b'{"', b"[{", b"{\n", b"{\r\n", b'["')):
        return "JSON", AS_CSV
    return "", ""


def _zip(beginning: bytes) -> tuple[str, str]:
    if b"[Content_Types].xml" in beginning or b"xl/" in beginning:
        return "an Excel workbook (.xlsx)", "Save its sheet as CSV UTF-8 and upload that."
    if b"application/vnd.oasis.opendocument" in beginning:
        return "an OpenDocument workbook (.ods)", "Save its sheet as CSV and upload that."
    return "a zip archive", "Unpack it and upload the CSV inside."


def _binary(beginning: bytes) -> bool:
    """Whether the bytes have control characters, as text has none."""
    return any(byte < 32 and byte not in b"\t\n\r" for byte in beginning)
