"""Values of SqlParameter: which PostgreSQL type each is sent as.

Strings are `text`, integers `bigint`: the service sends no other type without a `typeHint`, so that a date in a plain
string is refused by the database ("column … is of type timestamp … but expression is of type text",
drizzle-team/drizzle-orm#2232). Hints and their formats: Aurora User Guide, "Amazon RDS Data API operations reference".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glue_aurora.rds_data import faults, named_parameters

_TEXT, _BIGINT, _DOUBLE, _BOOLEAN, _BYTEA, _UNKNOWN = 25, 20, 701, 16, 17, 0
_HINTS = {"DATE": 1082, "DECIMAL": 1700, "JSON": 114, "TIME": 1083, "TIMESTAMP": 1114, "UUID": 2950}
_DATE, _TIME = r"\d{4}-\d{2}-\d{2}", r"\d{2}:\d{2}:\d{2}(\.\d{1,6})?"
_FORMATS = {
    "DATE": (_DATE, "YYYY-MM-DD"),
    "TIME": (_TIME, "HH:MM:SS[.FFF]"),
    "TIMESTAMP": (f"{_DATE} {_TIME}", "YYYY-MM-DD HH:MM:SS[.FFF]"),
}


@dataclass(frozen=True)
class Value:
    """A parameter as libpq takes it; `data` is None for NULL."""

    oid: int
    data: bytes | None
    binary: bool = False


def values(parameters: Sequence[Mapping[str, Any]] | None, names: Sequence[str]) -> list[Value]:
    """Returns the values in the order of `names`, the parameters of the statement.

    A missing one is left out, with those after it: the database then refuses the statement, as on AWS.

    Raises:
        ApiError: ValidationException.
    """
    by_name: dict[str, Value] = {}
    for parameter in parameters or []:
        name = parameter.get("name") or ""
        named_parameters.check_name(name)
        if name in by_name:
            raise faults.validation(f"The parameter {name} is given twice.")
        by_name[name] = _value(name, parameter)
    strange = sorted(set(by_name) - set(names))
    if strange:
        raise faults.validation(f"The statement has no parameter {', '.join(strange)}.")
    found: list[Value] = []
    for name in names:
        if name not in by_name:
            break
        found.append(by_name[name])
    return found


def _value(name: str, parameter: Mapping[str, Any]) -> Value:
    given = parameter.get("value") or {}
    hint = parameter.get("typeHint")
    if len(given) != 1:
        raise faults.validation(f"The value of parameter {name} must have exactly one member.")
    if hint is not None and hint not in _HINTS:
        raise faults.validation(f"The typeHint {hint} of parameter {name} must be one of {', '.join(_HINTS)}.")
    ((member, value),) = given.items()
    if member == "arrayValue":
        raise faults.validation(f"Array parameters are not supported: {name}. Send text and cast it.")
    if member == "isNull":
        if not value:
            raise faults.validation(f"isNull of parameter {name} is false, and there is no value.")
        return Value(_HINTS.get(hint or "", _UNKNOWN), None)
    if hint is not None and member != "stringValue":
        raise faults.validation(f"Parameter {name} has a typeHint with {member}; a typeHint needs stringValue.")
    if member == "stringValue":
        return _text(name, value, hint)
    if member == "blobValue":
        return Value(_BYTEA, bytes(value), binary=True)
    if member == "booleanValue":
        return Value(_BOOLEAN, b"true" if value else b"false")
    if member == "longValue":
        return Value(_BIGINT, str(int(value)).encode())
    return Value(_DOUBLE, repr(float(value)).encode())


def _text(name: str, value: str, hint: str | None) -> Value:
    if hint in _FORMATS:
        pattern, form = _FORMATS[hint]
        if not re.fullmatch(pattern, value, re.ASCII):
            raise faults.validation(f"Parameter {name} has typeHint {hint} and must be written {form}.")
    if "\0" in value:
        raise faults.database('invalid byte sequence for encoding "UTF8": 0x00', "22021")
    return Value(_HINTS[hint] if hint else _TEXT, value.encode())
