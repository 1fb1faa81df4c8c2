"""DB instances, and operations around clusters: tags, filters, pages, versions, classes, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.aws import refused, unique
from tests.kit.rds import ENGINE, FAMILY, RdsKit

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def kit(environment: Any) -> RdsKit:
    return RdsKit(environment)


def test_first_instance_writes_and_the_next_takes_over(kit: RdsKit) -> None:
    with kit.cluster(instances=2) as cluster:
        first, second = cluster["DBClusterMembers"]
        assert (first["IsClusterWriter"], second["IsClusterWriter"]) == (True, False)
        assert cluster["MultiAZ"] is True
        kit.rds.delete_db_instance(DBInstanceIdentifier=first["DBInstanceIdentifier"])
        (left,) = kit.describe(cluster["DBClusterIdentifier"])["DBClusterMembers"]
        assert (left["DBInstanceIdentifier"], left["IsClusterWriter"]) == (second["DBInstanceIdentifier"], True)
        kit.connect(cluster).close()
        with refused("DBInstanceNotFound", first["DBInstanceIdentifier"]):
            kit.rds.describe_db_instances(DBInstanceIdentifier=first["DBInstanceIdentifier"])


def test_options_of_an_instance_are_kept_and_changed(kit: RdsKit) -> None:
    key = kit.client("kms").create_key()["KeyMetadata"]["Arn"]
    with kit.cluster(instances=0) as cluster:
        name = kit.instance(
            cluster["DBClusterIdentifier"],
            AutoMinorVersionUpgrade=False,
            CopyTagsToSnapshot=True,
            EnablePerformanceInsights=True,
            PerformanceInsightsKMSKeyId=key,
            PerformanceInsightsRetentionPeriod=31,
            PromotionTier=0,
            PreferredMaintenanceWindow="Sun:05:00-Sun:06:00",
        )
        (instance,) = kit.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        expected = {
            "AutoMinorVersionUpgrade": False,
            "CopyTagsToSnapshot": True,
            "PerformanceInsightsEnabled": True,
            "PerformanceInsightsKMSKeyId": key,
            "PerformanceInsightsRetentionPeriod": 31,
            "PromotionTier": 0,
            "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
            "DBInstanceStatus": "available",
            "PubliclyAccessible": False,
            "MonitoringInterval": 0,
        }
        assert {one: instance[one] for one in expected} == expected
        change = {"DBInstanceIdentifier": name, "DBInstanceClass": "db.r6g.large"}
        kit.rds.modify_db_instance(**change, PromotionTier=3)
        (instance,) = kit.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        assert (instance["DBInstanceClass"], instance["PromotionTier"]) == ("db.serverless", 3)
        assert instance["PendingModifiedValues"] == {"DBInstanceClass": "db.r6g.large"}
        kit.rds.modify_db_instance(**change, ApplyImmediately=True)
        (instance,) = kit.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        assert instance["DBInstanceClass"] == "db.r6g.large"


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        (
            {"DBInstanceClass": "db.t2.micro"},
            "InvalidParameterCombination",
            "DBInstanceClass=db.t2.micro, Engine=aurora-postgresql, EngineVersion=16.8, "
            "LicenseModel=postgresql-license. For supported combinations",
        ),
        ({"DBInstanceClass": "db.r6g.huge"}, "InvalidParameterValue", "Invalid DB Instance class: db.r6g.huge"),
        ({"DBParameterGroupName": "default.aurora-postgresql17"}, "InvalidParameterCombination", "can't be used"),
        ({"DBInstanceClass": "large"}, "InvalidParameterValue", "Invalid DB Instance class: large"),
        ({"EngineVersion": "16.9"}, "InvalidParameterCombination", "does not match"),
        ({"MonitoringInterval": 60}, "InvalidParameterCombination", "MonitoringRoleARN"),
        ({"AvailabilityZone": "us-east-1f"}, "InvalidParameterCombination", "us-east-1f"),
        ({"DBParameterGroupName": "nothing"}, "DBParameterGroupNotFound", "nothing"),
        ({"MultiAZ": True}, "NotSupportedByEmulator", "MultiAZ"),
    ],
)
def test_instances_that_are_refused(kit: RdsKit, changes: dict[str, Any], code: str, message: str) -> None:
    with kit.cluster(instances=0) as cluster:
        with refused(code, message):
            kit.instance(cluster["DBClusterIdentifier"], **changes)
        assert kit.describe(cluster["DBClusterIdentifier"])["DBClusterMembers"] == []


def test_serverless_class_needs_capacity_on_the_cluster(kit: RdsKit) -> None:
    with kit.cluster(instances=0, ServerlessV2ScalingConfiguration=None) as cluster:
        with refused("InvalidParameterCombination", "Set the Serverless v2 scaling configuration"):
            kit.instance(cluster["DBClusterIdentifier"])
        kit.instance(cluster["DBClusterIdentifier"], DBInstanceClass="db.t4g.medium")


def test_instances_need_a_cluster(kit: RdsKit) -> None:
    arguments = {"DBInstanceIdentifier": unique("i"), "DBInstanceClass": "db.serverless", "Engine": ENGINE}
    with refused("DBClusterNotFoundFault", "nowhere"):
        kit.rds.create_db_instance(**arguments, DBClusterIdentifier="nowhere")
    with refused("NotSupportedByEmulator", "DBClusterIdentifier"):
        kit.rds.create_db_instance(**arguments)


def test_every_kind_of_resource_has_tags(kit: RdsKit) -> None:
    with kit.parameter_group() as group, kit.cluster() as cluster:
        member = cluster["DBClusterMembers"][0]["DBInstanceIdentifier"]
        arn = cluster["DBClusterArn"].rsplit(":", 2)[0]
        for name in (
            cluster["DBClusterArn"],
            f"{arn}:db:{member}",
            f"{arn}:cluster-pg:{group}",
            f"{arn}:subgrp:{kit.subnet_group}",
        ):
            kit.rds.add_tags_to_resource(
                ResourceName=name, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
            )
            kit.rds.remove_tags_from_resource(ResourceName=name, TagKeys=["a"])
            assert kit.rds.list_tags_for_resource(ResourceName=name)["TagList"] == [{"Key": "b", "Value": "2"}]
        with refused("InvalidParameterValue", "aws:"):
            kit.rds.add_tags_to_resource(ResourceName=cluster["DBClusterArn"], Tags=[{"Key": "aws:x", "Value": "1"}])
        with refused("DBClusterNotFoundFault", "nowhere"):
            kit.rds.list_tags_for_resource(ResourceName=f"{arn}:cluster:nowhere")


def test_lists_come_filtered_and_in_pages(kit: RdsKit) -> None:
    names = [unique("page") for _ in range(21)]
    for name in names:
        kit.rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=name, DBParameterGroupFamily=FAMILY, Description="d"
        )
    first = kit.rds.describe_db_cluster_parameter_groups(MaxRecords=20)
    assert len(first["DBClusterParameterGroups"]) == 20
    pages = kit.rds.get_paginator("describe_db_cluster_parameter_groups").paginate(PaginationConfig={"PageSize": 20})
    found = [one["DBClusterParameterGroupName"] for page in pages for one in page["DBClusterParameterGroups"]]
    assert set(names) <= set(found)
    assert len(found) == len(set(found))
    for name in names:
        kit.rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName=name)
    with refused("InvalidParameterValue", "MaxRecords"):
        kit.rds.describe_db_clusters(MaxRecords=5)
    with refused("InvalidParameterValue", "Unrecognized filter name: colour"):
        kit.rds.describe_db_clusters(Filters=[{"Name": "colour", "Values": ["red"]}])
    with kit.cluster(instances=0) as one, kit.cluster(instances=0):
        found = kit.rds.describe_db_clusters(
            Filters=[{"Name": "db-cluster-id", "Values": [one["DBClusterIdentifier"]]}]
        )["DBClusters"]
        assert [each["DBClusterArn"] for each in found] == [one["DBClusterArn"]]


def test_versions_and_classes_are_those_that_can_be_had(kit: RdsKit) -> None:
    versions = kit.rds.describe_db_engine_versions(Engine=ENGINE)["DBEngineVersions"]
    assert {one["DBParameterGroupFamily"] for one in versions} == {FAMILY}
    assert [one["EngineVersion"] for one in versions] == ["16.8", "16.9", "16.10", "16.11", "16.13", "16.14"]
    assert kit.rds.describe_db_engine_versions(Engine=ENGINE, EngineVersion="15.5")["DBEngineVersions"] == []
    options = kit.rds.describe_orderable_db_instance_options(
        Engine=ENGINE, EngineVersion="16.8", DBInstanceClass="db.serverless"
    )["OrderableDBInstanceOptions"]
    assert [(one["DBInstanceClass"], one["EngineVersion"]) for one in options] == [("db.serverless", "16.8")]


def test_there_are_no_global_clusters(kit: RdsKit) -> None:
    assert kit.rds.describe_global_clusters()["GlobalClusters"] == []
    with refused("GlobalClusterNotFoundFault", "world"):
        kit.rds.describe_global_clusters(GlobalClusterIdentifier="world")


@pytest.mark.parametrize("operation", ["describe_db_snapshots", "describe_db_proxies", "describe_db_log_files"])
def test_operations_that_are_not_there_say_so_and_are_not_repeated(kit: RdsKit, operation: str) -> None:
    arguments = {"DBInstanceIdentifier": "x"} if operation == "describe_db_log_files" else {}
    with refused("NotSupportedByEmulator", "rds:Describe"):
        getattr(kit.rds, operation)(**arguments)
