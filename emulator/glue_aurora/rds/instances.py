"""DB instances: members of a cluster. The first one is its writer. One PostgreSQL stands behind all of them."""

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora import config
from glue_aurora.rds import clusters, effects, engine, faults, network, options, subnet_groups, windows
from glue_aurora.rds.dialect import page
from glue_aurora.rds.models import Cluster, Instance
from glue_aurora.rds.parameter_groups import CLUSTER as CLUSTER_PARAMETER_GROUPS
from glue_aurora.rds.parameter_groups import INSTANCE as PARAMETER_GROUPS
from glue_aurora.rds.requests import filtered, identifier, refuse_unknown_members, required, tags_of
from glue_aurora.rds.store import arn, store_of
from glue_aurora.service.errors import NotSupportedError
from glue_aurora.service.nulls import without_nothing
from glue_aurora.service.tags import as_list

_MOST_INSTANCES = 16
_MONITORING_INTERVALS = (0, 1, 5, 10, 15, 30, 60)
# Members of the request, each with the member of the answer that keeps it.
_KEPT = {
    "AutoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "CACertificateIdentifier": "CACertificateIdentifier",
    "CopyTagsToSnapshot": "CopyTagsToSnapshot",
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "MonitoringInterval": "MonitoringInterval",
    "MonitoringRoleArn": "MonitoringRoleArn",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "PreferredMaintenanceWindow": "PreferredMaintenanceWindow",
    "PubliclyAccessible": "PubliclyAccessible",
}


