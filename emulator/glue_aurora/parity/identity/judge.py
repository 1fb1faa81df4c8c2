"""Judges one call: what it needs, and IAM's decision on each need."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from glue_aurora.parity.identity.caller import Caller
from glue_aurora.parity.identity.evaluator import Decision, Outcome, Policies, decide
from glue_aurora.parity.identity.needs.need import Need
from glue_aurora.parity.identity.policy import Policy
from glue_aurora.parity.identity.request import Request
from glue_aurora.parity.identity.verdict import Verdict
from glue_aurora.service.call import Call

# What the emulator does not know of a request from a VPC, unless it knows the request's way.
ADDRESS_IN_A_VPC = "aws:vpcsourceip"
IN_A_VPC = ("aws:sourcevpc", "aws:sourcevpce", ADDRESS_IN_A_VPC)


def judge(
    caller: Caller,
    call: Call,
    need: Need,
    *,
    endpoint: Policy | None = None,
    unknown: tuple[str, ...] = (),
    way: dict[str, tuple[str, ...]] | None = None,
) -> Verdict:
    """Returns the verdict on one need of a call.

    `endpoint` is the policy of the VPC endpoint that the call passes, `way` the condition keys of the call's way, and
    `unknown` has patterns of the keys that nobody knows.
    """
    now = datetime.now(UTC)
    context = {
        "aws:securetransport": ("true",),
        "aws:requestedregion": (call.region,),
        "aws:resourceaccount": (call.account,),
        "aws:currenttime": (now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:epochtime": (str(int(now.timestamp())),),
        "aws:viaawsservice": ("false",),
        **(way or {}),
        **need.context,
    }
    # A service asks KMS in the caller's name. AWS's pages do not say which of these keys it then sends.
    for name in [each for each in context if each in need.unknown]:
        del context[name]
    policies = Policies(
        caller.identity,
        need.resource_policy,
        caller.boundary,
        caller.session,
        endpoint,
        resource_decides=need.resource_decides,
    )
    request = Request(caller.principal, need.action, need.resource, context, need.known, (*need.unknown, *unknown))
    name = f"{call.service}:{call.operation}"
    verdicts = [_verdict(name, form, policies) for form in _forms(request, need)]
    denied = next((each for each in verdicts if each.decision.outcome is Outcome.DENIED and not each.doubtful), None)
    allowed = next((each for each in verdicts if each.decision.allowed), None)
    return denied or allowed or next((each for each in verdicts if each.doubtful), verdicts[0])


def _forms(request: Request, need: Need) -> Iterator[Request]:
    yield request
    for form in need.also:
        yield replace(request, resource=form)


def _verdict(name: str, request: Request, policies: Policies) -> Verdict:
    decision: Decision = decide(request, policies)
    if decision.allowed or not decision.unjudged:
        return Verdict(name, decision)
    return Verdict(name, decision, doubtful=decide(request, policies, in_doubt_allow=True).allowed)
