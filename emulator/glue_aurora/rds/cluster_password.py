"""Handles the master user's password in requests, whether the user gives it or RDS makes and keeps it."""

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.rds import databases, faults, master_user, network
from glue_aurora.rds.models import Cluster
from glue_aurora.service.errors import NotSupportedError


def new(request: Mapping[str, Any]) -> str:
    """Returns the password of a new cluster: the one asked for, or one that RDS makes.

    Raises:
        ApiError: the request's members do not go together, or the password is refused.
    """
    password = request.get("MasterUserPassword")
    if request.get("ManageMasterUserPassword"):
        if password:
            raise faults.invalid_combination(
                "You can't specify MasterUserPassword when ManageMasterUserPassword is enabled."
            )
        return master_user.new_password()
    if request.get("MasterUserSecretKmsKeyId"):
        raise faults.invalid_combination(
            "MasterUserSecretKmsKeyId can be specified only when ManageMasterUserPassword is enabled."
        )
    if not password:
        raise faults.invalid_value("The parameter MasterUserPassword must be provided and must not be blank.")
    master_user.check_password(password)
    return str(password)


def modify(context: RequestContext, request: Mapping[str, Any], cluster: Cluster, now: bool) -> None:
    """Changes the password as the request asks, at once, whatever ApplyImmediately says.

    Raises:
        ApiError: the request's members do not go together, or the password is refused.
    """
    manage, password = request.get("ManageMasterUserPassword"), request.get("MasterUserPassword")
    rotate = request.get("RotateMasterUserPassword")
    managed = cluster.secret is not None if manage is None else bool(manage)
    if managed and password:
        raise faults.invalid_combination(
            "You can't specify MasterUserPassword for an instance with managed credentials."
        )
    if rotate and not (managed and now):
        raise faults.invalid_combination(
            "RotateMasterUserPassword needs ManageMasterUserPassword to be enabled and ApplyImmediately to be set."
        )
    if password:
        master_user.check_password(password)
    if managed and cluster.secret is None:
        key_arn, new = secret_key(context, request), master_user.new_password()
        databases.set_password(cluster, new)
        master_user.create_secret(cluster, new, request.get("MasterUserSecretKmsKeyId"), key_arn)
    elif request.get("MasterUserSecretKmsKeyId"):
        raise NotSupportedError("Another key for a managed secret", "Turn the managed password off and on again.")
    elif not managed and cluster.secret is not None:
        if not password:
            raise faults.invalid_combination(
                "MasterUserPassword must be specified when ManageMasterUserPassword is disabled."
            )
        databases.set_password(cluster, password)
        master_user.delete_secret(cluster)
    elif rotate:
        master_user.rotate(cluster)
    elif password:
        databases.set_password(cluster, password)


def secret_key(context: RequestContext, request: Mapping[str, Any]) -> str:
    """Returns the ARN of the key of the managed secret.

    Raises:
        ApiError: KMSKeyNotAccessibleFault.
    """
    return network.key_arn(context, request.get("MasterUserSecretKmsKeyId"), "secretsmanager")
