"""What EventBridge Scheduler refuses when a schedule is made."""

from glue_aurora.service import cron
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule


def _cron(call: Call) -> tuple[object, ...] | None:
    expression = str(call.get("ScheduleExpression") or "")
    return (expression,) if expression.startswith("cron(") and cron.fault(expression) else None


RULES = (
    Rule(
        ("CreateSchedule", "UpdateSchedule"),
        _cron,
        "ValidationException",
        "Invalid Schedule Expression {}.",
        "EventBridge Scheduler user guide, schedule-types.html",
        seen=True,
        remedy="Write ScheduleExpression as rate(5 minutes), at(2026-12-31T23:59:59), or as cron with six fields.",
    ),
)
