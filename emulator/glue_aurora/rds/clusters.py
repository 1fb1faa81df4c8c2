"""DB clusters, as the API shows them, with the role and the database that stand behind each."""

import secrets
import string
from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora import config
from glue_aurora.rds import (
    access_rules,
    cluster_options,
    cluster_password,
    databases,
    engine,
    faults,
    http_endpoint,
    master_user,
    network,
    servers,
    subnet_groups,
    windows,
)
from glue_aurora.rds.dialect import page
from glue_aurora.rds.models import Cluster
from glue_aurora.rds.parameter_groups import CLUSTER as PARAMETER_GROUPS
from glue_aurora.rds.requests import filtered, identifier, refuse_unknown_members, required, tags_of
from glue_aurora.rds.store import all_clusters, arn, store_of
from glue_aurora.service.errors import NotSupportedError
from glue_aurora.service.nulls import without_nothing
from glue_aurora.service.tags import as_list

# Route 53's id of the zone of RDS endpoints. On AWS it is a constant of each region.
HOSTED_ZONE = "Z2R2ITUGPM61AM"
_ZONES_OF_STORAGE = 3


def create(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Creates an Aurora PostgreSQL 16 cluster: a role and a database in the PostgreSQL behind the emulator."""
    refuse_unknown_members("CreateDBCluster", request, _CREATE)
    name = identifier(request, "DBClusterIdentifier")
    store = store_of(context)
    if name in store.clusters:
        raise faults.cluster_exists()
    engine.check_engine(required(request, "Engine"))
    version = engine.check_version(request.get("EngineVersion"))
    engine.check_mode(request.get("EngineMode"))
    _check_port(request)
    username = required(request, "MasterUsername")
    master_user.check_username(username)
    if request.get("DatabaseName"):
        master_user.check_database_name(request["DatabaseName"])
    password = cluster_password.new(request)
    if not request.get("DBSubnetGroupName"):
        raise NotSupportedError("A cluster in the default VPC", "Set DBSubnetGroupName.")
    # What the request says is checked before what it names. AWS's own order is not known.
    windows.check(request)
    windows.check_apart(request.get("PreferredBackupWindow"), request.get("PreferredMaintenanceWindow"))
    tags = tags_of(request)
    group = subnet_groups.find(context, request["DBSubnetGroupName"])
    cluster = Cluster(
        identifier=name,
        arn=arn(context, "cluster", name),
        resource_id=f"cluster-{resource_id()}",
        account_id=context.account_id,
        region=context.region,
        engine_version=version,
        master_username=username,
        database_name=request.get("DatabaseName") or None,
        subnet_group=group.name,
        parameter_group=PARAMETER_GROUPS.usable(context, request.get("DBClusterParameterGroupName")),
        security_group_ids=network.security_groups(context, request.get("VpcSecurityGroupIds") or [], group.vpc_id),
        zones=_zones(context, request.get("AvailabilityZones") or group.zones),
        scaling=cluster_options.scaling(request, None),
        deletion_protection=bool(request.get("DeletionProtection")),
        options=cluster_options.create(context, request, name),
        http_endpoint=bool(request.get("EnableHttpEndpoint")),
        tags=tags,
    )
    key_arn = cluster_password.secret_key(context, request) if request.get("ManageMasterUserPassword") else None
    servers.place(cluster)
    try:
        databases.create(cluster, password)
        access_rules.write(cluster, all_clusters())  # refuses connections until the cluster has an instance
    except Exception:
        servers.release(cluster)
        raise
    if key_arn:
        master_user.create_secret(cluster, password, request.get("MasterUserSecretKmsKeyId"), key_arn)
    store.clusters[name] = cluster
    return {"DBCluster": answer(context, cluster) | {"Status": "creating"}}


def describe(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns one cluster or those that match the filters."""
    members = ("DBClusterIdentifier", "Filters", "MaxRecords", "Marker", "IncludeShared")
    refuse_unknown_members("DescribeDBClusters", request, members)
    name = request.get("DBClusterIdentifier")
    clusters = [find(context, name)] if name else list(store_of(context).clusters.values())
    filters = {
        "db-cluster-id": lambda one: [one.identifier, one.arn],
        "db-cluster-resource-id": lambda one: [one.resource_id],
        "engine": lambda one: [engine.ENGINE],
    }
    return page(
        request,
        "DBClusters",
        filtered(request, clusters, filters),
        lambda one: answer(context, one),
        key=lambda one: one.identifier,
    )


def modify(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Changes a cluster. Changes of the password are in force at once."""
    http_endpoint.refuse_in_modify(request)
    refuse_unknown_members("ModifyDBCluster", request, _MODIFY)
    cluster = find(context, required(request, "DBClusterIdentifier"))
    now = bool(request.get("ApplyImmediately"))
    _check_port(request)
    # Everything is checked before anything changes.
    options = cluster_options.modify(context, request, cluster)
    scaling = cluster_options.scaling(request, cluster.scaling)
    vpc_id = subnet_groups.find(context, cluster.subnet_group).vpc_id
    if request.get("VpcSecurityGroupIds"):
        groups = network.security_groups(context, request["VpcSecurityGroupIds"], vpc_id)
    else:
        groups = cluster.security_group_ids
    version = engine.check_version(request["EngineVersion"]) if request.get("EngineVersion") else None
    if version and engine.VERSIONS.index(version) < engine.VERSIONS.index(cluster.engine_version):
        raise faults.invalid_combination(f"Cannot upgrade aurora-postgresql from {cluster.engine_version} to {version}")
    parameter_group = None
    if request.get("DBClusterParameterGroupName"):
        parameter_group = PARAMETER_GROUPS.usable(context, request["DBClusterParameterGroupName"])
    cluster_password.modify(context, request, cluster, now)

    cluster.options, cluster.scaling, cluster.security_group_ids = options, scaling, groups
    if request.get("DeletionProtection") is not None:
        cluster.deletion_protection = bool(request["DeletionProtection"])
    if version and version != cluster.engine_version:
        if now:
            cluster.engine_version = version
        else:
            cluster.pending["EngineVersion"] = version
    if parameter_group and parameter_group != cluster.parameter_group:
        cluster.parameter_group = parameter_group
        # Another group comes into force with the next restart of each instance.
        for member in cluster.members:
            store_of(context).instances[member].cluster_parameters_pending = True
    return {"DBCluster": answer(context, cluster)}


def delete(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Deletes a cluster without instances, with its databases and roles. A final snapshot is refused."""
    refuse_unknown_members("DeleteDBCluster", request, _DELETE)
    cluster = find(context, required(request, "DBClusterIdentifier"))
    final, skip = request.get("FinalDBSnapshotIdentifier"), request.get("SkipFinalSnapshot")
    if skip and final:
        raise faults.invalid_combination(
            "FinalDBSnapshotIdentifier can not be specified when deleting a cluster with SkipFinalSnapshot"
        )
    if not skip and not final:
        raise faults.invalid_combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    if cluster.deletion_protection:
        raise faults.invalid_combination(
            "Cannot delete protected Cluster, please disable deletion protection and try again."
        )
    if cluster.members:
        raise faults.cluster_state("Cluster cannot be deleted, it still contains DB instances in non-deleting state.")
    if final:
        raise NotSupportedError("A final snapshot", "Set SkipFinalSnapshot (Terraform: skip_final_snapshot = true).")
    databases.drop(cluster)
    servers.remove(cluster)
    master_user.delete_secret(cluster)
    last = answer(context, cluster) | {"Status": "deleting"}
    del store_of(context).clusters[cluster.identifier]
    return {"DBCluster": last}


def describe_global(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns no global cluster: there are none. Terraform asks on each read of a cluster."""
    if request.get("GlobalClusterIdentifier"):
        raise faults.global_cluster_not_found(request["GlobalClusterIdentifier"])
    return {"GlobalClusters": []}


def find(context: RequestContext, name: str) -> Cluster:
    """Returns the cluster by identifier or ARN.

    Raises:
        ApiError: DBClusterNotFoundFault.
    """
    cluster = store_of(context).clusters.get(name.rsplit(":", 1)[-1].lower())
    if cluster is None:
        raise faults.cluster_not_found(name)
    return cluster


def resource_id() -> str:
    """Returns the random part of a resource id as RDS writes it: 26 capital letters and digits."""
    return "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(26))


def answer(context: RequestContext, cluster: Cluster) -> dict[str, Any]:
    """Returns the cluster as the API's DBCluster.

    ScalingConfigurationInfo is never in it: it belongs to Serverless v1.
    """
    endpoint = config.rds_endpoint()
    instances = [store_of(context).instances[member] for member in cluster.members]
    return without_nothing(
        {
            **cluster.options,
            "AllocatedStorage": 1,
            "AssociatedRoles": [],
            "AutoMinorVersionUpgrade": True,
            "AvailabilityZones": cluster.zones,
            "ClusterCreateTime": cluster.created,
            "CrossAccountClone": False,
            "DBClusterArn": cluster.arn,
            "DBClusterIdentifier": cluster.identifier,
            "DBClusterMembers": [
                {
                    "DBInstanceIdentifier": instance.identifier,
                    "IsClusterWriter": position == 0,
                    "DBClusterParameterGroupStatus": (
                        "pending-reboot" if instance.cluster_parameters_pending else "in-sync"
                    ),
                    "PromotionTier": instance.promotion_tier,
                }
                for position, instance in enumerate(instances)
            ],
            "DBClusterParameterGroup": cluster.parameter_group,
            "DBSubnetGroup": cluster.subnet_group,
            "DatabaseName": cluster.database_name,
            "DbClusterResourceId": cluster.resource_id,
            "DeletionProtection": cluster.deletion_protection,
            "DomainMemberships": [],
            "Endpoint": endpoint.host,
            "Engine": engine.ENGINE,
            "EngineMode": "provisioned",
            "EngineVersion": cluster.engine_version,
            "HostedZoneId": HOSTED_ZONE,
            "HttpEndpointEnabled": cluster.http_endpoint,
            "MasterUsername": cluster.master_username,
            "MasterUserSecret": master_user.secret_answer(cluster),
            "MultiAZ": len({instance.zone for instance in instances}) > 1,
            "PendingModifiedValues": cluster.pending or None,
            "Port": cluster.own_port or endpoint.port,
            "ReadReplicaIdentifiers": [],
            "ReaderEndpoint": endpoint.host,
            "ServerlessV2ScalingConfiguration": cluster.scaling,
            "Status": "available",
            "TagList": as_list(cluster.tags),
            "VpcSecurityGroups": [
                {"VpcSecurityGroupId": group, "Status": "active"} for group in cluster.security_group_ids
            ],
        }
    )


def _check_port(request: Mapping[str, Any]) -> None:
    port = config.rds_endpoint().port
    if request.get("Port") not in (None, port):
        raise NotSupportedError(f"Port {request['Port']}", f"The PostgreSQL behind listens on {port}: leave Port out.")


def _zones(context: RequestContext, wanted: list[str]) -> list[str]:
    """Returns the cluster's zones. Aurora's storage spans three zones, whichever the request asks for."""
    zones = list(dict.fromkeys(wanted))
    for zone in network.zones_of_region(context):
        if len(zones) < _ZONES_OF_STORAGE and zone not in zones:
            zones.append(zone)
    return sorted(zones)


_CREATE = (
    *cluster_options.SUPPORTED,
    "AvailabilityZones",
    "DBClusterIdentifier",
    "DBClusterParameterGroupName",
    "DBSubnetGroupName",
    "DatabaseName",
    "DeletionProtection",
    "EnableCloudwatchLogsExports",
    "EnableHttpEndpoint",
    "Engine",
    "EngineMode",
    "EngineVersion",
    "KmsKeyId",
    "ManageMasterUserPassword",
    "MasterUserPassword",
    "MasterUserSecretKmsKeyId",
    "MasterUsername",
    "Port",
    "ServerlessV2ScalingConfiguration",
    "StorageEncrypted",
    "Tags",
    "VpcSecurityGroupIds",
)
_MODIFY = (
    *cluster_options.SUPPORTED,
    "AllowMajorVersionUpgrade",
    "ApplyImmediately",
    "CloudwatchLogsExportConfiguration",
    "DBClusterIdentifier",
    "DBClusterParameterGroupName",
    "DeletionProtection",
    "EngineVersion",
    "ManageMasterUserPassword",
    "MasterUserPassword",
    "MasterUserSecretKmsKeyId",
    "Port",
    "RotateMasterUserPassword",
    "ServerlessV2ScalingConfiguration",
    "VpcSecurityGroupIds",
)
_DELETE = ("DBClusterIdentifier", "SkipFinalSnapshot", "FinalDBSnapshotIdentifier", "DeleteAutomatedBackups")
