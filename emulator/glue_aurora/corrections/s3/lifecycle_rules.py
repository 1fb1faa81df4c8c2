"""What S3 refuses in a bucket's lifecycle.

Sources: S3 user guide, lifecycle-transition-general-considerations.html and intro-lifecycle-rules.html; API reference,
PutBucketLifecycleConfiguration. Sentences as users quote them, or as the rules of
https://github.com/badmintoncryer/cdk-preflight (rules/s3/pf-s3-lifecycle-*) have them from real AWS.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time
from itertools import combinations
from typing import Any

from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

_INFREQUENT = ("STANDARD_IA", "ONEZONE_IA")
_LEAST_DAYS_IN_IA = 30
# An object moves from a class to a later one only.
_WATERFALL = ("STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
_ACTIONS = (
    "Expiration",
    "Transitions",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransitions",
    "AbortIncompleteMultipartUpload",
)
_OPERATIONS = ("PutBucketLifecycleConfiguration",)
_SOURCE = "S3 user guide, lifecycle-transition-general-considerations.html"


def _each(test: Callable[[Mapping[str, Any]], Iterator[tuple[object, ...]]]) -> Callable[..., Any]:
    def broken(call: Call) -> tuple[object, ...] | None:
        return next((found for rule in _rules(call) for found in test(rule)), None)

    return broken


def _rules(call: Call) -> list[Mapping[str, Any]]:
    return call.get("LifecycleConfiguration", "Rules") or []


def _repeated(call: Call) -> tuple[object, ...] | None:
    names = Counter(rule["ID"] for rule in _rules(call) if rule.get("ID"))
    return next(((name,) for name, count in names.items() if count > 1), None)


def _no_action(rule: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    if not any(rule.get(name) for name in _ACTIONS):
        yield ()


def _long_id(rule: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    if len(rule.get("ID") or "") > 255:
        yield ()


def _zero_days(rule: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    for action, member in (
        ("Expiration", "Days"),
        ("NoncurrentVersionExpiration", "NoncurrentDays"),
        ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
    ):
        days = (rule.get(action) or {}).get(member)
        if days is not None and days < 1:
            yield member, action


def _early(rule: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    for each in rule.get("Transitions") or []:
        days = each.get("Days")
        if each.get("StorageClass") in _INFREQUENT and days is not None and days < _LEAST_DAYS_IN_IA:
            yield "Days", "Transition", each["StorageClass"]
    for each in rule.get("NoncurrentVersionTransitions") or []:
        days = each.get("NoncurrentDays")
        if each.get("StorageClass") in _INFREQUENT and days is not None and days < _LEAST_DAYS_IN_IA:
            yield "NoncurrentDays", "NoncurrentVersionTransition", each["StorageClass"]


def _expires_first(rule: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    days = (rule.get("Expiration") or {}).get("Days")
    if days is not None and any((each.get("Days") or 0) >= days for each in rule.get("Transitions") or []):
        yield (_filter(rule),)


def _old_versions_expire_first(rule: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    days = (rule.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays")
    moves = [each.get("NoncurrentDays") or 0 for each in rule.get("NoncurrentVersionTransitions") or []]
    if days is not None and any(each >= days for each in moves):
        yield (_filter(rule),)


def _mixed(rule: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    moves = {name for each in rule.get("Transitions") or [] for name in ("Date", "Days") if each.get(name) is not None}
    end = {name for name in ("Date", "Days") if (rule.get("Expiration") or {}).get(name) is not None}
    if len(moves) > 1:
        yield "Transition", _filter(rule)
    elif moves and end and moves != end:
        yield "Expiration and Transition", _filter(rule)


def _not_midnight(rule: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    for each in (rule.get("Expiration") or {}, *(rule.get("Transitions") or [])):
        date = each.get("Date")
        if isinstance(date, datetime) and date.astimezone(UTC).time() != time():
            yield ()


def _class_twice(rule: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    for action in ("Transition", "NoncurrentVersionTransition"):
        classes = Counter(each.get("StorageClass") for each in rule.get(f"{action}s") or [])
        if any(count > 1 for count in classes.values()):
            yield action, _filter(rule)


def _up_the_waterfall(rule: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    days = {each.get("StorageClass"): each.get("Days") for each in rule.get("Transitions") or []}
    given = [name for name in _WATERFALL if days.get(name) is not None]
    for earlier, later in combinations(given, 2):
        if int(days[later] or 0) <= int(days[earlier] or 0):
            yield later, _filter(rule), earlier


def _crossed_sizes(rule: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    both = (rule.get("Filter") or {}).get("And") or {}
    above, below = both.get("ObjectSizeGreaterThan"), both.get("ObjectSizeLessThan")
    if above is not None and below is not None and above >= below:
        yield ()


def _leaves_ia_early(rule: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    days = {each.get("StorageClass"): each.get("Days") for each in rule.get("Transitions") or []}
    for infrequent in _INFREQUENT:
        begins = days.get(infrequent)
        for name, other in days.items():
            if None in (begins, other) or name in _INFREQUENT or name == "INTELLIGENT_TIERING":
                continue
            if other - begins < _LEAST_DAYS_IN_IA:
                yield name, _filter(rule), infrequent


def _tagged_abort(rule: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    found = rule.get("Filter") or {}
    tagged = found.get("Tag") or (found.get("And") or {}).get("Tags")
    if tagged and rule.get("AbortIncompleteMultipartUpload"):
        yield ("AbortIncompleteMultipartUpload",)
    if tagged and (rule.get("Expiration") or {}).get("ExpiredObjectDeleteMarker"):
        yield ("ExpiredObjectDeleteMarker",)


def _filter(rule: Mapping[str, Any]) -> str:
    found = rule.get("Filter") or {}
    prefix = found.get("Prefix") or (found.get("And") or {}).get("Prefix") or rule.get("Prefix") or ""
    return f"(prefix={prefix})"


def _argument(broken: Any, sentence: str, remedy: str, *, code: str = "InvalidArgument") -> Rule:
    return Rule(_OPERATIONS, broken, code, sentence, _SOURCE, seen=True, remedy=remedy)


RULES = (
    _argument(
        _repeated,
        "Rule ID must be unique. Found same ID for more than one rule",
        "Give each rule of the lifecycle an ID of its own.",
    ),
    _argument(
        _each(_long_id), "ID length should not exceed allowed limit of 255", "Shorten the ID of the lifecycle's rule."
    ),
    _argument(
        _each(_no_action),
        "At least one action needs to be specified in a rule",
        "Add an expiration, a transition or an abort of uploads to the lifecycle's rule.",
        code="InvalidRequest",
    ),
    _argument(
        _each(_zero_days),
        "'{}' for {} action must be a positive integer",
        "Raise {} of {} in the lifecycle's rule to 1 or more.",
    ),
    _argument(
        _each(_early),
        "'{}' in {} action must be greater than or equal to 30 for storageClass '{}'",
        "Raise {} of the {} to {} to 30 or more.",
    ),
    _argument(
        _each(_mixed),
        "Found mixed 'Date' and 'Days' based {} actions in lifecycle rule for filter '{}'",
        "Use Days, or Date, in every action of the lifecycle's rule.",
        code="InvalidRequest",
    ),
    _argument(
        _each(_not_midnight),
        "'Date' must be at midnight GMT",
        "End the date of the lifecycle's action with T00:00:00Z.",
    ),
    _argument(
        _each(_class_twice),
        "'StorageClass' must be different for '{0}' actions in same 'Rule' with filter '{1}'",
        "Name each storage class in one {0} of the lifecycle's rule.",
        code="InvalidRequest",
    ),
    # AWS's code was not seen. The sentence was, in CloudFormation.
    _argument(
        _each(_crossed_sizes),
        "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.",
        "Raise ObjectSizeLessThan of the lifecycle's filter above ObjectSizeGreaterThan.",
        code="InvalidRequest",
    ),
    _argument(
        _each(_expires_first),
        "'Days' in the Expiration action for filter '{0}' must be greater than 'Days' in the Transition action",
        "Raise Days of Expiration in the lifecycle's rule above those of every Transition.",
    ),
    _argument(
        _each(_old_versions_expire_first),
        "'NoncurrentDays' in the NoncurrentVersionExpiration action for filter '{}' must be greater than "
        "'NoncurrentDays' in the NoncurrentVersionTransition action",
        "Raise NoncurrentDays of NoncurrentVersionExpiration above those of every NoncurrentVersionTransition.",
    ),
    _argument(
        _each(_up_the_waterfall),
        "'Days' in the 'Transition' action for StorageClass '{0}' for filter '{1}' must be greater than 'Days' in the "
        "'Transition' action for StorageClass '{2}'",
        "Raise Days of the Transition to {0} above those of the one to {2}. Objects never move back from {0} to {2}.",
    ),
    _argument(
        _each(_leaves_ia_early),
        "'Days' in the 'Transition' action for StorageClass '{0}' for filter '{1}' must be 30 days more than 'filter "
        "'{1}'' in the 'Transition' action for StorageClass '{2}'",
        "Raise Days of the Transition to {0}, until it is 30 days after the one to {2}.",
    ),
    _argument(
        _each(_tagged_abort),
        "{} cannot be specified with Tags.",
        "Give {} a lifecycle rule of its own, whose filter has no tags.",
        code="InvalidRequest",
    ),
)
