"""State of the Glue service: one store for each account and region, forgotten when LocalStack stops."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from localstack.aws.api import RequestContext
from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute

T = TypeVar("T")

TERMINAL_STATES = frozenset({"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"})


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
    log_group_name: str
    account_id: str
    region: str
    attempt: int = 0
    previous_run_id: str | None = None
    trigger_name: str | None = None
    state: str = "STARTING"
    state_detail: str | None = None
    error_message: str | None = None
    execution_time: int = 0
    started_on: datetime = field(default_factory=lambda: datetime.now(UTC))
    last_modified_on: datetime = field(default_factory=lambda: datetime.now(UTC))
    completed_on: datetime | None = None
    stop_requested: threading.Event = field(default_factory=threading.Event)
    submitted: bool = False
    """The worker agent was asked to start it."""
    overdue: bool = False
    """Its NotifyDelayAfter is over."""

    @property
    def arguments(self) -> Mapping[str, str]:
        """Arguments of this run only, without the job's defaults."""
        return self.overrides.get("Arguments") or {}

    @property
    def ended(self) -> bool:
        return self.state in TERMINAL_STATES

    def to_api(self) -> dict[str, Any]:
        """Shape `JobRun` of the API; a field that AWS leaves out while it has no value is absent."""
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
            "LogGroupName": self.log_group_name,
            "StateDetail": self.state_detail,
            **self.settings,
        }
        if self.ended and self.settings.get("ExecutionClass") == "FLEX":
            result["DPUSeconds"] = float(self.execution_time * self.settings["MaxCapacity"])
        return {name: value for name, value in result.items() if value is not None}


def _local(factory: Callable[[], T]) -> T:
    """Descriptor of a store's attribute, which reads as the value that it holds."""
    return cast(T, LocalAttribute(default=factory))


class GlueStore(BaseStore):
    """Resources by name; `runs` by job name in order of start. Hold `lock` while reading or changing any of them."""

    lock: threading.RLock = _local(threading.RLock)
    connections: dict[str, dict[str, Any]] = _local(dict)
    jobs: dict[str, Job] = _local(dict)
    runs: dict[str, list[JobRun]] = _local(dict)
    triggers: dict[str, dict[str, Any]] = _local(dict)
    security_configurations: dict[str, dict[str, Any]] = _local(dict)
    tags: dict[str, dict[str, str]] = _local(dict)


glue_stores: AccountRegionBundle[GlueStore] = AccountRegionBundle("glue", GlueStore)


def store_for(context: RequestContext) -> GlueStore:
    """Store of the account and region that a request is made to."""
    store: GlueStore = glue_stores[context.account_id][context.region]
    return store
