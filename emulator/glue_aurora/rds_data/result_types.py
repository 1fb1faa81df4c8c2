"""PostgreSQL's types in results: which the service returns, and as which member of Field.

The list is that of the Aurora User Guide ("Amazon RDS Data API operations reference"), and `oid` and arrays of
timestamptz, which users have seen returned. `bit[]` is in that list, but its form is not known: refused here.
JDBC's numbers are those of pgjdbc: the service describes columns as that driver does.
"""

from dataclasses import dataclass

from glue_aurora.rds_data import faults
from glue_aurora.rds_data.sessions import Session


@dataclass(frozen=True)
class ResultType:
    """`member` is Field's, or ArrayValue's when `element` is the type of an array's elements."""

    name: str
    member: str
    jdbc: int
    element: str | None = None


_SCALARS = {
    16: ResultType("bool", "booleanValue", -7),
    17: ResultType("bytea", "blobValue", -2),
    19: ResultType("name", "stringValue", 12),
    20: ResultType("int8", "longValue", -5),
    21: ResultType("int2", "longValue", 5),
    23: ResultType("int4", "longValue", 4),
    25: ResultType("text", "stringValue", 12),
    26: ResultType("oid", "longValue", -5),
    114: ResultType("json", "stringValue", 1111),
    650: ResultType("cidr", "stringValue", 1111),
    700: ResultType("float4", "doubleValue", 7),
    701: ResultType("float8", "doubleValue", 8),
    869: ResultType("inet", "stringValue", 1111),
    1042: ResultType("bpchar", "stringValue", 1),
    1043: ResultType("varchar", "stringValue", 12),
    1082: ResultType("date", "stringValue", 91),
    1083: ResultType("time", "stringValue", 92),
    1114: ResultType("timestamp", "stringValue", 93),
    1184: ResultType("timestamptz", "stringValue", 93),
    1700: ResultType("numeric", "stringValue", 2),
    2950: ResultType("uuid", "stringValue", 1111),
    3802: ResultType("jsonb", "stringValue", 1111),
}
_ARRAYS = {
    1000: 16,
    1003: 19,
    1016: 20,
    1005: 21,
    1007: 23,
    1009: 25,
    199: 114,
    1021: 700,
    1022: 701,
    1014: 1042,
    1015: 1043,
    1182: 1082,
    1183: 1083,
    1115: 1114,
    1185: 1184,
    1231: 1700,
    2951: 2950,
    3807: 3802,
}
_JDBC_ARRAY, _JDBC_OTHER = 2003, 1111
# Names that the service writes in capitals; others (regclass, xml) as the catalogue has them.
_IN_CAPITALS = {
    *("point", "lseg", "path", "box", "polygon", "line", "circle", "money", "interval", "timetz", "bit", "varbit"),
    *("macaddr", "macaddr8", "record", "void"),
}


def of(session: Session, oid: int) -> ResultType:
    """Returns the type of PostgreSQL's `oid`.

    Raises:
        ApiError: UnsupportedResultException.
    """
    if oid in _SCALARS:
        return _SCALARS[oid]
    if oid in _ARRAYS:
        element = _SCALARS[_ARRAYS[oid]]
        return ResultType(f"_{element.name}", f"{element.member}s", _JDBC_ARRAY, element.name)
    row = session.execute("SELECT typname, typtype FROM pg_type WHERE oid = %s", (oid,)).fetchone()
    name, kind = row if row else (f"oid {oid}", "?")
    if kind == "e":
        return ResultType(name, "stringValue", 12)
    if name == "vector":
        return ResultType(name, "stringValue", _JDBC_OTHER)
    raise faults.unsupported_type('"CHAR"' if name == "char" else name.upper() if name in _IN_CAPITALS else name)


def jdbc_of_element(kind: ResultType) -> int:
    """Returns ColumnMetadata's arrayBaseColumnType, 0 unless the type is an array."""
    return next((one.jdbc for one in _SCALARS.values() if one.name == kind.element), 0)
