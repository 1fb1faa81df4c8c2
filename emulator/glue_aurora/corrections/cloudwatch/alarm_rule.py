"""Reads the rule of a composite alarm, such as `ALARM("a") OR NOT (OK(b) AND TRUE)`.

Sources: CloudWatch API reference, PutCompositeAlarm; CloudWatch guide, Create_Composite_Alarm.html. Small letters are
read as capitals: AWS's pages do not say whether they are refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What may stand where a value must. An alarm's name stands with or without quotation marks.
_FUNCTION = re.compile(r'\s*(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|([^"()]*?))\s*\)', re.IGNORECASE)
_AT_LEAST = re.compile(r"\s*AT_LEAST\s*\([^()]*\(([^()]*)\)\s*\)", re.IGNORECASE)
_CONSTANT = re.compile(r"\s*(?:TRUE|FALSE)\b", re.IGNORECASE)
_BEFORE_VALUE = re.compile(r"\s*(?:\(|NOT\b)", re.IGNORECASE)
# A function that the patterns above can't read, such as one with a parenthesis in a name.
_UNREADABLE = re.compile(r"\s*(?:ALARM|OK|INSUFFICIENT_DATA|AT_LEAST)\s*\(", re.IGNORECASE)
_OPERATOR = re.compile(r"[\s)]*(?:AND|OR)\b", re.IGNORECASE)
_WORD = re.compile(r"\s*([^\s()]+|\S)")


@dataclass(frozen=True)
class Unknown:
    """What stands where a value must stand, and its place in the rule, counted from 0."""

    token: str
    place: int


def read(rule: str) -> Iterator[str | Unknown]:
    """Yields the alarms that a rule names, by name or ARN. An `Unknown` ends the reading.

    The reading ends too at any other mistake: AWS's sentences about those are not known.
    """
    at = 0
    while True:
        while before := _BEFORE_VALUE.match(rule, at):
            at = before.end()
        value = _FUNCTION.match(rule, at) or _AT_LEAST.match(rule, at) or _CONSTANT.match(rule, at)
        if value is None:
            word = _WORD.match(rule, at)
            if word and not _UNREADABLE.match(rule, at):
                yield Unknown(word[1], word.start(1))
            return
        yield from _names(value)
        operator = _OPERATOR.match(rule, value.end())
        if operator is None:
            return
        at = operator.end()


def _names(value: re.Match[str]) -> Iterator[str]:
    if value.re is _FUNCTION:
        yield value[1] or value[2]
    elif value.re is _AT_LEAST:
        yield from (name.strip().strip('"') for name in value[1].split(","))
