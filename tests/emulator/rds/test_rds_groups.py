"""Subnet groups and parameter groups."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.aws import refused, unique
from tests.kit.rds import FAMILY, RdsKit

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def kit(environment: Any) -> RdsKit:
    return RdsKit(environment)


def test_subnet_group_lives_from_create_to_delete(kit: RdsKit) -> None:
    name = unique("Subnets")
    arguments = {"DBSubnetGroupName": name, "DBSubnetGroupDescription": "one", "SubnetIds": kit.subnets}
    created = kit.rds.create_db_subnet_group(**arguments)["DBSubnetGroup"]
    assert (created["DBSubnetGroupName"], created["VpcId"]) == (name.lower(), kit.vpc)
    assert {one["SubnetIdentifier"]: one["SubnetAvailabilityZone"]["Name"] for one in created["Subnets"]} == {
        kit.subnets[0]: "us-east-1a",
        kit.subnets[1]: "us-east-1b",
    }
    with refused("DBSubnetGroupAlreadyExists", name.lower()):
        kit.rds.create_db_subnet_group(**arguments)
    third = kit.subnet(20, "c")
    kit.rds.modify_db_subnet_group(DBSubnetGroupName=name, SubnetIds=[kit.subnets[0], third])
    (group,) = kit.rds.describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"]
    assert [one["SubnetIdentifier"] for one in group["Subnets"]] == [kit.subnets[0], third]
    assert group["DBSubnetGroupDescription"] == "one"
    kit.rds.delete_db_subnet_group(DBSubnetGroupName=name)
    with refused("DBSubnetGroupNotFoundFault", name):
        kit.rds.describe_db_subnet_groups(DBSubnetGroupName=name)


def test_subnets_are_those_of_ec2_and_lie_in_two_zones_of_one_vpc(kit: RdsKit) -> None:
    def create(*subnets: str) -> None:
        kit.rds.create_db_subnet_group(
            DBSubnetGroupName=unique("g"), DBSubnetGroupDescription="d", SubnetIds=list(subnets)
        )

    with refused("InvalidParameterValue", "subnet-0123456789abcdef0"):
        create(kit.subnets[0], "subnet-0123456789abcdef0")
    with refused("DBSubnetGroupDoesNotCoverEnoughAZs", "us-east-1a"):
        create(kit.subnets[0], kit.subnet(21, "a"))
    with refused("InvalidSubnet"):
        create(kit.subnets[0], RdsKit(kit.environment).subnets[1])


def test_groups_in_use_stay(kit: RdsKit) -> None:
    with kit.parameter_group() as group, kit.cluster(instances=0, DBClusterParameterGroupName=group) as cluster:
        with refused("InvalidDBSubnetGroupStateFault", cluster["DBClusterIdentifier"]):
            kit.rds.delete_db_subnet_group(DBSubnetGroupName=kit.subnet_group)
        with refused("InvalidDBParameterGroupState", group):
            kit.rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName=group)


def test_parameters_of_users_are_told_from_defaults(kit: RdsKit) -> None:
    with kit.parameter_group(log_statement="ddl") as group:
        kit.set(group, "pending-reboot", max_connections="200")
        pages = kit.rds.get_paginator("describe_db_cluster_parameters")
        own = [
            one
            for page in pages.paginate(DBClusterParameterGroupName=group, Source="user")
            for one in page["Parameters"]
        ]
        kept = ("ParameterName", "ParameterValue", "ApplyMethod", "ApplyType", "Source", "IsModifiable")
        assert [tuple(one[name] for name in kept) for one in own] == [
            ("log_statement", "ddl", "immediate", "dynamic", "user", True),
            ("max_connections", "200", "pending-reboot", "static", "user", True),
        ]
        by_name = {
            one["ParameterName"]: one
            for page in pages.paginate(DBClusterParameterGroupName=group)
            for one in page["Parameters"]
        }
        assert len(by_name) > 100
        assert (by_name["rds.force_ssl"]["ParameterValue"], by_name["rds.force_ssl"]["Source"]) == ("0", "system")
        kit.rds.reset_db_cluster_parameter_group(DBClusterParameterGroupName=group, ResetAllParameters=True)
        answer = kit.rds.describe_db_cluster_parameters(DBClusterParameterGroupName=group, Source="user")
        assert answer["Parameters"] == []


@pytest.mark.parametrize(
    ("name", "value", "method", "code", "message"),
    [
        ("no_such_parameter", "1", "immediate", "InvalidParameterValue", "Could not find parameter with name"),
        ("rds.force_ssl", "yes", "immediate", "InvalidParameterValue", "allowed values are: 0,1"),
        ("log_statement", "some", "immediate", "InvalidParameterValue", "allowed values are: none,ddl,mod,all"),
        ("work_mem", "63", "immediate", "InvalidParameterValue", "allowed values are: 64-2147483647"),
        ("work_mem", "64MB", "immediate", "InvalidParameterValue", "allowed values are"),
        ("max_connections", "200", "immediate", "InvalidParameterCombination", "immediate apply method for static"),
        ("rds.extensions", "postgis", "pending-reboot", "InvalidParameterValue", "cannot be modified"),
        ("geqo_seed", "0.5", "immediate", "NotSupportedByEmulator", "geqo_seed"),
    ],
)
def test_parameters_that_are_refused(kit: RdsKit, name: str, value: str, method: str, code: str, message: str) -> None:
    with kit.parameter_group() as group:
        with refused(code, message):
            kit.rds.modify_db_cluster_parameter_group(
                DBClusterParameterGroupName=group,
                Parameters=[{"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}],
            )
        answer = kit.rds.describe_db_cluster_parameters(DBClusterParameterGroupName=group, Source="user")
        assert answer["Parameters"] == []


def test_a_value_that_postgres_refuses_changes_nothing(kit: RdsKit) -> None:
    with kit.parameter_group(timezone="UTC") as group, kit.cluster(DBClusterParameterGroupName=group) as cluster:
        with refused("InvalidParameterValue", "timezone"):
            kit.set(group, timezone="Nowhere/Land")
        with kit.connect(cluster) as session:
            assert session.execute("SHOW timezone").fetchone() == ("UTC",)
        (own,) = kit.rds.describe_db_cluster_parameters(DBClusterParameterGroupName=group, Source="user")["Parameters"]
        assert own["ParameterValue"] == "UTC"


@pytest.mark.parametrize(
    ("family", "code"),
    [
        ("postgres16", "NotSupportedByEmulator"),
        ("aurora-mysql8.0", "NotSupportedByEmulator"),
        ("postgres-aurora", "InvalidParameterValue"),
        ("postgresql16", "InvalidParameterValue"),
        ("aurora-postgresql99", "InvalidParameterValue"),
    ],
)
def test_families(kit: RdsKit, family: str, code: str) -> None:
    with refused(code, family):
        kit.rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=unique("p"), DBParameterGroupFamily=family, Description="d"
        )


def test_group_of_another_version_is_made_and_used_by_no_cluster(kit: RdsKit) -> None:
    name = unique("older")
    kit.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=name, DBParameterGroupFamily="aurora-postgresql15", Description="d"
    )
    sentence = (
        f"The parameter group {name} with DBParameterGroupFamily aurora-postgresql15 can't be used for this instance. "
        f"Use a parameter group with DBParameterGroupFamily {FAMILY}."
    )
    with refused("InvalidParameterCombination", sentence):
        kit.rds.create_db_cluster(**kit.arguments(DBClusterParameterGroupName=name))
    with refused("NotSupportedByEmulator", "aurora-postgresql15"):
        kit.set(name, log_statement="ddl")
    with refused("NotSupportedByEmulator", "aurora-postgresql15"):
        kit.rds.describe_db_cluster_parameters(DBClusterParameterGroupName=name)
    with kit.cluster(instances=0) as cluster, refused("InvalidParameterCombination", sentence):
        kit.rds.modify_db_cluster(DBClusterIdentifier=cluster["DBClusterIdentifier"], DBClusterParameterGroupName=name)
    kit.rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName=name)


def test_default_group_is_there_and_stays_as_it_is(kit: RdsKit) -> None:
    name = f"default.{FAMILY}"
    (group,) = kit.rds.describe_db_cluster_parameter_groups(DBClusterParameterGroupName=name)[
        "DBClusterParameterGroups"
    ]
    assert group["DBParameterGroupFamily"] == FAMILY
    with refused("InvalidDBParameterGroupState", name):
        kit.set(name, log_statement="ddl")
    with refused("InvalidDBParameterGroupState", name):
        kit.rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName=name)


def test_parameter_group_of_instances_lives_from_create_to_delete(kit: RdsKit) -> None:
    name = unique("instances")
    kit.rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily=FAMILY, Description="d")
    with kit.cluster(instances=0) as cluster:
        instance = kit.instance(cluster["DBClusterIdentifier"], DBParameterGroupName=name)
        (described,) = kit.rds.describe_db_instances(DBInstanceIdentifier=instance)["DBInstances"]
        assert described["DBParameterGroups"][0]["DBParameterGroupName"] == name
        with refused("InvalidDBParameterGroupState", instance):
            kit.rds.delete_db_parameter_group(DBParameterGroupName=name)
    kit.rds.delete_db_parameter_group(DBParameterGroupName=name)
    with refused("DBParameterGroupNotFound", name):
        kit.rds.describe_db_parameter_groups(DBParameterGroupName=name)


@pytest.mark.parametrize(("name", "value"), [("rds.force_ssl", "1"), ("timezone", "America/Sao_Paulo")])
def test_a_clusters_parameter_is_no_parameter_of_instances(kit: RdsKit, name: str, value: str) -> None:
    group = {"DBParameterGroupName": unique("instances")}
    kit.rds.create_db_parameter_group(**group, DBParameterGroupFamily=FAMILY, Description="d")
    changes = [{"ParameterName": name, "ParameterValue": value, "ApplyMethod": "pending-reboot"}]
    sentence = f"Could not find parameter with name: {name} (emulator) Set it in the cluster's parameter group."
    with refused("InvalidParameterValue", sentence):
        kit.rds.modify_db_parameter_group(**group, Parameters=changes)
    pages = kit.rds.get_paginator("describe_db_parameters").paginate(**group)
    names = {one["ParameterName"] for page in pages for one in page["Parameters"]}
    assert "work_mem" in names
    assert name not in names
    changes = [{"ParameterName": "work_mem", "ParameterValue": "65536", "ApplyMethod": "immediate"}]
    kit.rds.modify_db_parameter_group(**group, Parameters=changes)
    kit.rds.delete_db_parameter_group(**group)


def test_descriptions_are_printable_ascii(kit: RdsKit) -> None:
    family, name = {"DBParameterGroupFamily": FAMILY}, unique("accents")
    with refused(
        "InvalidParameterValue", "The parameter Description must not contain non-printable control characters."
    ):
        kit.rds.create_db_parameter_group(DBParameterGroupName=name, **family, Description="Memória")
    with refused("InvalidParameterValue", "The parameter Description must not contain"):
        kit.rds.create_db_cluster_parameter_group(DBClusterParameterGroupName=name, **family, Description="a\tb")
    group = {"DBSubnetGroupName": name, "SubnetIds": kit.subnets}
    with refused("InvalidParameterValue", "The parameter DBSubnetGroupDescription must not contain"):
        kit.rds.create_db_subnet_group(**group, DBSubnetGroupDescription="Sub-redes — notas")
    kit.rds.create_db_subnet_group(**group, DBSubnetGroupDescription="Sub-redes (notas): 100% {x} ~")
    with refused("InvalidParameterValue", "The parameter DBSubnetGroupDescription must not contain"):
        kit.rds.modify_db_subnet_group(**group, DBSubnetGroupDescription="notas de português")
    kit.rds.delete_db_subnet_group(DBSubnetGroupName=name)
