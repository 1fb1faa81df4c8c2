"""A DB cluster has a real role and database, and RDS refuses what AWS refuses."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.kit.aws import refused, unique
from tests.kit.rds import ENGINE, PASSWORD, RdsKit

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def kit(environment: Any) -> RdsKit:
    return RdsKit(environment)


def test_master_user_owns_a_database_and_may_make_more(kit: RdsKit) -> None:
    with kit.cluster() as cluster, kit.connect(cluster) as session:
        session.execute("CREATE TABLE notas (nota int)")
        session.execute("CREATE ROLE app_role_of_cluster LOGIN PASSWORD 'reader-of-tests'")
        session.execute("CREATE DATABASE second_database")
        session.execute("GRANT rds_superuser TO app_role_of_cluster")
        with kit.connect(cluster, dbname="second_database") as second:
            assert second.execute("SELECT current_database()").fetchone() == ("second_database",)
        with kit.connect(cluster, "reader-of-tests", user="app_role_of_cluster") as reader:
            assert reader.execute("SELECT current_user").fetchone() == ("app_role_of_cluster",)
        row = session.execute("SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert row.fetchone() == (False, True, True)
    for kind, name in (
        ("role", cluster["MasterUsername"]),
        ("role", "app_role_of_cluster"),
        ("database", cluster["DatabaseName"]),
        ("database", "second_database"),
    ):
        assert not kit.exists(kind, name), f"{kind} {name} is left"


def test_nobody_but_the_clusters_users_gets_in(kit: RdsKit) -> None:
    with kit.cluster() as one, kit.cluster() as other:
        kit.refuses(one, "password authentication failed", password="something-else")
        kit.connect(one).close()
        kit.connect(other).close()


def test_a_cluster_without_an_instance_cannot_be_reached(kit: RdsKit) -> None:
    with kit.cluster(instances=0) as cluster:
        kit.refuses(cluster, "no pg_hba.conf entry")
        instance = kit.instance(cluster["DBClusterIdentifier"])
        session = kit.connect(cluster)
        kit.rds.delete_db_instance(DBInstanceIdentifier=instance)
        kit.refuses(cluster, "no pg_hba.conf entry")
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")


def test_password_changes_at_once(kit: RdsKit) -> None:
    with kit.cluster() as cluster:
        kit.rds.modify_db_cluster(
            DBClusterIdentifier=cluster["DBClusterIdentifier"],
            MasterUserPassword="another-password",
            ApplyImmediately=False,
        )
        kit.connect(cluster, "another-password").close()
        kit.refuses(cluster, "password authentication failed")


def test_passwords_stay_out_of_logs(kit: RdsKit) -> None:
    password = "never-in-a-log-of-anything"
    with kit.cluster(MasterUserPassword=password) as cluster:
        kit.connect(cluster, password).close()
        with kit.environment.admin() as connection:
            row = connection.execute(
                "SELECT rolpassword FROM pg_authid WHERE rolname = %s", (cluster["MasterUsername"],)
            ).fetchone()
    assert row[0].startswith("SCRAM-SHA-256$")
    for log in kit.environment.instance.folder.rglob("*.log"):
        assert password not in log.read_text(errors="replace"), log


def test_a_cluster_made_again_after_the_emulator_forgot_it_finds_its_own(kit: RdsKit) -> None:
    arguments = kit.arguments()
    name = arguments["DBClusterIdentifier"]
    arn = f"arn:aws:rds:us-east-1:000000000000:cluster:{name}"
    with kit.environment.admin() as connection:  # An earlier run of the emulator left these.
        connection.execute(f"CREATE ROLE {arguments['MasterUsername']} LOGIN")
        connection.execute(f"COMMENT ON ROLE {arguments['MasterUsername']} IS '{arn}'")
        connection.execute(f"CREATE DATABASE {arguments['DatabaseName']} OWNER {arguments['MasterUsername']}")
        connection.execute(f"COMMENT ON DATABASE {arguments['DatabaseName']} IS '{arn}'")
    kit.rds.create_db_cluster(**arguments)
    kit.instance(name)
    kit.connect(kit.describe(name)).close()
    kit.remove(name)
    assert not kit.exists("role", arguments["MasterUsername"])
    assert not kit.exists("database", arguments["DatabaseName"])


def test_what_is_not_the_clusters_own_is_neither_taken_nor_dropped(kit: RdsKit) -> None:
    with kit.cluster() as cluster:
        with refused("NotSupportedByEmulator", "is not a cluster's"):
            kit.rds.create_db_cluster(**kit.arguments(DatabaseName="postgres"))
        kit.connect(cluster).close()
    assert kit.exists("database", "postgres")


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"EngineVersion": "15.5"}, "InvalidParameterCombination", "Cannot find version 15.5 for aurora-postgresql"),
        ({"EngineVersion": "16.99"}, "InvalidParameterCombination", "Cannot find version 16.99 for aurora-postgresql"),
        ({"EngineVersion": "16.4"}, "InvalidParameterCombination", "Cannot find version 16.4 for aurora-postgresql"),
        ({"EngineVersion": "16.99x"}, "InvalidParameterCombination", "Cannot find version 16.99x"),
        ({"EngineVersion": "10"}, "InvalidParameterCombination", "Cannot find version 10 for aurora-postgresql"),
        ({"EngineVersion": "16"}, "NotSupportedByEmulator", "without a minor version"),
        ({"EngineVersion": "16.8-limitless"}, "NotSupportedByEmulator", "16.8-limitless is not supported"),
        (
            {"DBClusterParameterGroupName": "default.aurora-postgresql15"},
            "InvalidParameterCombination",
            "The parameter group default.aurora-postgresql15 with DBParameterGroupFamily aurora-postgresql15 can't be "
            "used for this instance. Use a parameter group with DBParameterGroupFamily aurora-postgresql16.",
        ),
        (
            {"ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 0.5}},
            "InvalidParameterValue",
            "Serverless v2 maximum capacity 0.5 isn't valid. The maximum capacity must be at least 1.0.",
        ),
        (
            {"ServerlessV2ScalingConfiguration": {"MaxCapacity": 2}},
            "InvalidParameterValue",
            "Both MinCapacity and MaxCapacity must be specified",
        ),
        ({"EngineVersion": "17.7"}, "NotSupportedByEmulator", "PostgreSQL 16 stands behind"),
        ({"EngineVersion": None}, "NotSupportedByEmulator", "without a minor version"),
        ({"Engine": "aurora-mysql"}, "NotSupportedByEmulator", "Engine aurora-mysql"),
        ({"Engine": "postgresql"}, "InvalidParameterValue", "Invalid DB engine"),
        (
            {"EngineMode": "serverless"},
            "InvalidParameterValue",
            "The engine mode serverless you requested is currently unavailable.",
        ),
        ({"MasterUsername": "rdsadmin"}, "InvalidParameterValue", "reserved word"),
        ({"MasterUsername": "admin"}, "InvalidParameterValue", "reserved word"),
        ({"MasterUsername": "select"}, "InvalidParameterValue", "reserved word"),
        ({"MasterUsername": "pg_reader"}, "InvalidParameterValue", "reserved word"),
        ({"MasterUsername": "1letrus"}, "InvalidParameterValue", "MasterUsername"),
        ({"MasterUsername": None}, "InvalidParameterValue", "MasterUsername must be provided"),
        ({"DatabaseName": "letrus-de"}, "InvalidParameterValue", "DatabaseName must begin with a letter"),
        ({"DatabaseName": "rdsadmin"}, "InvalidParameterValue", "reserved word"),
        ({"MasterUserPassword": "short"}, "InvalidParameterValue", "shorter than 8"),
        ({"MasterUserPassword": "with/slash-in-it"}, "InvalidParameterValue", "Only printable ASCII"),
        ({"MasterUserPassword": None}, "InvalidParameterValue", "MasterUserPassword must be provided"),
        ({"ManageMasterUserPassword": True}, "InvalidParameterCombination", "ManageMasterUserPassword"),
        ({"DBSubnetGroupName": "nowhere"}, "DBSubnetGroupNotFoundFault", "nowhere"),
        ({"DBClusterParameterGroupName": "nothing"}, "DBParameterGroupNotFound", "nothing"),
        ({"VpcSecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidParameterValue", "sg-0123456789abcdef0"),
        ({"KmsKeyId": "alias/absent", "StorageEncrypted": True}, "KMSKeyNotAccessibleFault", "alias/absent"),
        ({"DBClusterIdentifier": "two--hyphens"}, "InvalidParameterValue", "two consecutive hyphens"),
        ({"BackupRetentionPeriod": 36}, "InvalidParameterValue", "between 1 and 35"),
        ({"Port": 1234}, "NotSupportedByEmulator", "leave Port out"),
        ({"DatabaseInsightsMode": "advanced"}, "InvalidParameterCombination", "465 days"),
    ],
)
def test_refused_as_on_aws_or_said_to_be_unsupported(
    kit: RdsKit, changes: dict[str, Any], code: str, message: str
) -> None:
    arguments = kit.arguments(**changes)
    with refused(code, message):
        kit.rds.create_db_cluster(**arguments)
    assert not kit.exists("database", arguments["DatabaseName"]), "a refused cluster left a database"


@pytest.mark.parametrize(
    ("scaling", "code"),
    [
        ({"MinCapacity": 0.3, "MaxCapacity": 1}, "InvalidParameterValue"),
        ({"MinCapacity": 0, "MaxCapacity": 0.5}, "InvalidParameterValue"),
        ({"MinCapacity": 2, "MaxCapacity": 1}, "InvalidParameterValue"),
        ({"MinCapacity": 0, "MaxCapacity": 257}, "InvalidParameterValue"),
        ({"MinCapacity": 0, "MaxCapacity": 1, "SecondsUntilAutoPause": 299}, "InvalidParameterValue"),
        ({"MinCapacity": 0.5, "MaxCapacity": 1, "SecondsUntilAutoPause": 300}, "InvalidParameterCombination"),
    ],
)
def test_capacity_that_aws_refuses(kit: RdsKit, scaling: dict[str, Any], code: str) -> None:
    with refused(code):
        kit.rds.create_db_cluster(**kit.arguments(ServerlessV2ScalingConfiguration=scaling))


def test_described_as_it_was_made(kit: RdsKit) -> None:
    group = kit.ec2.create_security_group(GroupName=unique("group"), Description="aurora", VpcId=kit.vpc)["GroupId"]
    key = kit.client("kms").create_key()["KeyMetadata"]["Arn"]
    with kit.cluster(
        VpcSecurityGroupIds=[group],
        StorageEncrypted=True,
        KmsKeyId=key,
        BackupRetentionPeriod=7,
        CopyTagsToSnapshot=True,
        EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=["postgresql"],
        DatabaseInsightsMode="standard",
        ServerlessV2ScalingConfiguration={"MinCapacity": 0, "MaxCapacity": 2, "SecondsUntilAutoPause": 600},
        Tags=[{"Key": "Projeto", "Value": "letrus"}],
    ) as cluster:
        again = kit.describe(cluster["DBClusterIdentifier"])
        described = kit.rds.describe_db_instances(
            Filters=[{"Name": "db-cluster-id", "Values": [cluster["DBClusterArn"]]}]
        )
    expected = {
        "Status": "available",
        "Engine": ENGINE,
        "EngineMode": "provisioned",
        "EngineVersion": "16.8",
        "StorageEncrypted": True,
        "KmsKeyId": key,
        "BackupRetentionPeriod": 7,
        "CopyTagsToSnapshot": True,
        "IAMDatabaseAuthenticationEnabled": True,
        "EnabledCloudwatchLogsExports": ["postgresql"],
        "DatabaseInsightsMode": "standard",
        "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.0, "MaxCapacity": 2.0, "SecondsUntilAutoPause": 600},
        "VpcSecurityGroups": [{"VpcSecurityGroupId": group, "Status": "active"}],
        "TagList": [{"Key": "Projeto", "Value": "letrus"}],
        "DBClusterParameterGroup": "default.aurora-postgresql16",
    }
    assert {name: cluster.get(name) for name in expected} == expected
    assert len(cluster["AvailabilityZones"]) == 3
    assert "ScalingConfigurationInfo" not in cluster, "Terraform would plan a change for ever"
    assert "MasterUserSecret" not in cluster
    stable = ("PreferredBackupWindow", "PreferredMaintenanceWindow", "DbClusterResourceId", "HostedZoneId")
    assert all(cluster[name] and cluster[name] == again[name] for name in stable)
    (instance,) = described["DBInstances"]
    assert instance["KmsKeyId"] == key
    assert instance["Endpoint"]["Port"] == cluster["Port"]
    assert cluster["DBClusterMembers"] == [
        {
            "DBInstanceIdentifier": instance["DBInstanceIdentifier"],
            "IsClusterWriter": True,
            "DBClusterParameterGroupStatus": "in-sync",
            "PromotionTier": 1,
        }
    ]


def test_changes_are_kept(kit: RdsKit) -> None:
    with kit.cluster() as cluster:
        name = cluster["DBClusterIdentifier"]
        kit.rds.modify_db_cluster(
            DBClusterIdentifier=name,
            ApplyImmediately=True,
            BackupRetentionPeriod=9,
            ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 4},
            CloudwatchLogsExportConfiguration={"EnableLogTypes": ["postgresql"]},
            EngineVersion="16.9",
        )
        after = kit.describe(name)
        assert after["BackupRetentionPeriod"] == 9
        assert after["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 4.0}
        assert after["EnabledCloudwatchLogsExports"] == ["postgresql"]
        assert after["EngineVersion"] == "16.9"
        kit.rds.modify_db_cluster(DBClusterIdentifier=name, ApplyImmediately=False, EngineVersion="16.10")
        after = kit.describe(name)
        assert (after["EngineVersion"], after["PendingModifiedValues"]) == ("16.9", {"EngineVersion": "16.10"})
        with refused("InvalidParameterCombination", "Cannot upgrade"):
            kit.rds.modify_db_cluster(DBClusterIdentifier=name, ApplyImmediately=True, EngineVersion="16.8")


def test_deletion_is_guarded_as_on_aws(kit: RdsKit) -> None:
    with kit.cluster(DeletionProtection=True) as cluster:
        name = cluster["DBClusterIdentifier"]
        instance = cluster["DBClusterMembers"][0]["DBInstanceIdentifier"]
        with refused(
            "InvalidParameterCombination", "Cannot delete protected Cluster, please disable deletion protection"
        ):
            kit.rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
        kit.rds.modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=False)
        with refused("InvalidDBClusterStateFault", "it still contains DB instances in non-deleting state"):
            kit.rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
        kit.rds.delete_db_instance(DBInstanceIdentifier=instance)
        with refused("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required"):
            kit.rds.delete_db_cluster(DBClusterIdentifier=name)
        with refused("NotSupportedByEmulator", "final snapshot"):
            kit.rds.delete_db_cluster(DBClusterIdentifier=name, FinalDBSnapshotIdentifier="last")
        assert kit.exists("database", cluster["DatabaseName"])
        kit.rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
        with refused("DBClusterNotFoundFault", name):
            kit.rds.describe_db_clusters(DBClusterIdentifier=name)


def test_a_second_cluster_of_the_same_name_is_refused(kit: RdsKit) -> None:
    with kit.cluster() as cluster:
        with refused("DBClusterAlreadyExistsFault"):
            kit.rds.create_db_cluster(**kit.arguments(DBClusterIdentifier=cluster["DBClusterIdentifier"].upper()))
        kit.connect(cluster, PASSWORD).close()
