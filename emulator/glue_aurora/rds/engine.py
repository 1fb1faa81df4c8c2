"""Engine versions and instance classes of Aurora PostgreSQL: what AWS offers, and what the emulator supports."""

import re
from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.rds import databases, faults, network
from glue_aurora.rds.dialect import page
from glue_aurora.rds.parameter_groups import FAMILY
from glue_aurora.rds.requests import filtered, refuse_unknown_members
from glue_aurora.service.errors import NotSupportedError

ENGINE = "aurora-postgresql"
_LICENSE = "postgresql-license"
MAJOR_VERSION = str(databases.MAJOR_VERSION)
# Versions that a new cluster can have: what `aws rds describe-db-engine-versions --engine aurora-postgresql` listed on
# 2026-08-06 (ministackorg/ministack, services/rds.py). 16.8 is the minor version with long-term support.
VERSIONS = ("16.8", "16.9", "16.10", "16.11", "16.13", "16.14")
LONG_TERM_VERSION = "16.8"
_OTHER_VERSIONS = frozenset(
    (
        *("11.9", "11.21", "12.9", "12.22", "13.9", "13.23"),
        *("14.6", "14.17", "14.18", "14.19", "14.20", "14.22", "14.23"),
        *("15.10", "15.12", "15.13", "15.14", "15.15", "15.17", "15.18"),
        *("16.4-limitless", "16.6-limitless", "16.8-limitless", "16.9-limitless", "16.10-limitless"),
        *("16.11-limitless", "16.13-limitless"),
        *("17.4", "17.5", "17.6", "17.7", "17.9", "17.10", "18.3", "18.4"),
    )
)
_MAJOR_VERSIONS = ("11", "12", "13", "14", "15", "16", "17", "18")
_SIZES = {
    "t3": ("medium", "large"),
    "t4g": ("medium", "large"),
    "r5": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"),
    "r6g": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"),
    "r6gd": ("xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"),
    "r6id": ("24xlarge", "32xlarge"),
    "r6i": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "32xlarge"),
    "r7g": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"),
    "r7i": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"),
    "r8g": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"),
    "r8gd": ("xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"),
    "x2g": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"),
}
# Classes of other engines, by family. Source: cfn-lint's list of RDS's instance classes.
_CLASS = re.compile(
    r"db\.(c6gd|m[1-8][a-z]*|r[3-8][a-z]*|t[1-4]g?|x1e?|x2g|x2ie?dn|z1d)\.(micro|small|medium|large|\d*xlarge)(\.tpc\S*)?"
)
SERVERLESS_CLASS = "db.serverless"
CLASSES = (SERVERLESS_CLASS, *(f"db.{family}.{size}" for family, sizes in _SIZES.items() for size in sizes))


def check_engine(engine: str) -> None:
    """Checks an engine's name.

    Raises:
        ApiError: AWS has no such engine.
        NotSupportedError: AWS has the engine, the emulator has not.
    """
    if engine == ENGINE:
        return
    if re.fullmatch(r"aurora-mysql|mysql|postgres|mariadb|(oracle|sqlserver|db2|custom)-.+|neptune|docdb", engine):
        raise NotSupportedError(f"Engine {engine}", f"Only {ENGINE} is.")
    raise faults.invalid_value(f"Invalid DB engine: {engine}")


def check_version(version: str | None) -> str:
    """Returns the version as it is kept.

    Raises:
        ApiError: InvalidParameterCombination.
        NotSupportedError: AWS has the version, the emulator has not.
    """
    if version in VERSIONS:
        return str(version)
    remedy = f"PostgreSQL {MAJOR_VERSION} stands behind: choose one of {', '.join(VERSIONS)}."
    if not version or version in _MAJOR_VERSIONS:
        raise NotSupportedError(f"{ENGINE} without a minor version (AWS's default changes)", remedy)
    if version in _OTHER_VERSIONS:
        raise NotSupportedError(f"{ENGINE} {version}", remedy)
    raise faults.invalid_combination(f"Cannot find version {version} for {ENGINE}")  # [AWS]


def check_mode(mode: str | None) -> None:
    """Checks an engine mode. Aurora Serverless v2 is provisioned; the other modes belong to versions that AWS ended.

    Raises:
        ApiError: InvalidParameterValue.
    """
    if mode in (None, "", "provisioned"):
        return
    if mode in ("serverless", "parallelquery", "global", "multimaster"):
        raise faults.invalid_value(f"The engine mode {mode} you requested is currently unavailable.")  # [AWS]
    raise faults.invalid_value(f"Invalid DB engine mode: {mode}")


