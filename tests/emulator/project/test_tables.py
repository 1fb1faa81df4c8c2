"""The files of sql/ run by psycopg and by the RDS Data API: a new table, an older one, a file that fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from glue_scripts.table import NAME
from scripts.base.errors import CommandError, DatabaseError
from scripts.base.paths import TOP, relative
from scripts.case.data_api import DataApi
from scripts.environment import tables
from scripts.environment.database import Psycopg
from tests.kit.data_api import data_api

pytestmark = pytest.mark.emulator
ADD_TURNO = f"-- The shift; a text.\nALTER TABLE {NAME} ADD COLUMN IF NOT EXISTS turno TEXT;\n"


@pytest.fixture(scope="module")
def cluster(environment: Any) -> Iterator[dict[str, Any]]:
    with data_api(environment) as api:
        yield api.cluster


@pytest.fixture
def admin(environment: Any, cluster: dict[str, Any]) -> Iterator[psycopg.Connection]:
    """The database without any table."""
    with environment.admin(cluster["DatabaseName"]) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {NAME}")
        yield connection
        connection.execute(f"DROP TABLE IF EXISTS {NAME}")


@pytest.fixture(params=["psycopg", "data api"])
def way(request: Any, environment: Any, cluster: dict[str, Any], admin: psycopg.Connection) -> tables.Way:
    if request.param == "psycopg":
        return Psycopg(admin)
    outputs = {
        "aurora_cluster_identifier": cluster["DBClusterIdentifier"],
        "aurora_database_name": cluster["DatabaseName"],
        "secret_manager_aurora_credentials_arn": cluster["MasterUserSecret"]["SecretArn"],
    }
    return DataApi(environment, outputs)


def columns(admin: psycopg.Connection) -> list[str]:
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position"
    return [str(name) for (name,) in admin.execute(query, [NAME]).fetchall()]


def test_new_table_is_made_once(way: tables.Way) -> None:
    assert tables.bring_up_to_date(way) == ["sql/01_create_tables.sql"]
    assert tables.bring_up_to_date(way) == []


def test_older_table_gets_its_column_and_only_that_file_is_told(
    way: tables.Way, admin: psycopg.Connection, tmp_path: Path
) -> None:
    tables.bring_up_to_date(way)
    (tmp_path / "0001_add_turno.sql").write_text(ADD_TURNO)
    (tmp_path / "0002_nothing.sql").write_text(f"ALTER TABLE {NAME} ALTER nome_aluno DROP NOT NULL;\n")
    assert tables.bring_up_to_date(way, tmp_path) == [relative(tmp_path / "0001_add_turno.sql")]
    assert columns(admin)[-1] == "turno"
    assert tables.bring_up_to_date(way, tmp_path) == []


def test_file_that_fails_is_named_and_nothing_of_it_stays(
    way: tables.Way, admin: psycopg.Connection, tmp_path: Path
) -> None:
    (tmp_path / "0001_add_turno.sql").write_text(f"{ADD_TURNO}ALTER TABLE {NAME} ADD turno2 no_such_type;\n")
    with pytest.raises(DatabaseError, match=r"0001_add_turno.sql failed[\s\S]*no_such_type"):
        tables.bring_up_to_date(way, tmp_path)
    assert "turno" not in columns(admin)


def test_table_that_no_file_mends_is_told(way: tables.Way, admin: psycopg.Connection) -> None:
    admin.execute((TOP / "tests" / "kit" / "first_table.sql").read_text())
    admin.execute(f"ALTER TABLE {NAME} DROP COLUMN regiao")
    with pytest.raises(CommandError, match=r"column regiao is missing[\s\S]*sql/migrations/README.md"):
        tables.bring_up_to_date(way)


def test_migration_without_a_number_of_its_own_is_refused(tmp_path: Path) -> None:
    for name in ("0001_a.sql", "0001_b.sql"):
        (tmp_path / name).touch()
    with pytest.raises(CommandError, match=r"0001_a.sql has no number of its own"):
        tables.migrations(tmp_path)
    (tmp_path / "0001_b.sql").rename(tmp_path / "b.sql")
    with pytest.raises(CommandError, match=r"b.sql has no number of its own"):
        tables.migrations(tmp_path)
