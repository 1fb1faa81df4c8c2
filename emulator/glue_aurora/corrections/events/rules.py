"""What EventBridge refuses when a rule or its targets are made."""

import json
from collections.abc import Iterator
from typing import Any

from glue_aurora.corrections.events import patterns, targets
from glue_aurora.service import cron
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

# Its rules quote what AWS answered in September 2026.
_MEASURED = "https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/events/pf-events-"
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


def _fault(call: Call) -> tuple[object, ...] | None:
    text = call.get("EventPattern")
    try:
        reason = patterns.fault(json.loads(text)) if text else None
    except ValueError:
        return None
    return (reason,) if reason else None


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
    Rule(
        ("PutRule",),
        _fault,
        "InvalidEventPatternException",
        "Event pattern is not valid. Reason: {}",
        f"https://github.com/aws/aws-cdk/issues/36904; {_MEASURED}pattern-operator; aws/event-ruler",
        seen=True,
        remedy="Change the values in the event pattern that the sentence names.",
    ),
    Rule(
        ("PutTargets",),
        targets.no_queue,
        "ValidationException",
        "{} is not supported as a dead letter resource",
        f"{_MEASURED}target-dlq",
        seen=True,
        remedy="Name a queue of SQS in DeadLetterConfig.",
    ),
    Rule(
        ("PutTargets",),
        targets.fifo_queue,
        "ValidationException",
        "SQS FIFO is not supported by Dead Letter Queues",
        f"{_MEASURED}target-dlq",
        seen=True,
        remedy="Name a standard queue in DeadLetterConfig.",
    ),
    Rule(
        ("PutTargets",),
        targets.path,
        "ValidationException",
        "InputPath for target {} is invalid.",
        f"{_MEASURED}input-path-jsonpath",
        seen=True,
        remedy="Write the path with a dollar sign and dots, such as $.detail.state.",
    ),
)
