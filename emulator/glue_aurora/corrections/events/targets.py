"""Which settings of a rule's target EventBridge refuses: its queue of undelivered events, and paths into the event.

Source: what AWS answered in September 2026, in
https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/events
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from glue_aurora.service.call import Call

# JSONPath has $.detail['key'] too. EventBridge takes numbers between brackets only.
_QUOTED = re.compile(r"\[\s*['\"]")


def no_queue(call: Call) -> tuple[object, ...] | None:
    """Returns the service of a dead letter resource that is no queue."""
    services = (arn.split(":")[2] for arn in _dead_letters(call) if arn.count(":") >= 5)
    return next(((service,) for service in services if service != "sqs"), None)


def fifo_queue(call: Call) -> tuple[object, ...] | None:
    """Finds a dead letter queue that is a FIFO queue."""
    return () if any(arn.endswith(".fifo") for arn in _dead_letters(call)) else None


def path(call: Call) -> tuple[object, ...] | None:
    """Returns the target whose path into the event does not begin with $, or has a name in brackets."""
    for target in call.get("Targets") or []:
        if any(not each.startswith("$") or _QUOTED.search(each) for each in _paths(target)):
            return (target.get("Id"),)
    return None


def _dead_letters(call: Call) -> Iterator[str]:
    for target in call.get("Targets") or []:
        if arn := (target.get("DeadLetterConfig") or {}).get("Arn"):
            yield str(arn)


def _paths(target: Mapping[str, Any]) -> list[str]:
    named = ((target.get("InputTransformer") or {}).get("InputPathsMap") or {}).values()
    return [str(each) for each in (target.get("InputPath"), *named) if each]
