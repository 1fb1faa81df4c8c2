"""AWS's sentences for a refusal, and one of ours that says what to change.

Source: IAM guide, troubleshoot_access-denied.html.
"""

import itertools

from glue_aurora.parity.identity.evaluator import Decision, Outcome, Reference
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
        nearest = sorted(decision.nearest, key=lambda each: -_likeness(each, decision.request.resource or ""))
        return f"Almost allowed by {'; '.join(map(str, nearest[:2]))}."
    request = decision.request
    where = {
        Kind.IDENTITY: f"a policy of {request.principal.policy_arn}",
        Kind.RESOURCE: f"the policy of {request.resource}",
        Kind.TRUST: f"the trust policy of {request.resource}",
    }.get(decision.kind or Kind.IDENTITY, f"the {(decision.kind or Kind.IDENTITY).value}")
    return f"No statement has the action. Add {request.action} on {request.resource} to {where}."


def _likeness(reference: Reference, resource: str) -> int:
    """Returns how many characters a statement's resources and the request's have in common at their beginning."""
    patterns = reference.statement.values("Resource")
    return max((_common(pattern, resource) for pattern in patterns), default=0)


def _common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
