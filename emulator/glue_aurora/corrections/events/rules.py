"""What EventBridge refuses when a rule is made."""

import json
from collections.abc import Iterator
from typing import Any

from glue_aurora.service import cron
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

_PATTERN = "EventBridge guide, eb-create-pattern.html"
# Sources: eventbridge/latest/userguide/eb-create-pattern-operators.html; aws/event-ruler (exactly).
_OPERATORS = frozenset(
    {"anything-but", "cidr", "equals-ignore-case", "exactly", "exists", "numeric", "prefix", "suffix", "wildcard"}
)


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


def _no_json(call: Call) -> tuple[object, ...] | None:
    try:
        pattern = json.loads(call.get("EventPattern") or "{}")
    except ValueError as error:
        return (error,)
    return None if isinstance(pattern, dict) else ("Filter is not an object",)


def _unknown_operator(call: Call) -> tuple[object, ...] | None:
    """An object in a list of values is an operator."""
    try:
        pattern = json.loads(call.get("EventPattern") or "{}")
    except ValueError:
        return None
    return next(((name,) for name in _operators(pattern) if name not in _OPERATORS), None)


def _operators(pattern: Any) -> Iterator[str]:
    if not isinstance(pattern, dict):
        return
    for name, value in pattern.items():
        if name == "$or" and isinstance(value, list):
            for each in value:
                yield from _operators(each)
        elif isinstance(value, list):
            for each in value:
                yield from each if isinstance(each, dict) else ()
        else:
            yield from _operators(value)


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
        _no_json,
        "InvalidEventPatternException",
        "Event pattern is not valid. Reason: {}",
        _PATTERN,
        remedy="Write the event pattern as a JSON object.",
    ),
    Rule(
        ("PutRule", "TestEventPattern"),
        _unknown_operator,
        "InvalidEventPatternException",
        "Event pattern is not valid. Reason: Unrecognized match type {}",
        _PATTERN,
        seen=True,
        remedy="Use an operator of event patterns in place of {}.",
    ),
    Rule(
        ("PutRule", "TestEventPattern"),
        _no_list,
        "InvalidEventPatternException",
        'Event pattern is not valid. Reason: "{}" must be an object or an array',
        _PATTERN,
        seen=True,
        remedy='Put the values of "{}" in the event pattern into a list.',
    ),
)
