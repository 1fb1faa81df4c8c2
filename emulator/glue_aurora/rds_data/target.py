"""What a call is about: the cluster of `resourceArn` and the database user of `secretArn`."""

import json
from dataclasses import dataclass, field

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to

from glue_aurora.rds.models import Cluster
from glue_aurora.rds.store import LOCK, store_of
from glue_aurora.rds_data import faults


@dataclass(frozen=True)
class Login:
    """A database user of the cluster `cluster_arn`. `port` is that of the cluster's own server, if it has one."""

    cluster_arn: str
    port: int | None
    username: str
    password: str = field(repr=False)


def login(context: RequestContext, resource_arn: str, secret: str) -> Login:
    """Returns the user of the secret (name or ARN), on a cluster that answers.

    Raises:
        ApiError: HttpEndpointNotEnabledException, DatabaseNotFoundException, SecretsErrorException,
            InvalidSecretException.
    """
    cluster = _cluster(context, resource_arn)
    username, password = _credentials(context, secret)
    return Login(cluster.arn, cluster.own_port, username, password)


def _cluster(context: RequestContext, arn: str) -> Cluster:
    """Returns a cluster of the caller's account. The ARN has to match to the letter (User Guide, troubleshooting)."""
    with LOCK:
        cluster = next((one for one in store_of(context).clusters.values() if one.arn == arn), None)
        if cluster is None or not cluster.http_endpoint:
            raise faults.endpoint_not_enabled(arn)
        if not cluster.reachable:
            raise faults.no_instance(arn)
        return cluster


def _credentials(context: RequestContext, secret: str) -> tuple[str, str]:
    client = connect_to(aws_access_key_id=context.account_id, region_name=context.region).secretsmanager
    try:
        text = client.get_secret_value(SecretId=secret).get("SecretString")
    except ClientError as error:
        raise faults.secret_not_retrieved(secret, error.response["Error"]["Message"]) from error
    try:
        content = json.loads(text or "")
        username, password = content["username"], content["password"]
    except (ValueError, TypeError, KeyError):
        raise faults.secret_invalid(secret) from None  # the cause would show the secret in a log
    if not (isinstance(username, str) and isinstance(password, str)):
        raise faults.secret_invalid(secret)
    return username, password
