"""What EventBridge refuses when a rule is made."""

import json
from typing import Any

from glue_aurora.service import cron
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule


def _no_list(call: Call) -> tuple[object, ...] | None:
    """A field of an event pattern has a list of values, or more fields."""
    try:
        pattern = json.loads(call.get("EventPattern") or "{}")
    except ValueError:
        return None
    name = _leaf(pattern)
    return None if name is None else (name,)


def _leaf(pattern: Any) -> str | None:
    if not isinstance(pattern, dict):
        return None
    for name, value in pattern.items():
        if not isinstance(value, dict | list):
            return str(name)
        if name != "$or" and (found := _leaf(value)) is not None:
            return found
    return None


def _cron(call: Call) -> tuple[object, ...] | None:
    expression = str(call.get("ScheduleExpression") or "")
    return (expression,) if expression.startswith("cron(") and cron.fault(expression) else None


RULES = (
    Rule(
        ("PutRule",),
        _cron,
        "ValidationException",
        "Parameter ScheduleExpression is not valid.",
        "EventBridge guide, eb-scheduled-rule-pattern.html",
        seen=True,
        remedy="Write ScheduleExpression as rate(5 minutes), or as cron with six fields and ? for one of the days.",
    ),
    Rule(
        ("PutRule", "TestEventPattern"),
        _no_list,
        "InvalidEventPatternException",
        'Event pattern is not valid. Reason: "{}" must be an object or an array',
        "EventBridge guide, eb-create-pattern.html",
        seen=True,
        remedy='Put the values of "{}" in the event pattern into a list.',
    ),
)
