"""Results of more than 1 MiB through the RDS Data API and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from scripts.base.errors import DatabaseError
from scripts.case import queries
from scripts.case.data_api import DataApi
from scripts.case.statements import Statement
from tests.kit.data_api import data_api

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def api(environment: Any) -> Iterator[DataApi]:
    with data_api(environment) as made:
        outputs = {
            "aurora_cluster_identifier": made.cluster["DBClusterIdentifier"],
            "aurora_database_name": made.cluster["DatabaseName"],
            "secret_manager_aurora_credentials_arn": made.cluster["MasterUserSecret"]["SecretArn"],
        }
        yield DataApi(environment, outputs)


def test_large_results_come_whole_and_in_one_transaction(api: DataApi) -> None:
    names = "SELECT n, n / 4.0 AS media, repeat('é\"', 100) AS n FROM generate_series(1, 9000) AS n ORDER BY 1 DESC"
    rows = "VALUES (repeat('x', 60000)), (NULL)"
    uneven = "WITH s AS (SELECT n FROM generate_series(1, 3000) AS n) SELECT repeat('x', n * 20) FROM s"
    wanted = [Statement(sql) for sql in (names, rows, uneven, "SHOW transaction_read_only", "SELECT 1 WHERE false")]
    (_, first), (_, second), (_, third), (_, fourth), (_, last) = queries.results(api, wanted)
    assert [(number, mean) for number, mean, _ in first.rows] == [(n, Decimal(n) / 4) for n in range(9000, 0, -1)]
    assert first.columns == ["n", "media", "n"]
    assert [len(text) if text else text for (text,) in second.rows] == [60000, None]
    assert [len(text) for (text,) in third.rows] == [20 * n for n in range(1, 3001)]
    assert (fourth.rows, last.columns, last.rows) == ([("on",)], ["?column?"], [])


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT repeat('x', 70000)", "64 KB"),
        ("SELECT * FROM nothing", r"Position: 15[\s\S]*the table is"),
        ("DELETE FROM nothing", "nothing"),
        ("CREATE TABLE t (n int)", "only reads"),
        ("SELECT 1 AS n INTO t", "only reads"),
        ("SELECT nextval('s') FROM (SELECT 1) AS t", "does not exist"),
    ],
)
def test_refusal_of_a_statement_names_its_cause(sql: str, says: str, api: DataApi) -> None:
    with pytest.raises(DatabaseError, match=says):
        list(queries.results(api, [Statement(sql)]))
