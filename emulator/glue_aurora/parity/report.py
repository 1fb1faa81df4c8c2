"""What `make parity` shows of a run: each decision once, the rights that the run did not use, and the least policy."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from glue_aurora.parity.decisions import Counted
from glue_aurora.parity.identity.matching import action_like, like
from glue_aurora.parity.identity.policy import Kind, Policy
from glue_aurora.parity.identity.sentences import aws_sentence, remedy

_VIA = "kms:viaservice"


def report(counted: Sequence[Counted], identity: Sequence[Policy]) -> dict[str, Any]:
    """Returns the decisions on the requests of a caller, and what they say of the caller's own policies."""
    return {
        "decisions": list(_decisions(counted)),
        "unused": list(_unused(counted, identity)),
        "least_policy": _least_policy(counted),
    }


def _decisions(counted: Sequence[Counted]) -> Iterable[dict[str, Any]]:
    """Yields each decision once. Objects of one folder and streams of one group count as one resource."""
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in counted:
        verdict, decision = each.verdict, each.verdict.decision
        allowed = decision.allowed
        by = sorted({str(reference) for reference in decision.deciding})
        resource = general(decision.request.resource) if allowed else decision.request.resource
        key = (verdict.call, decision.request.action, resource, allowed, tuple(by))
        entry = groups.setdefault(
            key,
            {
                "call": verdict.call,
                "action": decision.request.action,
                "resource": resource,
                "count": 0,
                "outcome": "allowed" if allowed else "refused" if verdict.refused else "not judged",
                "by": by,
                **({} if allowed else {"reason": f"{aws_sentence(decision)}. {remedy(decision)}"}),
            },
        )
        entry["count"] += each.count
    yield from groups.values()


def _unused(counted: Sequence[Counted], identity: Sequence[Policy]) -> Iterable[dict[str, Any]]:
    """Yields the actions and resources of each statement that allowed no request of the caller."""
    used = defaultdict(list)
    for each in counted:
        decision = each.verdict.decision
        for reference in decision.deciding if decision.allowed else ():
            if reference.policy.kind is Kind.IDENTITY:
                used[(reference.policy.label, reference.statement.number)].append(decision.request)
    for policy in identity:
        for statement in (each for each in policy.statements if each.allows):
            requests = used[(policy.label, statement.number)]
            actions = [
                pattern
                for pattern in statement.values("Action")
                if not any(action_like(request.action, pattern) for request in requests)
            ]
            resources = [
                pattern
                for pattern in statement.values("Resource")
                if requests and not any(like(request.resource or "*", pattern) for request in requests)
            ]
            if actions or resources:
                yield {
                    "policy": policy.label,
                    "statement": statement.name,
                    "actions": actions,
                    "resources": resources,
                }


def _least_policy(counted: Sequence[Counted]) -> dict[str, Any]:
    """Returns a policy with what the caller used and no more, as far as requests of one kind need one resource."""
    actions: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for each in counted:
        decision = each.verdict.decision
        if decision.allowed:
            via = decision.request.context.get(_VIA, ())
            actions[(general(decision.request.resource) or "*", via)].add(decision.request.action)
    resources: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = defaultdict(list)
    for (resource, via), found in actions.items():
        resources[(tuple(sorted(found)), via)].append(resource)
    statements = []
    for (names, via), of in sorted(resources.items()):
        statement: dict[str, Any] = {"Effect": "Allow", "Action": list(names), "Resource": sorted(of)}
        if via:
            statement["Condition"] = {"StringEquals": {"kms:ViaService": list(via)}}
        statements.append(statement)
    return {"Version": "2012-10-17", "Statement": _joined(statements)}


def _joined(statements: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Returns the statements, those that differ in the service alone (kms:ViaService) as one."""
    found: list[dict[str, Any]] = []
    for each in statements:
        same = [one for one in found if "Condition" in one and "Condition" in each]
        alike = [one for one in same if (one["Action"], one["Resource"]) == (each["Action"], each["Resource"])]
        if alike:
            services = alike[0]["Condition"]["StringEquals"]["kms:ViaService"]
            services += each["Condition"]["StringEquals"]["kms:ViaService"]
        else:
            found.append(dict(each))
    return found


def general(resource: str | None) -> str | None:
    """Returns a pattern for the resources of one kind: objects of one folder at the top, streams of one group.

    A group's pattern ends in `:*`, the form that AWS takes for every action but those on tags.
    """
    if resource is None:
        return None
    if resource.startswith("arn:aws:s3:::"):
        bucket, _, key = resource.removeprefix("arn:aws:s3:::").partition("/")
        folder, slash, _ = key.partition("/")
        return f"arn:aws:s3:::{bucket}/{folder}/*" if slash else resource
    group, separator, _ = resource.partition(":log-stream:")
    if ":log-group:" in resource and not separator:
        return f"{resource.removesuffix(':*')}:*"
    return f"{group}{separator}*" if separator else resource
