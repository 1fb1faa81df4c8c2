"""Values as people in Brazil write them: decimal commas, points between thousands, days before months."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from scripts.base.console import printable

NOTHING = "—"
_SWAPPED = str.maketrans(",.", ".,")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)\S*)?")


def number(value: int | float | Decimal) -> str:
    """Returns a number with all its decimals; a float has two at most."""
    if isinstance(value, float):
        value = Decimal(repr(value)) if abs(value) < 1e15 else Decimal(value)
        if value.is_finite() and -int(value.as_tuple().exponent) > 2:
            value = round(value, 2)
    return f"{value:,f}".translate(_SWAPPED) if isinstance(value, Decimal) else f"{value:,d}".replace(",", ".")


def value(given: object, *, plain: bool = False) -> str:
    """Returns a value of a query. `plain` leaves out the points between thousands, for ids and years."""
    if given is None:
        return NOTHING
    if isinstance(given, bool):
        return "sim" if given else "não"
    if isinstance(given, int | float | Decimal):
        return number(given).replace(".", "") if plain else number(given)
    text = str(given)
    if found := _DATE.fullmatch(text):
        year, month, day, time = found.groups()
        return f"{day}/{month}/{year}" + (f" {time}" if time else "")
    return printable(text)


def percent(part: int, whole: int) -> str:
    """Returns the share with one decimal: `5,3 %`."""
    return f"{number(round(Decimal(100 * part) / whole, 1))} %" if whole else NOTHING


def seconds(given: float) -> str:
    """Returns a duration: `25 s`, `2 min 05 s`."""
    minutes, rest = divmod(round(given), 60)
    return (
        f"{minutes} min {rest:02d} s" if minutes else f"{number(round(Decimal(repr(given)), 1)).removesuffix(',0')} s"
    )


def size(count: int) -> str:
    """Returns a number of bytes: `640 B`, `8,2 kB`, `1,3 MB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{number(round(Decimal(count) / factor, 1))} {unit}"
    return f"{count} B"


def when(moment: datetime | None) -> str:
    """Returns day and time in this machine's time zone."""
    return f"{moment.astimezone():%d/%m/%Y %H:%M}" if moment else NOTHING


def zone(moment: datetime) -> str:
    """Returns the difference of this machine's time zone from UTC: `UTC−03:00`."""
    offset = f"{moment.astimezone():%z}"
    return "UTC" if offset in ("+0000", "-0000") else f"UTC{offset[:3]}:{offset[3:]}".replace("-", "−")


def counted(count: int, one: str, many: str) -> str:
    """Returns the number with its noun."""
    return f"{number(count)} {one if count == 1 else many}"
