"""Backup and maintenance windows of clusters and instances.

Source: RDS API reference, CreateDBCluster: both have 30 minutes at least and must not conflict. Aurora user guide,
USER_UpgradeDBInstance.Maintenance.html.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from glue_aurora.rds import faults

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTES_OF_A_DAY = 24 * 60
_MINUTES_OF_A_WEEK = 7 * _MINUTES_OF_A_DAY
_LEAST_MINUTES = 30
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_BACKUP = re.compile(f"({_CLOCK})-({_CLOCK})")
_MAINTENANCE = re.compile(f"({'|'.join(DAYS)}):({_CLOCK})-({'|'.join(DAYS)}):({_CLOCK})")


def check(request: Mapping[str, Any]) -> None:
    """Checks the form and the length of both windows of a request.

    Raises:
        ApiError: InvalidParameterValue.
    """
    backup, maintenance = request.get("PreferredBackupWindow"), request.get("PreferredMaintenanceWindow")
    if backup and not _BACKUP.fullmatch(backup):
        raise faults.invalid_value(f"Invalid backup window format: {backup}. Should be in the format hh24:mi-hh24:mi.")
    if maintenance and not _MAINTENANCE.fullmatch(maintenance.lower()):
        raise faults.invalid_value(
            f"Invalid maintenance window format: {maintenance}. Should be specified as a range "
            "ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC)."
        )
    if backup and _minutes(_day(backup)) < _LEAST_MINUTES:
        raise faults.invalid_value("The backup window must be at least 30 minutes.")
    if maintenance and _minutes(_week(maintenance)) < _LEAST_MINUTES:
        raise faults.invalid_value("The maintenance window must be at least 30 minutes.")  # [AWS]
    if maintenance and _minutes(_week(maintenance)) >= _MINUTES_OF_A_DAY:
        raise faults.invalid_value("Maintenance window must be less than 24 hours.")


def check_apart(backup: str | None, maintenance: str | None) -> None:
    """Checks that two windows of the right form do not overlap on any day.

    Raises:
        ApiError: InvalidParameterValue.
    """
    if backup and maintenance and _overlap(backup, maintenance):
        raise faults.invalid_value("The backup window and maintenance window must not overlap.")  # [AWS]


def backup_window(identifier: str, maintenance: str | None = None) -> str:
    """Returns half an hour of the night as hh:mm-hh:mm UTC, the same for the same identifier, not in `maintenance`."""
    minute = 3 * 60 + _number(identifier, "backup", 16) * 30
    windows = (f"{_text(each)}-{_text(each + 30)}" for each in range(minute, minute + _MINUTES_OF_A_DAY, 30))
    return next(window for window in windows if not maintenance or not _overlap(window, maintenance))


def maintenance_window(identifier: str, backup: str | None = None) -> str:
    """Returns half an hour of the week as ddd:hh:mm-ddd:hh:mm UTC, the same for one identifier, not in `backup`."""
    day = DAYS[_number(identifier, "day", 7)]
    minute = 11 * 60 + _number(identifier, "maintenance", 16) * 30  # never in a backup window of the function above
    starts = [*range(minute, 23 * 60 + 1, 30), *range(0, minute, 30)]
    windows = [f"{day}:{_text(each)}-{day}:{_text(each + 30)}" for each in starts]
    return next((window for window in windows if not backup or not _overlap(backup, window)), windows[0])


def _overlap(backup: str, maintenance: str) -> bool:
    begins, ends = _week(maintenance)
    return any(first < ends and begins < last for first, last in _of_each_day(backup))


def _day(window: str) -> tuple[int, int]:
    begins, ends = map(_clock, window.split("-"))
    return begins, ends if ends > begins else ends + _MINUTES_OF_A_DAY


def _week(window: str) -> tuple[int, int]:
    begins, ends = (DAYS.index(each[:3]) * _MINUTES_OF_A_DAY + _clock(each[4:]) for each in window.lower().split("-"))
    return begins, ends if ends > begins else ends + _MINUTES_OF_A_WEEK


def _of_each_day(backup: str) -> Iterator[tuple[int, int]]:
    """Yields the minutes of the backups of a week, and of the days before and after it."""
    begins, ends = _day(backup)
    for day in range(-1, 2 * 7):
        yield day * _MINUTES_OF_A_DAY + begins, day * _MINUTES_OF_A_DAY + ends


def _minutes(window: tuple[int, int]) -> int:
    return window[1] - window[0]


def _number(identifier: str, purpose: str, below: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{purpose}/{identifier}".encode()).digest()[:4]) % below


def _text(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
