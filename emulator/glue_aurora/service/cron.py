"""Checks cron expressions of AWS: minutes, hours, day of month, month, day of week, year.

Sources: EventBridge user guide, eb-scheduled-rule-pattern.html; Glue guide, monitor-data-warehouse-schedule.html. One
of the two days must be a question mark.
"""

import re

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS = (
    ("minutes", 0, 59),
    ("hours", 0, 23),
    ("day of month", 1, 31),
    ("month", 1, 12),
    ("day of week", 1, 7),
    ("year", 1970, 2199),
)
_DAY_OF_MONTH, _MONTH, _DAY_OF_WEEK = 2, 3, 4
_STEP = re.compile(r"(?P<range>[^/]+)(/(?P<step>\d+))?")


def fault(expression: str) -> str | None:
    """Returns what is wrong with `cron(…)`, or None."""
    found = re.fullmatch(r"cron\(([^()]*)\)", expression.strip())
    fields = found[1].split() if found else []
    if len(fields) != len(_FIELDS):
        return "it is not cron(minutes hours day-of-month month day-of-week year)"
    if (fields[_DAY_OF_MONTH] == "?") == (fields[_DAY_OF_WEEK] == "?"):
        return "one of day-of-month and day-of-week must be ?, and not both"
    for place, (text, (name, least, most)) in enumerate(zip(fields, _FIELDS, strict=True)):
        if not all(_valid(part, place, least, most) for part in text.split(",")):
            return f"{text} is no value for {name} ({least} to {most})"
    return None


def _valid(part: str, place: int, least: int, most: int) -> bool:
    if part == "?":
        return place in (_DAY_OF_MONTH, _DAY_OF_WEEK)
    if place == _DAY_OF_MONTH and re.fullmatch(r"L|LW|(\d{1,2})W", part):
        return True
    if place == _DAY_OF_WEEK and re.fullmatch(r"L|[1-7A-Z]{1,3}(L|#[1-5])", part):
        return True
    found = _STEP.fullmatch(part)
    if found is None or (found["step"] is not None and int(found["step"]) < 1):
        return False
    ends = found["range"].split("-")
    if ends == ["*"]:
        return True
    numbers = [_number(end, place) for end in ends]
    return len(ends) <= 2 and all(number is not None and least <= number <= most for number in numbers)


def _number(text: str, place: int) -> int | None:
    names = {_MONTH: _MONTHS, _DAY_OF_WEEK: _DAYS}.get(place, ())
    if text.upper() in names:
        return names.index(text.upper()) + 1
    return int(text) if text.isascii() and text.isdigit() else None
