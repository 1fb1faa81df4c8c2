"""Results of any size through the RDS Data API, whose refusals end the transaction."""

from __future__ import annotations

import re

import pytest

from scripts.base.errors import DatabaseError
from scripts.case import pages, queries
from scripts.case.data_api import Result

pytestmark = pytest.mark.unit
REFUSED = "UnsupportedResultException: The result exceeds the size limit 1 MB."


class Transaction:
    """A transaction on a table of texts. Like AWS it refuses an answer of more than 1 MiB, and all calls after that."""

    def __init__(self, texts: list[str]) -> None:
        self.texts, self.place, self.is_gone = texts, 0, False
        self.asked: list[str] = []

    def __call__(self, sql: str) -> Result:
        self.asked.append(sql)
        if self.is_gone:
            raise DatabaseError("TransactionNotFoundException: Transaction t is not found.", "")
        if sql.startswith("DECLARE"):
            return Result([], [])
        if sql.startswith("SELECT max"):
            return Result(["max"], [(max(len(each) for each in self.texts) + 2,)])
        fetched = re.fullmatch(r"FETCH (\d+) FROM \w+", sql)
        end = self.place + int(fetched[1]) if fetched else len(self.texts)
        page = self.texts[self.place : end]
        self.place = end
        if sum(len(each) + 6 for each in page) > 1024 * 1024:
            self.is_gone = True
            raise DatabaseError(REFUSED, "")
        return Result(["t"], [(each,) for each in page])


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["x"] * 15,
        ["x"] * 16,
        [f"{number:0200}" for number in range(20_000)],
        # The first rows say nothing about the others.
        ["x"] * 3000 + ["y" * 60_000] * 30,
    ],
)
def test_result_has_every_row_in_its_order(texts: list[str]) -> None:
    found = pages.whole(Transaction(texts), "SELECT t FROM x")
    assert (found.columns, [text for (text,) in found.rows]) == (["t"], texts)


def test_short_result_takes_two_calls() -> None:
    transaction = Transaction(["x"])
    pages.whole(transaction, "(TABLE x)")
    assert [sql.split()[0] for sql in transaction.asked] == ["DECLARE", "FETCH"]


def test_statement_without_a_cursor_runs_as_it_is() -> None:
    transaction = Transaction(["x"])
    pages.whole(transaction, "EXPLAIN SELECT 1")
    assert transaction.asked == ["EXPLAIN SELECT 1"]


def test_position_of_an_error_is_that_in_the_users_statement() -> None:
    def execute(sql: str) -> Result:
        place = sql.index("nothing") + 1
        raise DatabaseError(f'ERROR: relation "nothing" does not exist; Position: {place}; SQLState: 42P01', "")

    with pytest.raises(DatabaseError, match="Position: 15;"):
        pages.whole(execute, "SELECT * FROM nothing")


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        ("ERROR: DECLARE CURSOR must not contain data-modifying statements in WITH", "only reads"),
        ("ERROR: SELECT ... INTO is not allowed here", "only reads"),
        ("UnsupportedResultException: The result contains a row of more than 64 KB.", "64 KiB"),
        (REFUSED, "64 KiB"),
    ],
)
def test_remedy_fits_what_a_cursor_refuses(cause: str, told: str) -> None:
    assert told in queries._remedy(cause)
