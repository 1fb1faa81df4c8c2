"""Publishes Glue's events to LocalStack's EventBridge: the end of a run, and a run longer than its NotifyDelayAfter.

Sources: Glue guide, "Automating AWS Glue with EventBridge" (which event in which state, one for each state), and the
examples of AWS Glue in CloudWatch Events' guide, "EventTypes" (members and messages).
"""

import json
import logging
import threading
from datetime import UTC, datetime
from typing import Any

from localstack.aws.connect import connect_to

from glue_aurora import config
from glue_aurora.glue.store import GlueStore, JobRun

LOG = logging.getLogger(__name__)

_SEVERITY = {"FAILED": "ERROR", "TIMEOUT": "WARN"}
_MESSAGES = {"SUCCEEDED": "Job run succeeded", "TIMEOUT": "Job run timed out", "STOPPED": "Job run stopped"}


def publish_end(run: JobRun) -> None:
    """Publishes `Glue Job State Change` for a run that is SUCCEEDED, FAILED, TIMEOUT or STOPPED."""
    message = _MESSAGES.get(run.state) or run.error_message or "Job run failed"
    detail = {"severity": _SEVERITY.get(run.state, "INFO"), "state": run.state, "message": message}
    _publish(run, "Glue Job State Change", detail)


def publish_status(run: JobRun, state: str) -> None:
    """Publishes `Glue Job Run Status` for a run that is in `state` after its NotifyDelayAfter.

    `state` is STARTING, RUNNING or STOPPING.
    """
    detail = {
        "severity": "INFO",
        "notificationCondition": {"NotifyDelayAfter": float(_delay_minutes(run))},
        "state": state,
        "message": f"Job is in {state} state",
        "startedOn": run.started_on.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    _publish(run, "Glue Job Run Status", detail)


class DelayNotice:
    """Publishes the state of a run once, when its NotifyDelayAfter is over.

    The code that sets a later state publishes it.
    """

    def __init__(self, store: GlueStore, run: JobRun) -> None:
        self._store = store
        self._run = run
        self._timer: threading.Timer | None = None

    def start(self) -> None:
        """Starts to count, if the run has a NotifyDelayAfter."""
        minutes = _delay_minutes(self._run)
        if minutes:
            self._timer = threading.Timer(minutes * config.glue_seconds_per_minute(), self._overdue)
            self._timer.daemon = True
            self._timer.start()

    def cancel(self) -> None:
        """Stops counting."""
        if self._timer:
            self._timer.cancel()

    def _overdue(self) -> None:
        with self._store.lock:
            if self._run.ended:
                return
            self._run.overdue = True
            state = self._run.state
        publish_status(self._run, state)


def _delay_minutes(run: JobRun) -> int:
    return int((run.settings.get("NotificationProperty") or {}).get("NotifyDelayAfter") or 0)


def _publish(run: JobRun, detail_type: str, detail: dict[str, Any]) -> None:
    entry = {
        "Source": "aws.glue",
        "DetailType": detail_type,
        "Time": datetime.now(UTC),
        "Detail": json.dumps({"jobName": run.job_name, "jobRunId": run.run_id, **detail}),
    }
    try:
        events = connect_to(aws_access_key_id=run.account_id, region_name=run.region).events
        failed = events.put_events(Entries=[entry])["FailedEntryCount"]
    except Exception:
        LOG.exception("EventBridge did not take the event of run %s", run.run_id)
    else:
        if failed:
            LOG.error("EventBridge refused the event of run %s: %s", run.run_id, detail_type)
