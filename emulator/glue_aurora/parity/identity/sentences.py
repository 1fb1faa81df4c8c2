"""AWS's sentences for a refusal, and one of ours that says what to change.

Source: IAM guide, troubleshoot_access-denied.html.
"""

from glue_aurora.parity.identity.evaluator import Decision, Outcome
from glue_aurora.parity.identity.policy import Kind

_WITH_ARTICLE = {
    Kind.IDENTITY: "an identity-based policy",
    Kind.BOUNDARY: "a permissions boundary",
    Kind.SESSION: "a session policy",
    Kind.RESOURCE: "a resource-based policy",
    Kind.ENDPOINT: "a VPC endpoint policy",
    Kind.TRUST: "the role trust policy",
}


def aws_sentence(decision: Decision) -> str:
    """Returns what AWS says about a refused request."""
    request = decision.request
    kind = decision.kind or Kind.IDENTITY
    said = f"User: {request.principal.arn} is not authorized to perform: {request.action}"
    said += f" on resource: {request.resource or '*'}"
    if decision.outcome is Outcome.DENIED:
        return f"{said} with an explicit deny in {_WITH_ARTICLE[kind]}"
    return f"{said} because no {kind.value} allows the {request.action} action"


def remedy(decision: Decision) -> str:
    """Returns which statement or policy to change, and what of the policies the emulator can't judge."""
    said = _remedy(decision)
    if decision.unjudged:
        said += f" The emulator can't judge: {'; '.join(decision.unjudged)}. Such a part never allows a request."
    return said


def _remedy(decision: Decision) -> str:
    if decision.outcome is Outcome.DENIED:
        return f"Change {', '.join(map(str, decision.deciding))}."
    if decision.nearest:
        return f"Almost allowed by {'; '.join(map(str, decision.nearest[:3]))}."
    request = decision.request
    where = {
        Kind.IDENTITY: f"a policy of {request.principal.policy_arn}",
        Kind.RESOURCE: f"the policy of {request.resource}",
        Kind.TRUST: f"the trust policy of {request.resource}",
    }.get(decision.kind or Kind.IDENTITY, f"the {(decision.kind or Kind.IDENTITY).value}")
    return f"No statement has the action. Add {request.action} on {request.resource} to {where}."
