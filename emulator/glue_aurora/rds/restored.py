"""Clusters of a saved state, brought together with the PostgreSQL that kept their data."""

from glue_aurora.rds import databases, effects, master_user, servers
from glue_aurora.rds.models import Cluster


def bring_back(cluster: Cluster) -> None:
    """Starts the cluster's own server, if it has one, and makes its password, settings and rules as the state has them.

    PostgreSQL may have changed since the state was saved, for example by a rotation of the password.

    Raises:
        DatabaseError: PostgreSQL lacks the cluster's role or database, or refuses.
    """
    cluster.own_port = None
    servers.place(cluster)
    databases.check_kept(cluster)
    if password := master_user.current_password(cluster):
        databases.set_password(cluster, password)
    if cluster.reachable:
        effects.started(cluster, cluster.applied)
