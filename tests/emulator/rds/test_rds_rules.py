"""Windows, public access and other options that RDS refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.aws import refused
from tests.kit.rds import RdsKit

pytestmark = pytest.mark.emulator

OVERLAP = "The backup window and maintenance window must not overlap."


@pytest.fixture(scope="module")
def kit(environment: Any) -> RdsKit:
    return RdsKit(environment)


@pytest.mark.parametrize(
    ("backup", "maintenance", "message"),
    [
        ("03:00-04:00", "sun:03:30-sun:04:30", OVERLAP),
        ("23:30-00:30", "mon:00:00-mon:01:00", OVERLAP),
        ("00:00-01:00", "sun:23:30-mon:00:30", OVERLAP),
        ("03:00-03:29", None, "The backup window must be at least 30 minutes."),
        (None, "sun:03:00-sun:03:29", "The maintenance window must be at least 30 minutes."),
        (None, "sun:03:00-mon:03:00", "Maintenance window must be less than 24 hours."),
    ],
)
def test_windows_are_long_enough_and_apart(
    kit: RdsKit, backup: str | None, maintenance: str | None, message: str
) -> None:
    with refused("InvalidParameterValue", message):
        kit.rds.create_db_cluster(**kit.arguments(PreferredBackupWindow=backup, PreferredMaintenanceWindow=maintenance))


def test_windows_of_a_change_and_of_an_instance_are_apart_from_those_that_are_kept(kit: RdsKit) -> None:
    with kit.cluster(instances=0, PreferredBackupWindow="03:00-04:00") as cluster:
        name = cluster["DBClusterIdentifier"]
        with refused("InvalidParameterValue", OVERLAP):
            kit.rds.modify_db_cluster(DBClusterIdentifier=name, PreferredMaintenanceWindow="sun:03:00-sun:04:00")
        with refused("InvalidParameterValue", OVERLAP):
            kit.instance(name, PreferredMaintenanceWindow="sun:03:00-sun:04:00")
        kit.rds.modify_db_cluster(
            DBClusterIdentifier=name,
            PreferredBackupWindow="04:00-05:00",
            PreferredMaintenanceWindow="sun:03:00-sun:04:00",
        )


def test_tags_with_other_characters(kit: RdsKit) -> None:
    for tag in ({"Key": "a", "Value": "b (c)"}, {"Key": "a&b", "Value": ""}):
        with refused("InvalidParameterValue", "may only contain unicode letters, digits, whitespace"):
            kit.rds.create_db_cluster(**kit.arguments(Tags=[tag]))


def test_options_of_an_instance_that_rds_refuses(kit: RdsKit) -> None:
    with kit.cluster(instances=0) as cluster:
        name = cluster["DBClusterIdentifier"]
        with refused("InvalidVPCNetworkStateFault", "The specified VPC has no internet gateway attached."):
            kit.instance(name, PubliclyAccessible=True)
        with refused("InvalidParameterValue", "required permissions for: ENHANCED_MONITORING"):
            kit.instance(name, MonitoringInterval=60, MonitoringRoleArn="arn:aws:iam::000000000000:role/nobody")
        with refused("InvalidParameterValue", "Invalid Performance Insights retention period."):
            kit.instance(name, EnablePerformanceInsights=True, PerformanceInsightsRetentionPeriod=30)
        with refused(
            "InvalidParameterCombination", "To enable Performance Insights, EnablePerformanceInsights must be"
        ):
            kit.instance(name, EnablePerformanceInsights=False, PerformanceInsightsRetentionPeriod=7)
        with refused("CertificateNotFound", "Certificate not found: rds-ca-2019 (emulator) Use one of rds-ca-rsa2048"):
            kit.instance(name, CACertificateIdentifier="rds-ca-2019")
        kit.instance(
            name,
            CACertificateIdentifier="rds-ca-ecc384-g1",
            EnablePerformanceInsights=True,
            PerformanceInsightsRetentionPeriod=7,
        )
        gateway = kit.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        kit.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=kit.vpc)
        with refused("InvalidVPCNetworkStateFault", "does not support DNS resolution, DNS hostnames, or both."):
            kit.instance(name, PubliclyAccessible=True)
        kit.ec2.modify_vpc_attribute(VpcId=kit.vpc, EnableDnsHostnames={"Value": True})
        kit.instance(name, PubliclyAccessible=True)
