"""The RDS Data API converts parameters and results of a real PostgreSQL as AWS does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.kit.aws import refused
from tests.kit.data_api import DataApi, data_api, parameter

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def api(environment: Any) -> Iterator[DataApi]:
    with data_api(environment) as api:
        yield api


@pytest.mark.parametrize(
    ("sql", "field"),
    [
        ("NULL", {"isNull": True}),
        ("true", {"booleanValue": True}),
        ("7::smallint", {"longValue": 7}),
        ("9223372036854775807", {"longValue": 9223372036854775807}),
        ("1.5::real", {"doubleValue": 1.5}),
        ("'text'::text", {"stringValue": "text"}),
        ("'a'::char(3)", {"stringValue": "a  "}),
        ("9.50::numeric(4,2)", {"stringValue": "9.50"}),
        (r"'\xdeadbeef'::bytea", {"blobValue": b"\xde\xad\xbe\xef"}),
        ("DATE '2026-01-31'", {"stringValue": "2026-01-31"}),
        ("TIME '12:34:56.7'", {"stringValue": "12:34:56.700"}),
        ("TIMESTAMP '2026-01-31 12:34:56'", {"stringValue": "2026-01-31 12:34:56"}),
        ("TIMESTAMP '2026-01-31 12:34:56.123456'", {"stringValue": "2026-01-31 12:34:56.123456"}),
        ("TIMESTAMPTZ '2026-01-31 12:34:56+09'", {"stringValue": "2026-01-31 03:34:56"}),
        ("'{\"a\": 1}'::jsonb", {"stringValue": '{"a": 1}'}),
        ("'10.0.0.0/8'::cidr", {"stringValue": "10.0.0.0/8"}),
        ("'8c3f7f3a-2f5d-4c2e-9a39-3f1bb2c7e0a1'::uuid", {"stringValue": "8c3f7f3a-2f5d-4c2e-9a39-3f1bb2c7e0a1"}),
        ("ARRAY[1,2]", {"arrayValue": {"longValues": [1, 2]}}),
        ("ARRAY['a b','NULL']", {"arrayValue": {"stringValues": ["a b", "NULL"]}}),
        ("ARRAY[1.5,2]::numeric[]", {"arrayValue": {"stringValues": ["1.5", "2"]}}),
        ("'{}'::boolean[]", {"arrayValue": {"booleanValues": []}}),
        ("ARRAY[1,NULL,3]", {"arrayValue": {"longValues": [1, None, 3]}}),
        ("ARRAY[NULL,1.5::real]", {"arrayValue": {"doubleValues": [None, 1.5]}}),
        ("ARRAY['a',NULL,'NULL',NULL]", {"arrayValue": {"stringValues": ["a", None, "NULL", None]}}),
        ("ARRAY[NULL,true,NULL]", {"arrayValue": {"booleanValues": [None, True, None]}}),
        ("ARRAY[NULL,NULL]::numeric[]", {"arrayValue": {"stringValues": [None, None]}}),
    ],
)
def test_result_types(api: DataApi, sql: str, field: dict[str, Any]) -> None:
    assert api.value(f"SELECT {sql}") == field


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("INTERVAL '1 day'", "INTERVAL"),
        ("'a'::\"char\"", '"CHAR"'),
        ("'1'::money", "MONEY"),
        ("point(1,2)", "POINT"),
        ("'pg_class'::regclass", "regclass"),
    ],
)
def test_other_types_are_refused(api: DataApi, sql: str, name: str) -> None:
    with refused("UnsupportedResultException", f"The result contains the unsupported data type {name}."):
        api.execute(f"SELECT {sql}")
    assert "stringValue" in api.value(f"SELECT ({sql})::text")


def test_arrays_of_arrays_are_refused(api: DataApi) -> None:
    with refused("UnsupportedResultException", "multidimensional array"):
        api.execute("SELECT ARRAY[[1],[2]]")


def test_an_enum_is_a_string(api: DataApi) -> None:
    api.execute("CREATE TYPE rede AS ENUM ('publica', 'privada')")
    assert api.value("SELECT 'publica'::rede") == {"stringValue": "publica"}


@pytest.mark.parametrize(
    ("given", "sql_type"),
    [
        (parameter("v", "string", "2026-01-31"), "text"),
        (parameter("v", "long", 3), "bigint"),
        (parameter("v", "double", 0.1), "double precision"),
        (parameter("v", "boolean", False), "boolean"),
        (parameter("v", "blob", b"\0\xff"), "bytea"),
        (parameter("v", "string", "2026-01-31", "DATE"), "date"),
        (parameter("v", "string", "9.50", "DECIMAL"), "numeric"),
        (parameter("v", "string", "{}", "JSON"), "json"),
        (parameter("v", "string", "12:00:00", "TIME"), "time without time zone"),
        (parameter("v", "string", "2026-01-31 12:00:00.5", "TIMESTAMP"), "timestamp without time zone"),
        (parameter("v", "string", "8c3f7f3a-2f5d-4c2e-9a39-3f1bb2c7e0a1", "UUID"), "uuid"),
        (parameter("v", "isNull", True, "UUID"), "uuid"),
    ],
)
def test_parameters_arrive_with_their_type(api: DataApi, given: dict[str, Any], sql_type: str) -> None:
    assert api.value("SELECT pg_typeof(:v)::text", given) == {"stringValue": sql_type}


def test_values_come_back_as_they_were_sent(api: DataApi) -> None:
    columns = "i int, n numeric(4,2), t text, b bytea, d date, e double precision, o boolean"
    with api.table("valores", columns):
        sent = [
            parameter("i", "long", -5),
            parameter("n", "string", "7.25", "DECIMAL"),
            parameter("t", "string", "it's :n % ? $1 é\n"),
            parameter("b", "blob", bytes(range(256))),
            parameter("d", "isNull", True),
            parameter("e", "double", 1e-7),
            parameter("o", "boolean", True),
        ]
        sql = "INSERT INTO valores VALUES (:i, :n, :t, :b, :d, :e, :o)"
        answer = api.execute(sql, sent)
        assert (answer["numberOfRecordsUpdated"], answer["generatedFields"]) == (1, [])
        assert "records" not in answer
        (record,) = api.execute("SELECT * FROM valores")["records"]
    assert record[4] == {"isNull": True}
    assert [record[at] for at in (0, 1, 2, 3, 5, 6)] == [sent[at]["value"] for at in (0, 1, 2, 3, 5, 6)]


def test_a_plain_string_is_no_date(api: DataApi) -> None:
    wrong_type = refused("DatabaseErrorException", "is of type date but expression is of type text; Hint: ")
    with api.table("datas", "d date"), wrong_type:
        api.execute("INSERT INTO datas VALUES (:d)", [parameter("d", "string", "2026-01-31")])


def test_names_in_quotes_comments_and_casts_are_no_parameters(api: DataApi) -> None:
    sql = """SELECT ':a'::text || "q:b" || :x || /* :c /* :d */ :e */ E'\\':f' -- :g
               FROM (SELECT '1'::text AS "q:b") AS s WHERE :y = :y AND 'it''s :h' <> :x"""
    given = (parameter("x", "string", "-"), parameter("y", "long", 1))
    assert api.value(sql, *given) == {"stringValue": ":a1-':f"}


@pytest.mark.parametrize(
    ("sql", "given", "message"),
    [
        ("SELECT :a", [], "SQLState: "),
        ("SELECT 1", [parameter("a", "long", 1)], "no parameter a"),
        ("SELECT $1", [], "Named parameter syntax is invalid, input: $1"),
        ("SELECT 1", [parameter("à", "long", 1)], "Named parameter syntax is invalid, input: à"),
        (
            "SELECT :a",
            [{"name": "a", "value": {"arrayValue": {"longValues": [1]}}}],
            "Array parameters are not supported",
        ),
        ("SELECT :a", [parameter("a", "string", "31/01/2026", "DATE")], "YYYY-MM-DD"),
        ("SELECT :a", [parameter("a", "string", "2026-01-31T12:00:00Z", "TIMESTAMP")], "YYYY-MM-DD HH:MM:SS"),
        ("DO $$ BEGIN PERFORM :a; END $$", [], ":a is in dollar-quoted text"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(
    api: DataApi, sql: str, given: list[dict[str, Any]], message: str
) -> None:
    code = "DatabaseErrorException" if message.startswith("SQLState") else "ValidationException"
    with refused(code, message):
        api.execute(sql, given)


def test_metadata_of_columns(api: DataApi) -> None:
    with api.table("notas_meta", "id serial PRIMARY KEY, nota numeric(4,2) NOT NULL, tags text[]"):
        sql = "SELECT id, nota AS media, tags, count(*) OVER () FROM notas_meta"
        answer = api.execute(sql, includeResultMetadata=True)
        assert answer["records"] == []
        columns = answer["columnMetadata"]
        assert "columnMetadata" not in api.execute(sql)
    shown = ("label", "typeName", "type", "nullable", "precision", "scale", "isAutoIncrement", "arrayBaseColumnType")
    assert [tuple(column[member] for member in shown) for column in columns] == [
        ("id", "serial", 4, 0, 10, 0, True, 0),
        ("media", "numeric", 2, 0, 4, 2, False, 0),
        ("tags", "_text", 2003, 1, 2147483647, 0, False, 12),
        ("count", "int8", -5, 2, 19, 0, False, 0),
    ]
    assert {column["tableName"] for column in columns} == {"notas_meta", ""}


def test_options_of_numbers(api: DataApi) -> None:
    options: dict[str, Any] = {"resultSetOptions": {"decimalReturnType": "DOUBLE_OR_LONG", "longReturnType": "STRING"}}
    (record,) = api.execute("SELECT 9.50::numeric, 3::numeric, 4::bigint", **options)["records"]
    assert record == [{"doubleValue": 9.5}, {"longValue": 3}, {"stringValue": "4"}]


def test_records_as_json(api: DataApi) -> None:
    sql = """SELECT 17 AS i, 10.0::float AS f, 9.50::numeric AS n, 'é"'::text AS t, NULL AS z, true AS b,
                    'hello world'::bytea AS blob, ARRAY[1,NULL] AS a"""
    answer = api.execute(sql, formatRecordsAs="JSON")
    assert answer["formattedRecords"] == (
        '[{"i":17,"f":10.0,"n":9.50,"t":"é\\"","z":null,"b":true,"blob":"aGVsbG8gd29ybGQ=","a":[1,null]}]'
    )
    assert json.loads(answer["formattedRecords"])[0]["i"] == 17
    assert "records" not in answer
    with refused("UnsupportedResultException", "more than one column a"):
        api.execute("SELECT 1 AS a, 2 AS a", formatRecordsAs="JSON")


def test_a_result_of_more_than_1_mib_is_refused(api: DataApi) -> None:
    sql = "SELECT md5(n::text)::uuid FROM generate_series(1, :rows) AS n"
    assert len(api.execute(sql, [parameter("rows", "long", 24800)])["records"]) == 24800
    with refused("UnsupportedResultException", "The result exceeds the size limit 1 MB."):
        api.execute(sql, [parameter("rows", "long", 25000)])


def test_a_row_of_more_than_64_kib_is_refused(api: DataApi) -> None:
    with refused("UnsupportedResultException", "64 KB"):
        api.execute("SELECT repeat('x', 65536)")


def test_rows_of_a_changing_statement_come_back(api: DataApi) -> None:
    with api.table("novas", "id serial, t text"):
        sql = "INSERT INTO novas (t) VALUES (:t) RETURNING id"
        assert api.value(sql, parameter("t", "string", "x")) == {"longValue": 1}


def test_batch(api: DataApi) -> None:
    with api.table("lote", "n bigint PRIMARY KEY, t text"):
        sql = "INSERT INTO lote VALUES (:n, :t)"
        sets = [[parameter("n", "long", n), parameter("t", "string", f"t{n}")] for n in range(3)]
        assert api.batch(sql, *sets) == [{"generatedFields": []}] * 3
        assert api.batch("UPDATE lote SET t = 'x'", []) == [{"generatedFields": []}]
        assert api.value("SELECT count(*) FROM lote WHERE t = 'x'") == {"longValue": 3}
        with refused("DatabaseErrorException", "SQLState: 23505"):
            api.batch(sql, [parameter("n", "long", 3), parameter("t", "isNull", True)], sets[0])
        with refused("ValidationException", "parameterSets is empty"):
            api.batch(sql)
