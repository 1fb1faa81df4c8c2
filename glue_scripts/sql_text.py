"""Text in Spark's SQL.

The job gives Spark its expressions as SQL. PySpark's functions on columns make the same plan, but each of them asks the
JVM three times, and a run had more than a thousand: on a small input that took longer than reading the files.
"""

from __future__ import annotations


def literal(text: str) -> str:
    """A text as a literal of SQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
