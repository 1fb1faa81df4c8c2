"""Members of CreateDBCluster and ModifyDBCluster that are checked, kept and returned."""

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.rds import faults, network, windows
from glue_aurora.rds import options as shared
from glue_aurora.rds.models import Cluster

_EXPORTABLE_LOGS = ("iam-db-auth-error", "instance", "postgresql")
_STORAGE_TYPES = ("aurora", "aurora-iopt1")
_ADVANCED_INSIGHTS_DAYS = 465

# Members of the request, each with the member of the answer that keeps it.
_KEPT = {
    "BackupRetentionPeriod": "BackupRetentionPeriod",
    "CopyTagsToSnapshot": "CopyTagsToSnapshot",
    "DatabaseInsightsMode": "DatabaseInsightsMode",
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "EngineLifecycleSupport": "EngineLifecycleSupport",
    "MonitoringInterval": "MonitoringInterval",
    "MonitoringRoleArn": "MonitoringRoleArn",
    "NetworkType": "NetworkType",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "PreferredBackupWindow": "PreferredBackupWindow",
    "PreferredMaintenanceWindow": "PreferredMaintenanceWindow",
    "StorageType": "StorageType",
}
SUPPORTED = (*_KEPT, "PerformanceInsightsKMSKeyId")


def create(context: RequestContext, request: Mapping[str, Any], identifier: str) -> dict[str, Any]:
    """Returns the options of a new cluster, with AWS's defaults.

    Raises:
        ApiError: an option is refused.
    """
    windows.check(request)
    options: dict[str, Any] = {
        "BackupRetentionPeriod": 1,
        "CopyTagsToSnapshot": False,
        "DatabaseInsightsMode": "standard",
        "IAMDatabaseAuthenticationEnabled": False,
        "EngineLifecycleSupport": "open-source-rds-extended-support",
        "NetworkType": "IPV4",
        "PreferredBackupWindow": windows.backup_window(identifier, request.get("PreferredMaintenanceWindow")),
        "PreferredMaintenanceWindow": windows.maintenance_window(identifier, request.get("PreferredBackupWindow")),
        "StorageEncrypted": bool(request.get("StorageEncrypted")),
        "EnabledCloudwatchLogsExports": _logs(request.get("EnableCloudwatchLogsExports") or []),
    }
    if request.get("StorageEncrypted"):
        options["KmsKeyId"] = network.key_arn(context, request.get("KmsKeyId"), "rds")
    elif request.get("KmsKeyId"):
        raise faults.invalid_combination("You can't specify a KMS key when storage is not encrypted.")
    return options | _changes(context, request, options)


def modify(context: RequestContext, request: Mapping[str, Any], cluster: Cluster) -> dict[str, Any]:
    """Returns the cluster's options after the request.

    Raises:
        ApiError: an option is refused.
    """
    options = cluster.options | _changes(context, request, cluster.options)
    exports = request.get("CloudwatchLogsExportConfiguration") or {}
    kept = set(cluster.options["EnabledCloudwatchLogsExports"]) - set(exports.get("DisableLogTypes") or [])
    options["EnabledCloudwatchLogsExports"] = _logs(sorted(kept | set(exports.get("EnableLogTypes") or [])))
    return options


