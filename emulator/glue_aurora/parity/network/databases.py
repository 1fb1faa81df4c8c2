"""Which clusters a call of a run tells it to connect to: it reads a cluster's secret, or a connection with its URL."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError
from moto.secretsmanager.models import secretsmanager_backends

from glue_aurora.parity.network.clusters import Cluster, clusters_at, named_by
from glue_aurora.parity.network.runs import RunNetwork

_READS_SECRETS = frozenset({"GetSecretValue", "BatchGetSecretValue"})
_RANDOM_END = len("-abcdef")


def read_by(
    run: RunNetwork, service: str, operation: str, request: Mapping[str, Any], region: str
) -> Iterator[list[Cluster]]:
    """Yields the clusters that a call describes. Clusters in one item are those that the run may mean."""
    if service == "secretsmanager" and operation in _READS_SECRETS:
        for secret_id in _secret_ids(request):
            secret = _secret(run.account, region, secret_id)
            if secret is not None:
                yield _of_secret(run, secret)
    elif service == "glue" and operation == "GetConnection":
        url = _url_of(run, str(request.get("Name") or ""))
        yield from named_by(run.clusters(), [url]) if url else []


def _secret_ids(request: Mapping[str, Any]) -> list[str]:
    one = request.get("SecretId")
    return [one] if one else list(request.get("SecretIdList") or [])


def _secret(account: str, region: str, secret_id: str) -> Any:
    for each in secretsmanager_backends[account][region].secrets.values():
        # An ARN also serves without the random characters at its end.
        if secret_id in (each.arn, each.name, each.arn[:-_RANDOM_END]):
            return each
    return None


def _of_secret(run: RunNetwork, secret: Any) -> list[Cluster]:
    """Returns the clusters that a secret opens: RDS manages it for them, or its JSON has their host and port."""
    clusters = run.clusters()
    managed = [each for each in clusters if each.secret_arn == secret.arn]
    if managed:
        return managed
    content = _content(secret)
    port = str(content.get("port") or "")
    return clusters_at(clusters, str(content.get("host") or ""), int(port) if port.isdecimal() else -1)


def _content(secret: Any) -> Mapping[str, Any]:
    version = secret.versions.get(secret.default_version_id) or {}
    try:
        content = json.loads(version.get("secret_string") or "")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _url_of(run: RunNetwork, name: str) -> str:
    try:
        connection = run.clients("glue").get_connection(Name=name)["Connection"]
    except ClientError:
        return ""
    return str(connection["ConnectionProperties"].get("JDBC_CONNECTION_URL", ""))
