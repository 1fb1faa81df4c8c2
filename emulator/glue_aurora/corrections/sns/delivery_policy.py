"""Reads the delivery policy of a topic or a subscription: how often, and after which seconds, SNS tries again.

Sources: SNS developer guide, sns-message-delivery-retries.html;
https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/sns/pf-sns-delivery-policy
"""

import json
from collections.abc import Mapping
from typing import Any

_LEAST = {
    "minDelayTarget": 1,
    "numRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "numMaxDelayRetries": 0,
}
_MOST = {"numRetries": 100, "maxDelayTarget": 3600}
# A topic has its policy under `http`, with defaults for its subscriptions. A subscription has its own.
_PLACES = (("http", "defaultHealthyRetryPolicy"), ("healthyRetryPolicy",))


def fault(text: Any) -> str | None:
    """Returns what is wrong with a policy's retries, in AWS's words, or None. A text that is no JSON has no fault."""
    try:
        policy = json.loads(text or "{}")
    except (TypeError, ValueError):
        return None
    for path in _PLACES:
        found: Any = policy
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, dict) and (wrong := _fault(found)):
            return f"{'.'.join(path)}.{wrong}"
    return None


def _fault(retries: Mapping[str, Any]) -> str | None:
    """The order is AWS's as far as it was seen: the number of retries before the delays."""
    numbers = {name: value for name, value in retries.items() if isinstance(value, int | float)}
    for name, most in _MOST.items():
        if numbers.get(name, most) > most:
            return f"{name} must be less than or equal to {most}"
    for name, least in _LEAST.items():
        if numbers.get(name, least) < least:
            return f"{name} must be greater than or equal to {least}"
    if "minDelayTarget" in numbers and numbers["minDelayTarget"] > numbers.get("maxDelayTarget", float("inf")):
        return "maxDelayTarget must be greater than or equal to minDelayTarget"
    phases = sum(numbers.get(name, 0) for name in ("numNoDelayRetries", "numMinDelayRetries", "numMaxDelayRetries"))
    if numbers.get("numRetries", phases) < phases:
        return (
            "numRetries must be greater than or equal to total of numMinDelayRetries, numNoDelayRetries and "
            "numMaxDelayRetries"
        )
    return None
