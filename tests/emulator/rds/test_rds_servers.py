"""Clusters with the same names are as apart as on AWS: each has its own server, password and data."""

from __future__ import annotations

from typing import Any

import psutil
import psycopg
import pytest

from scripts.base.waiting import NotReady, wait_for
from scripts.environment import postgres
from tests.kit.aws import unique
from tests.kit.rds import PASSWORD, RdsKit

pytestmark = pytest.mark.emulator
SECOND = "another-horse-battery"


@pytest.fixture(scope="module")
def kit(environment: Any) -> RdsKit:
    return RdsKit(environment)


@pytest.fixture
def names() -> dict[str, Any]:
    word = unique("twin").replace("-", "_")
    return {"MasterUsername": f"user_{word}", "DatabaseName": f"db_{word}"}


def test_clusters_of_the_same_names_have_their_own_user_database_and_settings(
    kit: RdsKit, names: dict[str, Any]
) -> None:
    with (
        kit.parameter_group(rds__force_ssl="1", work_mem="8192") as group,
        kit.cluster(**names) as one,
        kit.cluster(**names, MasterUserPassword=SECOND, DBClusterParameterGroupName=group) as other,
    ):
        assert one["Port"] != other["Port"]
        described = kit.rds.describe_db_instances(
            Filters=[{"Name": "db-cluster-id", "Values": [other["DBClusterArn"]]}]
        )
        assert described["DBInstances"][0]["Endpoint"]["Port"] == other["Port"]
        kit.refuses(one, "password authentication failed", password=SECOND)
        kit.refuses(other, "password authentication failed", password=PASSWORD)
        kit.refuses(other, "no encryption", password=SECOND, sslmode="disable")
        with kit.connect(one) as session:
            session.execute("CREATE TABLE only_here (id int)")
        with kit.connect(other, SECOND) as session:
            assert session.execute("SELECT to_regclass('only_here')").fetchone() == (None,)
            assert session.execute("SHOW work_mem").fetchone() == ("8MB",)
            assert session.execute("SELECT current_user, current_database()").fetchone() == tuple(names.values())
            with kit.connect(one) as first:
                assert _character(first) == _character(session)
    assert not kit.exists("role", names["MasterUsername"])
    assert _servers(kit) == []


def _character(session: psycopg.Connection[Any]) -> Any:
    """Returns what the two servers must have in common."""
    query = (
        "SELECT version(), current_setting('max_connections'), current_setting('timezone'), datlocprovider,"
        " daticulocale,"
        " pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
    )
    return session.execute(query).fetchone()


def test_certificate_of_a_second_server_is_the_environments(kit: RdsKit, names: dict[str, Any]) -> None:
    with kit.cluster(**names), kit.cluster(**names) as other:
        authority = str(kit.environment.instance.authority)
        kit.connect(other, sslmode="verify-full", sslrootcert=authority).close()


def test_cluster_of_a_second_server_outlives_the_death_of_both_servers(kit: RdsKit, names: dict[str, Any]) -> None:
    with kit.cluster(**names), kit.cluster(**names) as other:
        with kit.connect(other) as session:
            session.execute("CREATE TABLE kept AS SELECT 1 AS id")
        (second,) = _servers(kit)
        second.kill()
        _wait_for_rows(kit, other)
        server = postgres.daemon(kit.environment.instance).process()
        assert server is not None
        (second,) = _servers(kit)
        server.kill()
        _, alive = psutil.wait_procs([server, second], timeout=30)
        assert alive == [], "the second server outlived the first"
        postgres.start(kit.environment.instance)
        _wait_for_rows(kit, other)


def _wait_for_rows(kit: RdsKit, cluster: dict[str, Any]) -> None:
    def there() -> None:
        try:
            with kit.connect(cluster) as session:
                assert session.execute("SELECT id FROM kept").fetchall() == [(1,)]
        except psycopg.OperationalError as error:
            raise NotReady(error) from error

    wait_for("the cluster", there, seconds=60, remedy="see PostgreSQL's log")


def _servers(kit: RdsKit) -> list[psutil.Process]:
    """Returns the servers beside the first one."""
    with kit.environment.admin() as connection:
        (data,) = connection.execute("SHOW data_directory").fetchone()
    return [
        each
        for each in psutil.process_iter()
        if any(part.startswith(f"{data}/emulator_clusters") for part in _told(each))
    ]


def _told(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
