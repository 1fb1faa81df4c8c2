"""ColumnMetadata of a result, as pgjdbc's ResultSetMetaData has it: the service asks what that driver asks.

Users saw the driver's queries in Performance Insights (sbalmt/ez4#61).
"""

from collections.abc import Sequence
from typing import Any

from glue_aurora.rds_data.execution import Result
from glue_aurora.rds_data.result_types import ResultType, jdbc_of_element
from glue_aurora.rds_data.sessions import Session

_UNKNOWN_LENGTH = 2147483647
_HEADER = 4  # bytes that a type modifier counts in addition to the length
_PRECISION = {
    "int2": 5,
    "int4": 10,
    "int8": 19,
    "oid": 10,
    "float4": 8,
    "float8": 17,
    "bool": 1,
    "date": 13,
    "time": 15,
    "timestamp": 29,
    "timestamptz": 35,
}
_SCALE = {"float4": 8, "float8": 17, "time": 6, "timestamp": 6, "timestamptz": 6}
_SERIAL = {"int2": "smallserial", "int4": "serial", "int8": "bigserial"}
_SIGNED = {"int2", "int4", "int8", "float4", "float8", "numeric"}
_WITHOUT_CASE = {*_SIGNED, "oid", "bool", "date", "time", "timestamp", "timestamptz"}

_CATALOGUE = """
SELECT c.relname, a.attnotnull, a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE '%%nextval(%%',
       pg_get_expr(d.adbin, d.adrelid) LIKE '%%nextval(%%'
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE c.oid = %s AND a.attnum = %s
"""


def names(result: Result) -> list[str]:
    """Returns the labels of the columns."""
    columns = result.columns
    return [] if columns is None else [(columns.fname(at) or b"").decode() for at in range(columns.nfields)]


def describe(session: Session, result: Result, types: Sequence[ResultType]) -> list[dict[str, Any]]:
    """Returns one ColumnMetadata for each column."""
    return [
        _describe(session, result, at, kind, name)
        for at, (kind, name) in enumerate(zip(types, names(result), strict=True))
    ]


def _describe(session: Session, result: Result, at: int, kind: ResultType, name: str) -> dict[str, Any]:
    columns = result.columns
    assert columns is not None  # noqa: S101 - there are types only where there are columns
    table, not_null, automatic, serial = "", None, False, False
    if columns.ftable(at):
        row = session.execute(_CATALOGUE, (columns.ftable(at), columns.ftablecol(at))).fetchone()
        if row:
            table, not_null, automatic, serial = row
    precision, scale = _size(kind, columns.fmod(at))
    return {
        "arrayBaseColumnType": jdbc_of_element(kind),
        "isAutoIncrement": bool(automatic),
        "isCaseSensitive": kind.name not in _WITHOUT_CASE,
        "isCurrency": False,
        "isSigned": kind.name in _SIGNED,
        "label": name,
        "name": name,
        "nullable": 2 if not_null is None else int(not not_null),
        "precision": precision,
        "scale": scale,
        "schemaName": "",
        "tableName": table,
        "type": kind.jdbc,
        "typeName": _SERIAL.get(kind.name, kind.name) if serial else kind.name,
    }


def _size(kind: ResultType, modifier: int) -> tuple[int, int]:
    """Returns precision and scale."""
    if kind.name == "numeric":
        return (0, 0) if modifier < 0 else ((modifier - _HEADER) >> 16, (modifier - _HEADER) & 0x7FF)
    if kind.name in ("varchar", "bpchar") and modifier >= 0:
        return modifier - _HEADER, 0
    if kind.name in ("time", "timestamp", "timestamptz") and modifier >= 0:
        return _PRECISION[kind.name], modifier
    return _PRECISION.get(kind.name, _UNKNOWN_LENGTH), _SCALE.get(kind.name, 0)
