"""Rows as the service returns them: lists of Field, or one JSON text (`formatRecordsAs`).

Numbers of type numeric are strings, times are `YYYY-MM-DD HH:MM:SS[.FFF[FFF]]`, those with a zone in UTC without saying
so (Aurora User Guide, "Amazon RDS Data API operations reference" and "Processing query results in JSON").
"""

import base64
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import pq
from psycopg.adapt import Transformer

from glue_aurora.rds_data import faults, result_types
from glue_aurora.rds_data.execution import Result
from glue_aurora.rds_data.result_types import ResultType
from glue_aurora.rds_data.sessions import Session

_TIMES = ("date", "time", "timestamp", "timestamptz")
_FRACTION = re.compile(r"\.(\d{1,6})")
_JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")

Row = list[Any]


def column_types(session: Session, result: Result) -> list[ResultType]:
    """Returns the types of the columns.

    Raises:
        ApiError: UnsupportedResultException.
    """
    columns = result.columns
    return [] if columns is None else [result_types.of(session, columns.ftype(at)) for at in range(columns.nfields)]


def python_rows(session: Session, result: Result, types: Sequence[ResultType]) -> list[Row]:
    """Returns the values as bool, int, float, str, bytes, lists of them, or None.

    Raises:
        ApiError: UnsupportedResultException, InternalFailure.
    """
    if result.columns is None:
        return []
    transformer = Transformer(session)
    loaders = [
        transformer.get_loader(result.columns.ftype(at), pq.Format.TEXT).load for at in range(result.columns.nfields)
    ]
    return [
        [
            None if data is None else _value(load(data), kind)
            for data, load, kind in zip(row, loaders, types, strict=True)
        ]
        for row in result.rows
    ]


def fields(rows: Sequence[Row], types: Sequence[ResultType], options: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """Returns SqlRecords. `options` is ResultSetOptions."""
    return [[_field(value, kind, options) for value, kind in zip(row, types, strict=True)] for row in rows]


def as_json(rows: Sequence[Row], types: Sequence[ResultType], names: Sequence[str]) -> str:
    """Returns a JSON array with one object for each row.

    Raises:
        ApiError: two columns have one name (User Guide).
    """
    for name in names:
        if names.count(name) > 1:
            raise faults.duplicate_column(name)
    keys = [json.dumps(name, ensure_ascii=False) for name in names]
    lines = [
        ",".join(f"{key}:{_json(value, kind)}" for key, value, kind in zip(keys, row, types, strict=True))
        for row in rows
    ]
    return "[" + ",".join(f"{{{line}}}" for line in lines) + "]"


def _value(value: Any, kind: ResultType) -> Any:
    if isinstance(value, list):
        if any(isinstance(one, list) for one in value):
            raise faults.multidimensional_array()
        return [None if one is None else _scalar(one, kind.element or "") for one in value]
    return _scalar(value, kind.name)


def _scalar(value: Any, name: str) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise faults.not_representable(str(value))
    if name not in _TIMES:
        return bytes(value) if isinstance(value, memoryview | bytearray) else value
    if "infinity" in value:
        raise faults.infinite_time(value)
    return _FRACTION.sub(_fraction, value.removesuffix("+00") if name == "timestamptz" else value)


def _fraction(found: re.Match[str]) -> str:
    """Returns three digits where they are enough, else six."""
    digits = found.group(1).ljust(6, "0")
    return f".{digits[:3]}" if digits.endswith("000") else f".{digits}"


def _field(value: Any, kind: ResultType, options: Mapping[str, Any]) -> dict[str, Any]:
    if value is None:
        return {"isNull": True}
    if kind.element is not None:
        return {"arrayValue": {kind.member: value}}
    if kind.member == "longValue" and options.get("longReturnType") == "STRING":
        return {"stringValue": str(value)}
    if kind.name == "numeric" and options.get("decimalReturnType") == "DOUBLE_OR_LONG":
        return {"doubleValue": float(value)} if "." in value else {"longValue": int(value)}
    return {kind.member: value}


def _json(value: Any, kind: ResultType) -> str:
    if isinstance(value, list):
        return "[" + ",".join(_json(one, ResultType(kind.element or "", "", 0)) for one in value) + "]"
    if kind.name == "numeric" and value is not None and _JSON_NUMBER.fullmatch(value):
        return str(value)
    if isinstance(value, bytes):
        return json.dumps(base64.b64encode(value).decode())
    return json.dumps(value, ensure_ascii=False)
