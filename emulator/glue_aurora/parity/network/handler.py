"""Ends a run when it calls a service, or reads a database's secret, that its network interface can't reach."""

import json
from collections.abc import Iterable
from typing import Any

from localstack.aws import handlers
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header
from moto.secretsmanager.models import secretsmanager_backends

from glue_aurora.parity.modes import OFF, mode
from glue_aurora.parity.network.clusters import Cluster, clusters_at
from glue_aurora.parity.network.judgement import judge_clusters, judge_service
from glue_aurora.parity.network.runs import RUNS, RunNetwork
from glue_aurora.parity.network.services import endpoint_prefix
from glue_aurora.service.errors import ApiError

_READS_SECRETS = frozenset({"GetSecretValue", "BatchGetSecretValue"})
_NEW_SESSIONS = frozenset({"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetSessionToken"})
_CONNECT_TIMEOUT = "EmulatorConnectTimeout"


def install() -> None:
    """Puts the handlers into LocalStack's chain. Runs once, before LocalStack takes requests."""
    handlers.serve_custom_service_request_handlers.append(judge_call)
    handlers.run_custom_response_handlers.append(follow_session)


def judge_call(chain: Any, context: Any, response: Any) -> None:
    """Lets a call pass, unless it comes from a run whose network does not reach what the call is for.

    Raises:
        ApiError: the run has been ended. On AWS the caller would get no answer.
    """
    if context.is_internal_call or context.service is None or context.operation is None:
        return
    run = RUNS.of(access_key_of(context))
    if run is None or mode() == OFF:
        return
    judge_service(run, endpoint_prefix(context.service.service_name), context.region)
    if (
        not run.stopped
        and context.service.service_name == "secretsmanager"
        and context.operation.name in _READS_SECRETS
    ):
        for secret_id in _secret_ids(context.service_request or {}):
            judge_clusters(run, _clusters_of(run, secret_id, context.region))
    if run.stopped:
        raise ApiError(_CONNECT_TIMEOUT, run.stopped)


def follow_session(chain: Any, context: Any, response: Any) -> None:
    """Keeps the credentials that a run gets from STS: what is called with them leaves by the run's interface."""
    if context.service is None or context.operation is None or context.service.service_name != "sts":
        return
    answer: Any = context.service_response
    if context.operation.name in _NEW_SESSIONS and isinstance(answer, dict) and answer.get("Credentials"):
        caller = access_key_of(context)
        if caller:
            RUNS.add_session(caller, answer["Credentials"]["AccessKeyId"])


def access_key_of(context: Any) -> str | None:
    """Returns the access key of a call, from its header or its presigned URL."""
    query: Any = context.request.args
    headers: Any = context.request.headers
    # LocalStack adds a header of its own where the URL has the key.
    in_url = query.get("X-Amz-Credential") or query.get("x-amz-credential") or query.get("AWSAccessKeyId") or ""
    return in_url.partition("/")[0] or extract_access_key_id_from_auth_header(headers)


def _secret_ids(request: Any) -> Iterable[str]:
    one = request.get("SecretId")
    return [one] if one else list(request.get("SecretIdList") or [])


def _clusters_of(run: RunNetwork, secret_id: str, region: str) -> list[Cluster]:
    """Returns the clusters that a secret opens: RDS manages it for them, or its JSON names their host."""
    clusters = run.clusters()
    secret = _secret(run.account, region, secret_id)
    if secret is None or not clusters:
        return []
    managed = [each for each in clusters if each.secret_arn == secret.arn]
    return managed or clusters_named_by(clusters, _content(secret))


def _secret(account: str, region: str, secret_id: str) -> Any:
    backend = secretsmanager_backends[account][region]
    for each in backend.secrets.values():
        # An ARN also serves without the six random characters at its end.
        if secret_id in (each.arn, each.name, each.arn[: -len("-abcdef")]):
            return each
    return None


def _content(secret: Any) -> dict[str, Any]:
    version = secret.versions.get(secret.default_version_id) or {}
    try:
        content = json.loads(version.get("secret_string") or "")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def clusters_named_by(clusters: Iterable[Cluster], content: dict[str, Any]) -> list[Cluster]:
    """Returns the clusters whose endpoint the members `host` and `port` of a secret name."""
    port = str(content.get("port") or "")
    return clusters_at(clusters, str(content.get("host") or ""), int(port) if port.isdecimal() else -1)