def create(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Creates an instance of a cluster. The first one is the writer, and lets connections in."""
    refuse_unknown_members("CreateDBInstance", request, _CREATE)
    name = identifier(request, "DBInstanceIdentifier")
    store = store_of(context)
    if name in store.instances:
        raise faults.instance_exists()
    engine.check_engine(required(request, "Engine"))
    if not request.get("DBClusterIdentifier"):
        raise NotSupportedError("A DB instance outside a cluster", "Set DBClusterIdentifier.")
    cluster = clusters.find(context, request["DBClusterIdentifier"])
    if request.get("EngineVersion") not in (None, "", cluster.engine_version):
        raise faults.invalid_combination(
            f"The engine version that you requested for your DB instance ({request['EngineVersion']}) does not match "
            f"the engine version of your DB cluster ({cluster.engine_version})."
        )
    if len(cluster.members) >= _MOST_INSTANCES:
        raise faults.cluster_state(f"Cluster {cluster.identifier} already has {_MOST_INSTANCES} DB instances.")
    group = subnet_groups.find(context, cluster.subnet_group)
    if request.get("DBSubnetGroupName", group.name).lower() != group.name:
        raise faults.invalid_combination(
            f"The DB subnet group of a DB instance must be that of its cluster, {group.name}."
        )
    zone = request.get("AvailabilityZone") or group.zones[len(cluster.members) % len(group.zones)]
    if zone not in group.zones:
        raise faults.invalid_combination(f"The DB subnet group {group.name} has no subnet in {zone}.")
    instance = Instance(
        identifier=name,
        arn=arn(context, "db", name),
        resource_id=f"db-{clusters.resource_id()}",
        cluster=cluster.identifier,
        instance_class=_checked_class(required(request, "DBInstanceClass"), cluster),
        zone=zone,
        parameter_group=PARAMETER_GROUPS.usable(context, request.get("DBParameterGroupName")),
        promotion_tier=_checked_tier(request.get("PromotionTier")),
        options={
            "AutoMinorVersionUpgrade": True,
            "CACertificateIdentifier": options.AUTHORITIES[0],
            "CopyTagsToSnapshot": False,
            "MonitoringInterval": 0,
            "PerformanceInsightsEnabled": False,
            "PreferredMaintenanceWindow": windows.maintenance_window(name, cluster.options["PreferredBackupWindow"]),
            "PubliclyAccessible": False,
        },
        tags=tags_of(request),
    )
    if request.get("PerformanceInsightsRetentionPeriod") and not request.get("EnablePerformanceInsights"):
        raise faults.invalid_combination(  # [AWS] The sentence was seen in CloudFormation, without its code.
            "To enable Performance Insights, EnablePerformanceInsights must be set to 'true'",
            "Enable Performance Insights, or leave PerformanceInsightsRetentionPeriod out.",
        )
    instance.options |= _changes(context, request, instance.options, cluster)
    store.instances[name] = instance
    cluster.members.append(name)
    if len(cluster.members) == 1:
        try:
            effects.started(cluster, CLUSTER_PARAMETER_GROUPS.find(context, cluster.parameter_group).values())
        except Exception:
            cluster.members.remove(name)
            del store.instances[name]
            raise
    return {"DBInstance": answer(context, instance) | {"DBInstanceStatus": "creating"}}


def describe(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns one instance or those that match the filters."""
    refuse_unknown_members("DescribeDBInstances", request, ("DBInstanceIdentifier", "Filters", "MaxRecords", "Marker"))
    name = request.get("DBInstanceIdentifier")
    instances = [find(context, name)] if name else list(store_of(context).instances.values())
    filters = {
        "db-cluster-id": lambda one: [one.cluster, clusters.find(context, one.cluster).arn],
        "db-instance-id": lambda one: [one.identifier, one.arn],
        "dbi-resource-id": lambda one: [one.resource_id],
        "engine": lambda one: [engine.ENGINE],
    }
    return page(
        request,
        "DBInstances",
        filtered(request, instances, filters),
        lambda one: answer(context, one),
        key=lambda one: one.identifier,
    )


def modify(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Changes an instance."""
    refuse_unknown_members("ModifyDBInstance", request, _MODIFY)
    instance = find(context, required(request, "DBInstanceIdentifier"))
    cluster = clusters.find(context, instance.cluster)
    changes = _changes(context, request, instance.options, cluster)
    instance_class = request.get("DBInstanceClass") or instance.instance_class
    if instance_class != instance.instance_class:
        _checked_class(instance_class, cluster)
    tier = request.get("PromotionTier")
    tier = instance.promotion_tier if tier is None else _checked_tier(tier)
    group = PARAMETER_GROUPS.usable(context, request.get("DBParameterGroupName") or instance.parameter_group)

    instance.options |= changes
    instance.promotion_tier, instance.parameter_group = tier, group
    if instance_class != instance.instance_class:
        if request.get("ApplyImmediately"):
            instance.instance_class = instance_class
        else:
            instance.pending["DBInstanceClass"] = instance_class
    return {"DBInstance": answer(context, instance)}


def reboot(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Brings waiting parameters into force. A reboot of the writer ends all sessions of the cluster."""
    refuse_unknown_members("RebootDBInstance", request, ("DBInstanceIdentifier",))
    instance = find(context, required(request, "DBInstanceIdentifier"))
    cluster = clusters.find(context, instance.cluster)
    if cluster.members[0] == instance.identifier:
        effects.restarted(cluster, CLUSTER_PARAMETER_GROUPS.find(context, cluster.parameter_group).values())
    instance.cluster_parameters_pending = False
    return {"DBInstance": answer(context, instance) | {"DBInstanceStatus": "rebooting"}}


def delete(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Deletes an instance. Without its last instance a cluster refuses connections."""
    members = ("DBInstanceIdentifier", "SkipFinalSnapshot", "DeleteAutomatedBackups")
    refuse_unknown_members("DeleteDBInstance", request, members)
    instance = find(context, required(request, "DBInstanceIdentifier"))
    cluster = clusters.find(context, instance.cluster)
    last = answer(context, instance) | {"DBInstanceStatus": "deleting"}
    position = cluster.members.index(instance.identifier)
    cluster.members.remove(instance.identifier)
    if not cluster.members:
        try:
            effects.stopped(cluster)
        except Exception:
            cluster.members.insert(position, instance.identifier)
            raise
    del store_of(context).instances[instance.identifier]
    return {"DBInstance": last}


def find(context: RequestContext, name: str) -> Instance:
    """Returns the instance by identifier or ARN.

    Raises:
        ApiError: DBInstanceNotFound.
    """
    instance = store_of(context).instances.get(name.rsplit(":", 1)[-1].lower())
    if instance is None:
        raise faults.instance_not_found(name)
    return instance


def answer(context: RequestContext, instance: Instance) -> dict[str, Any]:
    """Returns the instance as the API's DBInstance; many of its members are its cluster's."""
    cluster = clusters.find(context, instance.cluster)
    endpoint = config.rds_endpoint()
    of_cluster = (
        "BackupRetentionPeriod",
        "IAMDatabaseAuthenticationEnabled",
        "KmsKeyId",
        "NetworkType",
        "PreferredBackupWindow",
        "StorageEncrypted",
        "EnabledCloudwatchLogsExports",
    )
    return without_nothing(
        {
            **{name: cluster.options.get(name) for name in of_cluster},
            **instance.options,
            "AllocatedStorage": 1,
            "AssociatedRoles": [],
            "AvailabilityZone": instance.zone,
            "CertificateDetails": {"CAIdentifier": instance.options["CACertificateIdentifier"]},
            "DBClusterIdentifier": cluster.identifier,
            "DBInstanceArn": instance.arn,
            "DBInstanceClass": instance.instance_class,
            "DBInstanceIdentifier": instance.identifier,
            "DBInstanceStatus": "available",
            "DBName": cluster.database_name,
            "DBParameterGroups": [
                {"DBParameterGroupName": instance.parameter_group, "ParameterApplyStatus": "in-sync"}
            ],
            "DBSecurityGroups": [],
            "DBSubnetGroup": subnet_groups.answer(subnet_groups.find(context, cluster.subnet_group)),
            "DbInstancePort": 0,
            "DbiResourceId": instance.resource_id,
            "DeletionProtection": False,
            "DomainMemberships": [],
            "Endpoint": {
                "Address": endpoint.host,
                "Port": cluster.own_port or endpoint.port,
                "HostedZoneId": clusters.HOSTED_ZONE,
            },
            "Engine": engine.ENGINE,
            "EngineVersion": cluster.engine_version,
            "InstanceCreateTime": instance.created,
            "LicenseModel": "postgresql-license",
            "MasterUsername": cluster.master_username,
            "MultiAZ": False,
            "PendingModifiedValues": instance.pending,
            "PromotionTier": instance.promotion_tier,
            "StorageType": cluster.options.get("StorageType", "aurora"),
            "TagList": as_list(instance.tags),
            "VpcSecurityGroups": [
                {"VpcSecurityGroupId": group, "Status": "active"} for group in cluster.security_group_ids
            ],
        }
    )


def _changes(
    context: RequestContext, request: Mapping[str, Any], before: Mapping[str, Any], cluster: Cluster
) -> dict[str, Any]:
    changes = {kept: request[name] for name, kept in _KEPT.items() if request.get(name) is not None}
    windows.check(request)
    backup = cluster.options["PreferredBackupWindow"]
    if backup != windows.backup_window(cluster.identifier):  # AWS's own choice is another than this one.
        windows.check_apart(backup, request.get("PreferredMaintenanceWindow"))
    if changes.get("PubliclyAccessible"):
        network.check_public(context, subnet_groups.find(context, cluster.subnet_group).vpc_id)
    if changes.get("MonitoringInterval"):
        options.check_monitoring_role(context, changes.get("MonitoringRoleArn", before.get("MonitoringRoleArn")))
    options.check_authority(changes.get("CACertificateIdentifier"))
    options.check_insights_days(changes.get("PerformanceInsightsRetentionPeriod"))
    interval = changes.get("MonitoringInterval", before["MonitoringInterval"])
    if interval not in _MONITORING_INTERVALS:
        raise faults.invalid_value(f"Invalid monitoring interval: {interval}. Valid: {_MONITORING_INTERVALS}")
    if interval and not changes.get("MonitoringRoleArn", before.get("MonitoringRoleArn")):
        raise faults.invalid_combination(
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0."
        )
    if changes.get("PerformanceInsightsEnabled"):
        key = request.get("PerformanceInsightsKMSKeyId")
        changes["PerformanceInsightsKMSKeyId"] = network.key_arn(context, key, "rds")
        changes.setdefault("PerformanceInsightsRetentionPeriod", before.get("PerformanceInsightsRetentionPeriod", 7))
    if "PreferredMaintenanceWindow" in changes:
        changes["PreferredMaintenanceWindow"] = changes["PreferredMaintenanceWindow"].lower()
    return changes


def _checked_class(instance_class: str, cluster: Cluster) -> str:
    engine.check_class(instance_class, cluster.engine_version)
    if instance_class == engine.SERVERLESS_CLASS and cluster.scaling is None:
        raise faults.invalid_combination(
            "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB "
            "instance."
        )
    return instance_class


def _checked_tier(tier: int | None) -> int:
    if tier is not None and not 0 <= tier <= 15:
        raise faults.invalid_value(f"Invalid promotion tier: {tier}. Must be between 0 and 15")
    return 1 if tier is None else tier


_CREATE = (
    *_KEPT,
    "AvailabilityZone",
    "DBClusterIdentifier",
    "DBInstanceClass",
    "DBInstanceIdentifier",
    "DBParameterGroupName",
    "DBSubnetGroupName",
    "Engine",
    "EngineVersion",
    "PerformanceInsightsKMSKeyId",
    "PromotionTier",
    "Tags",
)
_MODIFY = (
    *_KEPT,
    "ApplyImmediately",
    "CertificateRotationRestart",
    "DBInstanceClass",
    "DBInstanceIdentifier",
    "DBParameterGroupName",
    "PerformanceInsightsKMSKeyId",
    "PromotionTier",
)
