"""Judges each call of a role's session or an IAM user before its service sees it."""

import logging
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.parity import refusals
from glue_aurora.parity.access_key import access_key_of
from glue_aurora.parity.decisions import decisions
from glue_aurora.parity.identity import judge
from glue_aurora.parity.identity.caller import Caller
from glue_aurora.parity.identity.callers import caller_of
from glue_aurora.parity.identity.facts import EmulatorFacts
from glue_aurora.parity.identity.needs import s3
from glue_aurora.parity.identity.needs.catalogue import needs_of
from glue_aurora.parity.identity.needs.need import Need
from glue_aurora.parity.identity.verdict import Verdict
from glue_aurora.parity.modes import ENFORCE, OFF, mode
from glue_aurora.parity.runs import run_sessions
from glue_aurora.parity.ways import way_of
from glue_aurora.service.call import Call

LOG = logging.getLogger(__name__)

# Attribute of LocalStack's context with the keys that DeleteObjects may not delete: a list of (object, message).
REFUSED_OBJECTS = "emulator_refused_objects"


class IdentityHandler:
    """The handler in LocalStack's chain. It answers refusals in the form of the service."""

    def __call__(self, chain: Any, context: RequestContext, response: Any) -> None:
        if mode() == OFF or context.is_internal_call or context.service is None or context.operation is None:
            return
        caller = caller_in(context)
        if caller is None:
            return
        call = call_of(context)
        if (call.service, call.operation) == ("s3", "DeleteObjects"):
            _judge_deleted(caller, call, context)
            return
        facts = EmulatorFacts()
        needs = needs_of(call, facts)
        for verdict in judge_needs(caller, call, needs):
            if verdict.refused:
                refuse(call, verdict)
        if reason := refusals.of_key_state(call.service, needs, facts):
            if mode() == ENFORCE:
                raise reason
            LOG.warning("AWS would refuse %s:%s: %s", call.service, call.operation, reason.message)


def caller_in(context: RequestContext) -> Caller | None:
    """Returns the caller of a request, or None for the administrator."""
    access_key = access_key_of(context)
    return caller_of(access_key, context.account_id) if access_key else None


def call_of(context: RequestContext) -> Call:
    """Returns the call of a request."""
    service: Any = context.service
    operation: Any = context.operation
    parameters: Any = context.service_request or {}
    return Call(service.service_name, operation.name, parameters, context.account_id, context.region)


def judge_needs(caller: Caller, call: Call, needs: list[Need]) -> list[Verdict]:
    """Returns the verdicts on `needs`, up to the first refusal, and keeps them."""
    found = []
    run = run_sessions.of(caller.access_key)
    way = way_of(caller.access_key, call.service, call.region)
    in_a_vpc = run is not None and bool(run.connections)
    unknown: tuple[str, ...] = judge.IN_A_VPC if in_a_vpc and way is None else ()
    if way and way.keys:
        unknown = (judge.ADDRESS_IN_A_VPC,)
    for need in needs:
        # What the service asks of others in the caller's name does not pass the endpoint.
        own = need.action.partition(":")[0] == call.service
        verdict = judge.judge(
            caller,
            call,
            need,
            endpoint=way.endpoint if way and own else None,
            way=dict(way.keys) if way else None,
            unknown=unknown,
        )
        decisions.add(caller.access_key, verdict)
        if verdict.doubtful:
            LOG.warning("not judged: %s", refusals.message(call.service, verdict, call))
        found.append(verdict)
        if verdict.refused:
            break
    return found


def _judge_deleted(caller: Caller, call: Call, context: RequestContext) -> None:
    """Takes the keys that the caller may not delete out of the request. Its service answers for them."""
    deleted: Any = call.parameters.get("Delete") or {}
    facts = EmulatorFacts()
    bucket = call.text("Bucket")
    if not facts.bucket_exists(bucket):
        return
    kept, refused = [], []
    for each in deleted.get("Objects") or []:
        need = s3.of_deleted(call, facts, each["Key"], each.get("VersionId") or "")
        (verdict,) = judge_needs(caller, call, [need])
        if verdict.refused and mode() == ENFORCE:
            refused.append((each, refusals.message("s3", verdict)))
        else:
            kept.append(each)
            if verdict.refused:
                _warn("s3", verdict)
    if refused:
        deleted["Objects"] = kept
        setattr(context, REFUSED_OBJECTS, refused)


def refuse(call: Call, verdict: Verdict) -> None:
    """Answers with the service's own code for a refused request; in mode `warn`, only logs it.

    Raises:
        CommonServiceException: always in mode `enforce`.
    """
    if mode() != ENFORCE:
        _warn(call.service, verdict)
        return
    raise refusals.exception(call.service, verdict, call)


def _warn(service: str, verdict: Verdict) -> None:
    LOG.warning("AWS would refuse %s: %s", verdict.call, refusals.message(service, verdict))
