"""Ends a run when it calls a service, or reads where a database is, that its network interface can't reach."""

from typing import Any

from localstack.aws import handlers

from glue_aurora.parity.access_key import access_key_of
from glue_aurora.parity.modes import OFF, mode
from glue_aurora.parity.network.databases import read_by
from glue_aurora.parity.network.judgement import judge_clusters, judge_service
from glue_aurora.parity.network.runs import RUNS
from glue_aurora.parity.network.services import endpoint_prefix
from glue_aurora.service.errors import ApiError

_NEW_SESSIONS = frozenset({"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetSessionToken"})
_CONNECT_TIMEOUT = "EmulatorConnectTimeout"


def install() -> None:
    """Puts the handlers into LocalStack's chain. Runs once, before LocalStack takes requests."""
    # First, because a call without a way meets no policy.
    handlers.serve_custom_service_request_handlers.handlers.insert(0, judge_call)
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
    service = context.service.service_name
    judge_service(run, endpoint_prefix(service), context.region)
    if not run.stopped:
        for clusters in read_by(run, service, context.operation.name, context.service_request or {}, context.region):
            judge_clusters(run, clusters)
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
