"""Judges the values of an event pattern as `aws/event-ruler` does, which EventBridge compiles its patterns with.

LocalStack has the same checks, asks them of TestEventPattern, and not of PutRule. Sources:
https://github.com/aws/event-ruler (JsonRuleCompiler.java); what AWS answered in September 2026:
https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/events/pf-events-pattern-operator
"""

from typing import Any

from localstack.aws.api.events import InvalidEventPatternException
from localstack.services.events.event_rule_engine import EventPatternCompiler

_PREFIX = "Event pattern is not valid. Reason: "
# LocalStack lacks an operator of event-ruler, estimates how complex a pattern with wildcards is, and refuses addresses
# such as 10.0.0.5/8.
_NOT_JUDGED = ("Unrecognized match type", "Rule is too complex", "Nonstandard IP address")


def fault(pattern: Any) -> str | None:
    """Returns what AWS says after "Reason: " about a pattern, or None."""
    if not isinstance(pattern, dict):
        return None
    if _has_empty_object(pattern):
        return "Empty objects are not allowed"
    try:
        EventPatternCompiler().compile_event_pattern(pattern)  # type: ignore[no-untyped-call]
    except InvalidEventPatternException as error:
        reason = str(error.message).removeprefix(_PREFIX)
        return None if reason.startswith(_NOT_JUDGED) else reason
    except (AttributeError, TypeError):  # something under $or that is no object
        return None
    return None


def _has_empty_object(pattern: Any) -> bool:
    """Looks at fields and alternatives only: an object in a list of values is an operator."""
    if isinstance(pattern, list):
        return any(_has_empty_object(each) for each in pattern)
    if not isinstance(pattern, dict):
        return False
    inside = (value for name, value in pattern.items() if isinstance(value, dict) or name == "$or")
    return not pattern or any(_has_empty_object(value) for value in inside)
