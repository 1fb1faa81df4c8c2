"""State of the Glue service: one store for each account and region."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from glue_aurora.glue import run_states
from glue_aurora.service.nulls import without_nothing
from glue_aurora.service.stores import Store, Stores, regional
from glue_aurora.service.tags import Tags


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Job:
    """A job: `definition` is what GetJob returns, `request` what made it (for idempotence)."""

    name: str
    job_id: str
    """`j_` and 64 hex digits, the same for all runs of the job (`--JOB_ID`)."""
    definition: dict[str, Any]
    request: Mapping[str, Any]


@dataclass
class JobRun:
    """A run. `job` is the definition at the moment of StartJobRun: a later UpdateJob does not touch it."""

    run_id: str
    job_name: str
    job_id: str
    job: Mapping[str, Any]
    overrides: Mapping[str, Any]
    """Parameters of StartJobRun, or of the trigger's action, that change the job's for this run."""
    settings: Mapping[str, Any]
    """Timeout, capacity and the like, the overrides applied: returned with the run as they are."""
    log_groups: Mapping[str, str]
    """Names of the log groups, by what they hold: `output` and `error`."""
    account_id: str
    region: str
    attempt: int = 0
    previous_run_id: str | None = None
    trigger_name: str | None = None
    state_detail: str | None = None
    # What happens to a run. It starts anew in each attempt: `dataclasses.replace` does not copy these fields.
    state: str = field(default="STARTING", init=False)
    error_message: str | None = field(default=None, init=False)
    execution_time: int = field(default=0, init=False)
    started_on: datetime = field(default_factory=_now, init=False)
    last_modified_on: datetime = field(default_factory=_now, init=False)
    completed_on: datetime | None = field(default=None, init=False)
    stop_requested: threading.Event = field(default_factory=threading.Event, init=False)
    submitted: bool = field(default=False, init=False)
    """Whether the plugin has asked the worker agent to start the run."""
    overdue: bool = field(default=False, init=False)
    """Whether the run's NotifyDelayAfter is over."""
    refusals: str | None = field(default=None, init=False)
    """What AWS refuses to the run and the error message does not tell."""

    @property
    def arguments(self) -> Mapping[str, str]:
        """The arguments of this run only, without the job's defaults."""
        return self.overrides.get("Arguments") or {}

    def retry(self, run_id: str, attempt: int) -> "JobRun":
        """Returns a new run with the settings of this one, as attempt number `attempt`."""
        return replace(self, run_id=run_id, attempt=attempt, previous_run_id=self.run_id)

    @property
    def ended(self) -> bool:
        """Whether the run is in a state that it never leaves."""
        return self.state in run_states.ENDED

    def to_api(self) -> dict[str, Any]:
        """Returns the run in the API's shape `JobRun`. A member is absent while it has no value, as on AWS."""
        result: dict[str, Any] = {
            "Id": self.run_id,
            "Attempt": self.attempt,
            "PreviousRunId": self.previous_run_id,
            "TriggerName": self.trigger_name,
            "JobName": self.job_name,
            "JobMode": self.job["JobMode"],
            "StartedOn": self.started_on,
            "LastModifiedOn": self.last_modified_on,
            "CompletedOn": self.completed_on,
            "JobRunState": self.state,
            "Arguments": dict(self.arguments) or None,
            "ErrorMessage": self.error_message,
            "PredecessorRuns": [],
            "ExecutionTime": self.execution_time,
            "LogGroupName": self.log_groups["output"].removesuffix("/output"),
            "StateDetail": " ".join(filter(None, (self.state_detail, self.refusals))) or None,
            **self.settings,
        }
        if self.ended and self.settings.get("ExecutionClass") == "FLEX":
            result["DPUSeconds"] = float(self.execution_time * self.settings["MaxCapacity"])
        return without_nothing(result)


class GlueStore(Store):
    """Resources by name; `runs` by job name in order of start."""

    connections: dict[str, dict[str, Any]] = regional(dict)
    jobs: dict[str, Job] = regional(dict)
    runs: dict[str, list[JobRun]] = regional(dict)
    triggers: dict[str, dict[str, Any]] = regional(dict)
    security_configurations: dict[str, dict[str, Any]] = regional(dict)
    tags: dict[str, Tags] = regional(dict)


glue_stores: Stores[GlueStore] = Stores("glue", GlueStore)
store_of = glue_stores.of
