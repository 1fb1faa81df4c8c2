"""Judges a run: what Glue does with the role before the script, and what was refused to the role until its end."""

import re
from collections.abc import Sequence

from moto.ec2.models import ec2_backends

from glue_aurora.parity import refusals
from glue_aurora.parity.decisions import decisions
from glue_aurora.parity.enforcement import judge_needs
from glue_aurora.parity.identity.callers import caller_of
from glue_aurora.parity.identity.needs import launch
from glue_aurora.parity.identity.verdict import Verdict
from glue_aurora.parity.modes import ENFORCE, OFF, mode
from glue_aurora.parity.runs import RunSession, run_sessions
from glue_aurora.service.call import Call

_LOGS = "logs:"
_PROBE = "s3:HeadObject"
_IS_REFUSAL = re.compile(r"\b403\b|Forbidden|Access ?Denied|not authorized|UnauthorizedOperation|Access to KMS")


def begin(access_key: str, run: RunSession) -> str | None:
    """Remembers the session of a run, and judges its launch. Returns why AWS refuses the launch, or None."""
    run_sessions.begin(access_key, run)
    caller = caller_of(access_key, run.account) if mode() != OFF else None
    if caller is None:
        return None
    call = Call("glue", "StartJobRun", {}, run.account, run.region)
    needs = launch.needs(call, run.connections, _vpc(run))
    verdicts = judge_needs(caller, call, needs)
    if verdicts and verdicts[-1].refused and mode() == ENFORCE:
        return refusals.message("glue", verdicts[-1])
    return None


def of_failure(access_key: str, error_message: str) -> str:
    """Returns what to add to the ErrorMessage of a run that failed.

    A program may lose a refusal's sentence: the answer to a HEAD request has none.
    """
    if not _IS_REFUSAL.search(error_message):
        return ""
    found = _messages(access_key, logs=False)
    if not found or any(_told(message, error_message) for message in found):
        return ""
    return f" (emulator) Refused last: {found[0]}"


def of_end(access_key: str) -> str:
    """Returns what the StateDetail of a run says about refusals: lost lines, and what only AWS would have refused."""
    said = []
    if lost := _messages(access_key, logs=True):
        lines = "The log has lost lines" if mode() == ENFORCE else "On AWS the log would lose lines"
        said.append(f"{lines}, because the role may not write it: {lost[0]}")
    if mode() != ENFORCE and (other := _messages(access_key, logs=False, probes=False)):
        said.append(f"AWS would refuse requests of this run: {' | '.join(other)}")
    return " ".join(said)


def _messages(access_key: str, *, logs: bool, probes: bool = True) -> Sequence[str]:
    """Returns the refusals that concern logs, or all others, the last one first.

    Spark asks for parents of its folders by HEAD and continues when it is refused: such probes may be left out.
    """
    found = [
        each
        for each in decisions.refused(access_key)
        if each.decision.request.action.startswith(_LOGS) is logs and (probes or each.call != _PROBE)
    ]
    return list(dict.fromkeys(refusals.message(_service(each), each) for each in found))


def _told(message: str, text: str) -> bool:
    """Returns whether a text holds AWS's sentence. Quotation marks may be escaped in it."""
    sentence = message.partition(". (emulator)")[0]
    return sentence.replace('"', "") in text.replace("\\", "").replace('"', "")


def _service(verdict: Verdict) -> str:
    return verdict.call.partition(":")[0]


def _vpc(run: RunSession) -> str | None:
    """Returns the VPC of the first connection that has a subnet."""
    for connection in run.connections:
        place = connection.get("PhysicalConnectionRequirements") or {}
        for zone in ec2_backends[run.account][run.region].subnets.values():
            if subnet := zone.get(str(place.get("SubnetId"))):
                return str(subnet.vpc_id)
    return None