def scaling(request: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Returns the Serverless v2 capacity after the request, None when there is none.

    The minimum is 0 or 0.5 to 256 ACU in halves. SecondsUntilAutoPause is 300 (default) to 86400, and goes with a
    minimum of 0 only. Source: API reference, ServerlessV2ScalingConfiguration.

    Raises:
        ApiError: the capacity is refused.
    """
    asked = request.get("ServerlessV2ScalingConfiguration")
    if not asked:
        return dict(before) if before else None
    wanted = {**(before or {}), **asked}
    least, most = wanted.get("MinCapacity"), wanted.get("MaxCapacity")
    if least is None or most is None:
        raise faults.invalid_value(  # [AWS]
            "Both MinCapacity and MaxCapacity must be specified when you initialize Serverless v2 scaling "
            "configuration."
        )
    if not 0 <= least <= 256 or least * 2 != int(least * 2):
        raise faults.invalid_value(
            f"Serverless v2 minimum capacity {least} isn't valid. It must be from 0 to 256 in steps of 0.5."
        )
    if most < 1:
        raise faults.invalid_value(  # [AWS]
            f"Serverless v2 maximum capacity {most} isn't valid. The maximum capacity must be at least 1.0."
        )
    if not 1 <= most <= 256 or most * 2 != int(most * 2):
        raise faults.invalid_value(
            f"Serverless v2 maximum capacity {most} isn't valid. It must be from 1 to 256 in steps of 0.5."
        )
    if most < least:
        raise faults.invalid_value(
            f"Serverless v2 capacity range isn't valid: minimum capacity {least} is above maximum capacity {most}."
        )
    pause = wanted.get("SecondsUntilAutoPause")
    if least > 0:
        if asked.get("SecondsUntilAutoPause") is not None:
            raise faults.invalid_combination("SecondsUntilAutoPause can be set only when the minimum capacity is 0.")
        return {"MinCapacity": float(least), "MaxCapacity": float(most)}
    pause = 300 if pause is None else pause
    if not 300 <= pause <= 86400:
        raise faults.invalid_value(f"SecondsUntilAutoPause {pause} isn't valid. It must be from 300 to 86400.")
    return {"MinCapacity": float(least), "MaxCapacity": float(most), "SecondsUntilAutoPause": pause}


def _changes(context: RequestContext, request: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    changes = {kept: request[name] for name, kept in _KEPT.items() if request.get(name) is not None}
    windows.check(request)
    days = changes.get("BackupRetentionPeriod", 1)
    if not 1 <= days <= 35:
        raise faults.invalid_value(f"Invalid backup retention period: {days}. Must be between 1 and 35")
    if changes.get("StorageType", "aurora") not in _STORAGE_TYPES:
        raise faults.invalid_combination(
            f"Invalid storage type for DB engine aurora-postgresql: {changes['StorageType']}"
        )
    if changes.get("NetworkType", "IPV4") != "IPV4":
        raise faults.invalid_value(f"Network type {changes['NetworkType']} isn't supported by the DB subnet group.")
    if changes.get("MonitoringInterval") and not changes.get("MonitoringRoleArn", before.get("MonitoringRoleArn")):
        raise faults.invalid_combination(
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0."
        )
    if changes.get("MonitoringInterval"):
        shared.check_monitoring_role(context, changes.get("MonitoringRoleArn", before.get("MonitoringRoleArn")))
    shared.check_insights_days(changes.get("PerformanceInsightsRetentionPeriod"))
    if "PreferredMaintenanceWindow" in changes:
        changes["PreferredMaintenanceWindow"] = changes["PreferredMaintenanceWindow"].lower()
    after = {**before, **changes}
    windows.check_apart(after.get("PreferredBackupWindow"), after.get("PreferredMaintenanceWindow"))
    if changes.get("PerformanceInsightsEnabled"):
        key = request.get("PerformanceInsightsKMSKeyId")
        changes["PerformanceInsightsKMSKeyId"] = network.key_arn(context, key, "rds")
        changes.setdefault("PerformanceInsightsRetentionPeriod", after.get("PerformanceInsightsRetentionPeriod", 7))
    mode = after.get("DatabaseInsightsMode", "standard")
    if mode not in ("standard", "advanced"):
        raise faults.invalid_value(f"Invalid database insights mode: {mode}. Allowed values are: standard, advanced")
    retention = changes.get("PerformanceInsightsRetentionPeriod", after.get("PerformanceInsightsRetentionPeriod", 0))
    if mode == "advanced" and not (after.get("PerformanceInsightsEnabled") and retention >= _ADVANCED_INSIGHTS_DAYS):
        raise faults.invalid_combination(
            "To enable the Advanced mode of Database Insights, modify your cluster to enable Performance Insights and "
            f"set the retention period for Performance Insights to at least {_ADVANCED_INSIGHTS_DAYS} days."
        )
    return changes


def _logs(names: list[str]) -> list[str]:
    for name in names:
        if name not in _EXPORTABLE_LOGS:
            raise faults.invalid_combination(
                f"You cannot use the log types '{name}' with engine version aurora-postgresql. "
                f"For supported log types, see the documentation: {', '.join(_EXPORTABLE_LOGS)}."
            )
    return list(names)