def check_class(instance_class: str, version: str) -> None:
    """Checks an instance class.

    Raises:
        ApiError: InvalidParameterValue or InvalidParameterCombination.
    """
    if instance_class in CLASSES:
        return
    if not _CLASS.fullmatch(instance_class):
        raise faults.invalid_value(f"Invalid DB Instance class: {instance_class}")
    raise faults.invalid_combination(
        "RDS does not support creating a DB instance with the following combination: "
        f"DBInstanceClass={instance_class}, Engine={ENGINE}, EngineVersion={version}, LicenseModel={_LICENSE}. "
        "For supported combinations of instance class and database engine version, see the documentation."
    )


def describe_versions(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the versions of aurora-postgresql 16 that a cluster can have."""
    supported = (
        "Engine",
        "EngineVersion",
        "DBParameterGroupFamily",
        "DefaultOnly",
        "Filters",
        "IncludeAll",
        "ListSupportedCharacterSets",  # of other engines
        "ListSupportedTimezones",
        "MaxRecords",
        "Marker",
    )
    refuse_unknown_members("DescribeDBEngineVersions", request, supported)
    versions = [
        version
        for version in VERSIONS
        if request.get("Engine") in (None, "", ENGINE)
        and request.get("DBParameterGroupFamily") in (None, "", FAMILY)
        and request.get("EngineVersion") in (None, "", version, MAJOR_VERSION)
        and (not request.get("DefaultOnly") or version == LONG_TERM_VERSION)
    ]
    filters = {
        "db-parameter-group-family": lambda version: [FAMILY],
        "engine": lambda version: [ENGINE],
        "engine-mode": lambda version: ["provisioned"],
        "engine-version": lambda version: [version],
        "status": lambda version: ["available"],
    }
    return page(request, "DBEngineVersions", filtered(request, versions, filters), _version, key=str)


def describe_orderable(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the instance classes that can be ordered for each version."""
    supported = ("Engine", "EngineVersion", "DBInstanceClass", "LicenseModel", "Vpc", "MaxRecords", "Marker")
    refuse_unknown_members("DescribeOrderableDBInstanceOptions", request, supported)
    zones = [{"Name": zone} for zone in network.zones_of_region(context)]
    options = [
        (version, one)
        for version in VERSIONS
        for one in CLASSES
        if request.get("Engine") == ENGINE
        and request.get("EngineVersion") in (None, "", version)
        and request.get("DBInstanceClass") in (None, "", one)
    ]
    return page(
        request,
        "OrderableDBInstanceOptions",
        options,
        lambda option: _orderable(*option, zones),
        key=" ".join,
        most=10000,
    )


def _version(version: str) -> dict[str, Any]:
    return {
        "Engine": ENGINE,
        "MajorEngineVersion": MAJOR_VERSION,
        "EngineVersion": version,
        "DBParameterGroupFamily": FAMILY,
        "DBEngineDescription": "Aurora PostgreSQL",
        "DBEngineVersionDescription": f"Aurora PostgreSQL (compatible with PostgreSQL {version})",
        "ValidUpgradeTarget": [
            {"Engine": ENGINE, "EngineVersion": later, "AutoUpgrade": False, "IsMajorVersionUpgrade": False}
            for later in VERSIONS[VERSIONS.index(version) + 1 :]
        ],
        "ExportableLogTypes": ["iam-db-auth-error", "instance", "postgresql"],
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportsReadReplica": False,
        "SupportedEngineModes": ["provisioned"],
        "Status": "available",
        "ServerlessV2FeaturesSupport": {"MinCapacity": 0.0, "MaxCapacity": 256.0},
    }


def _orderable(version: str, instance_class: str, zones: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "Engine": ENGINE,
        "EngineVersion": version,
        "DBInstanceClass": instance_class,
        "LicenseModel": _LICENSE,
        "AvailabilityZones": zones,
        "MultiAZCapable": False,
        "ReadReplicaCapable": False,
        "Vpc": True,
        "SupportsStorageEncryption": True,
        "StorageType": "aurora",
        "SupportsIops": False,
        "SupportsEnhancedMonitoring": True,
        "SupportsIAMDatabaseAuthentication": True,
        "SupportsPerformanceInsights": True,
        "SupportedEngineModes": ["provisioned"],
        "SupportsClusters": True,
        "SupportedNetworkTypes": ["IPV4"],
    }
