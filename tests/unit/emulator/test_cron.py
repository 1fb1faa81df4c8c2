"""Which cron expressions AWS takes."""

from __future__ import annotations

import pytest
from glue_aurora.service.cron import fault

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "fields",
    [
        "0 6 * * ? *",
        "0/15 8-18 ? * MON-FRI *",
        "0,30 0 1,15 JAN-JUN ? 2026-2030",
        "5 4 L * ? *",
        "5 4 LW 1/3 ? *",
        "5 4 15W * ? *",
        "0 3 ? * 6L *",
        "0 3 ? * MON#2 *",
        "*/5 * * * ? *",
    ],
)
def test_taken(fields: str) -> None:
    assert fault(f"cron({fields})") is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("0 6 * * *", "it is not cron"),
        ("0 6 * * * *", "must be ?"),
        ("0 6 ? * ? *", "must be ?"),
        ("0 6 1 * MON *", "must be ?"),
        ("60 6 * * ? *", "60 is no value for minutes"),
        ("0 24 * * ? *", "24 is no value for hours"),
        ("0 6 32 * ? *", "32 is no value for day of month"),
        ("0 6 * 13 ? *", "13 is no value for month"),
        ("0 6 ? * 8 *", "8 is no value for day of week"),
        ("0 6 ? * SEG *", "SEG is no value for day of week"),
        ("0 6 * * ? 1969", "1969 is no value for year"),
        ("0/0 6 * * ? *", "0/0 is no value for minutes"),
        ("? 6 * * ? *", "? is no value for minutes"),
    ],
)
def test_refused(fields: str, reason: str) -> None:
    assert reason in str(fault(f"cron({fields})"))
