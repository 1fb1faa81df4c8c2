"""What changes of RDS resources do to the PostgreSQL behind the emulator."""

from collections.abc import Mapping

from localstack.aws.api import RequestContext

from glue_aurora.rds import access_rules, databases
from glue_aurora.rds.models import Cluster, Setting
from glue_aurora.rds.parameter_catalogue import CATALOGUE
from glue_aurora.rds.store import all_clusters, store_of


def started(cluster: Cluster, values: Mapping[str, str]) -> None:
    """Starts the writer: all parameters of the cluster's group come into force, and connections are accepted."""
    before = cluster.applied
    cluster.applied = dict(values)
    try:
        databases.apply_settings(cluster)
        access_rules.write(cluster, all_clusters())
    except Exception:
        cluster.applied = before
        raise


def restarted(cluster: Cluster, values: Mapping[str, str]) -> None:
    """Restarts the writer: all parameters of the cluster's group come into force, and sessions end."""
    started(cluster, values)
    databases.disconnect(cluster)


def stopped(cluster: Cluster) -> None:
    """Stops the cluster after its last instance: refuses new connections and ends the open ones."""
    access_rules.write(cluster, all_clusters())
    databases.disconnect(cluster)


def cluster_parameters_changed(context: RequestContext, group_name: str, changes: Mapping[str, Setting | None]) -> None:
    """Applies the immediate changes of a group at once in every running cluster that uses it."""
    store = store_of(context)
    users = [one for one in store.clusters.values() if one.parameter_group == group_name and one.reachable]
    for cluster in users:
        applied = dict(cluster.applied)
        waits = False
        for name, setting in changes.items():
            dynamic = CATALOGUE[name].apply_type == "dynamic"
            if setting is None and dynamic:
                applied.pop(name, None)
            elif setting is not None and setting.apply_method == "immediate":
                applied[name] = setting.value
            else:
                waits = True
        if applied != cluster.applied:
            started(cluster, applied)
        for member in cluster.members if waits else ():
            store.instances[member].cluster_parameters_pending = True
