"""PostgreSQL applies rds.force_ssl and the other parameters of a cluster's group when AWS would."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.kit.rds import RdsKit

pytestmark = pytest.mark.emulator

NO_TLS = "no pg_hba.conf entry for host .* no encryption"


@pytest.fixture(scope="module")
def kit(environment: Any) -> RdsKit:
    return RdsKit(environment)


def one(cursor: psycopg.Cursor) -> Any:
    """Returns the only value of a query's result."""
    ((value,),) = cursor.fetchall()
    return value


def test_force_ssl_refuses_a_plain_connection(kit: RdsKit) -> None:
    with kit.parameter_group(rds__force_ssl="1") as group, kit.cluster(DBClusterParameterGroupName=group) as cluster:
        kit.refuses(cluster, NO_TLS, sslmode="disable")
        with kit.connect(cluster, sslmode="require") as session:
            assert session.pgconn.ssl_in_use


def test_without_force_ssl_a_plain_connection_is_taken(kit: RdsKit) -> None:
    with kit.cluster() as cluster, kit.connect(cluster, sslmode="disable") as session:
        assert not session.pgconn.ssl_in_use
        assert cluster["DBClusterParameterGroup"] == "default.aurora-postgresql16"


def test_force_ssl_is_dynamic(kit: RdsKit) -> None:
    with kit.parameter_group() as group, kit.cluster(DBClusterParameterGroupName=group) as cluster:
        kit.connect(cluster, sslmode="disable").close()
        kit.set(group, rds__force_ssl="1")
        kit.refuses(cluster, NO_TLS, sslmode="disable")
        kit.rds.reset_db_cluster_parameter_group(
            DBClusterParameterGroupName=group,
            Parameters=[{"ParameterName": "rds.force_ssl", "ApplyMethod": "immediate"}],
        )
        kit.connect(cluster, sslmode="disable").close()


def test_pending_reboot_waits_for_a_reboot(kit: RdsKit) -> None:
    with kit.parameter_group() as group, kit.cluster(DBClusterParameterGroupName=group) as cluster:
        (member,) = cluster["DBClusterMembers"]
        kit.set(group, "pending-reboot", rds__force_ssl="1")
        kit.connect(cluster, sslmode="disable").close()
        (waiting,) = kit.describe(cluster["DBClusterIdentifier"])["DBClusterMembers"]
        assert waiting["DBClusterParameterGroupStatus"] == "pending-reboot"
        kit.rds.reboot_db_instance(DBInstanceIdentifier=member["DBInstanceIdentifier"])
        kit.refuses(cluster, NO_TLS, sslmode="disable")
        (rebooted,) = kit.describe(cluster["DBClusterIdentifier"])["DBClusterMembers"]
        assert rebooted["DBClusterParameterGroupStatus"] == "in-sync"


def test_another_group_waits_for_a_reboot(kit: RdsKit) -> None:
    with kit.parameter_group(rds__force_ssl="1") as group, kit.cluster() as cluster:
        name, (member,) = cluster["DBClusterIdentifier"], cluster["DBClusterMembers"]
        kit.rds.modify_db_cluster(DBClusterIdentifier=name, DBClusterParameterGroupName=group, ApplyImmediately=True)
        kit.connect(cluster, sslmode="disable").close()
        kit.rds.reboot_db_instance(DBInstanceIdentifier=member["DBInstanceIdentifier"])
        kit.refuses(cluster, NO_TLS, sslmode="disable")
        kit.remove(name)


def test_settings_of_sessions_are_in_force(kit: RdsKit) -> None:
    settings = {"log_statement": "ddl", "log_min_duration_statement": "1000", "statement_timeout": "5000"}
    with kit.parameter_group(**settings) as group, kit.cluster(DBClusterParameterGroupName=group) as cluster:
        with kit.connect(cluster) as session:
            shown = {name: one(session.execute(f"SHOW {name}")) for name in settings}
        assert shown == {"log_statement": "ddl", "log_min_duration_statement": "1s", "statement_timeout": "5s"}
        kit.set(group, log_statement="none")
        with kit.connect(cluster) as session:
            assert session.execute("SHOW log_statement").fetchone() == ("none",)


def test_one_clusters_force_ssl_is_not_anothers(kit: RdsKit) -> None:
    with (
        kit.parameter_group(rds__force_ssl="1") as group,
        kit.cluster(DBClusterParameterGroupName=group) as strict,
        kit.cluster() as lenient,
    ):
        kit.refuses(strict, NO_TLS, sslmode="disable")
        kit.connect(lenient, sslmode="disable").close()


def test_a_server_whose_rules_were_written_by_another_gets_ours(kit: RdsKit) -> None:
    """The postgres image admits every client. The first cluster corrects that once."""
    with kit.environment.admin() as connection:
        path = one(connection.execute("SHOW hba_file"))

        def read() -> list[str]:
            return str(one(connection.execute("SELECT pg_read_file(%s)", (path,)))).splitlines()

        def write(lines: list[str]) -> None:
            values = ", ".join("'" + line.replace("'", "''") + "'" for line in lines)
            connection.execute(f"COPY (SELECT unnest(ARRAY[{values}])) TO '{path}'")
            connection.execute("SELECT pg_reload_conf()")

        before = read()
        try:
            write(["host all all all scram-sha-256", "local all all scram-sha-256"])
            with kit.cluster(instances=0) as cluster:
                kit.refuses(cluster, "no pg_hba.conf entry")
                kit.instance(cluster["DBClusterIdentifier"])
                kit.connect(cluster).close()
                after = read()
        finally:
            write(before)
    assert after == [
        "local all all scram-sha-256",
        "include_if_exists emulator_hba.conf",
        'host all "rdsadmin" all scram-sha-256',
    ]
