"""Starts, queues, retries and stops runs, and knows which are under way."""

import logging
import secrets
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from glue_aurora.glue.arguments import log_groups, merged_arguments, role_name_of
from glue_aurora.glue.errors import ConcurrentRunsExceededError
from glue_aurora.glue.events import publish_end, publish_status
from glue_aurora.glue.job_definition import capacity, check_arguments, check_execution_class, check_timeout
from glue_aurora.glue.job_parameters import without_effect
from glue_aurora.glue.run_driver import RunDriver
from glue_aurora.glue.store import GlueStore, Job, JobRun
from glue_aurora.glue.worker_client import WorkerClient
from glue_aurora.service.errors import EmulatorError

LOG = logging.getLogger(__name__)

# The process that stops LocalStack kills it after 30 s.
CLOSING_SECONDS = 15

_CAPACITY = ("WorkerType", "NumberOfWorkers", "MaxCapacity", "AllocatedCapacity")
_OVERRIDABLE = (
    "Timeout",
    "SecurityConfiguration",
    "NotificationProperty",
    "ExecutionClass",
    "ExecutionRoleSessionPolicy",
    "JobRunQueuingEnabled",
    "MaintenanceWindow",
)


class RunManager:
    """Runs of all accounts and regions. Its methods take the store's lock themselves."""

    def __init__(self) -> None:
        self._under_way: dict[str, JobRun] = {}
        self._closing = threading.Event()

    def start(
        self,
        store: GlueStore,
        job: Job,
        account_id: str,
        region: str,
        overrides: Mapping[str, Any],
        trigger_name: str | None = None,
        previous: JobRun | None = None,
    ) -> JobRun:
        """Starts a run of `job` and returns it; `previous` is the run that it retries.

        The run waits in state WAITING when the job runs as often as it may and queuing is enabled.

        Raises:
            InvalidInputError: an override or argument is not allowed.
            ConcurrentRunsExceededError: the job runs as often as it may and queuing is not enabled.
        """
        settings = _settings(job.definition, overrides)
        merged = merged_arguments(job.definition, overrides.get("Arguments", {}))
        check_arguments(merged)
        with store.lock:
            run_id, attempt = _next_attempt(store, previous) if previous else (f"jr_{secrets.token_hex(32)}", 0)
            run = JobRun(
                run_id=run_id,
                job_name=job.name,
                job_id=job.job_id,
                job=job.definition,
                overrides=overrides,
                settings=settings,
                log_groups=log_groups(
                    merged, settings.get("SecurityConfiguration"), role_name_of(job.definition["Role"])
                ),
                account_id=account_id,
                region=region,
                attempt=attempt,
                previous_run_id=previous.run_id if previous else None,
                trigger_name=trigger_name,
                state_detail=" ".join(_unapplied(store, settings) + without_effect(merged)) or None,
            )
            if _is_full(store, job):
                if not settings["JobRunQueuingEnabled"]:
                    raise ConcurrentRunsExceededError(job.name)
                run.state = "WAITING"
            store.runs[job.name].append(run)
            if run.state != "WAITING":
                self._drive(store, run)
        return run

    def stop(self, store: GlueStore, run: JobRun) -> bool:
        """Asks for a run's end and returns at once. Returns False when the run had ended.

        The run is STOPPING until the agent has ended it.
        """
        with store.lock:
            if run.ended:
                return False
            now = datetime.now(UTC)
            run.stop_requested.set()
            run.last_modified_on = now
            waiting = run.state == "WAITING"
            run.state = "STOPPED" if waiting else "STOPPING"
            if waiting:
                run.completed_on = now
            elif run.submitted:
                threading.Thread(target=_stop_at_worker, args=(run.run_id,), daemon=True).start()
            overdue = run.overdue
        if waiting:
            publish_end(run)
        elif overdue:
            publish_status(run, "STOPPING")
        return True

    def close(self) -> None:
        """Kills every run before LocalStack stops: nothing could follow them afterwards."""
        self._closing.set()
        runs = list(self._under_way.values())
        with ThreadPoolExecutor(max_workers=max(1, len(runs))) as pool:
            list(pool.map(_kill_at_worker, runs))

    def give_up(self, stores: Iterable[GlueStore]) -> None:
        """Marks the runs that were under way in another LocalStack, and that nobody follows any more, as failed."""
        for store in stores:
            for run in (run for runs in store.runs.values() for run in runs if not run.ended):
                run.state, run.error_message = "FAILED", "The emulator ended while this run was under way."
                run.last_modified_on = run.completed_on = datetime.now(UTC)

    def _drive(self, store: GlueStore, run: JobRun) -> None:
        self._under_way[run.run_id] = run
        RunDriver(store, run, self._closing, on_end=lambda ended: self._ended(store, ended)).start()

    def _ended(self, store: GlueStore, run: JobRun) -> None:
        self._under_way.pop(run.run_id, None)
        with store.lock:
            job = store.jobs.get(run.job_name)
            if self._closing.is_set() or job is None or job.job_id != run.job_id:
                return
            # Only a failure is retried, not a timeout or a stop (add-job.html, "Number of retries").
            if run.state == "FAILED" and run.attempt < run.job["MaxRetries"] and not run.stop_requested.is_set():
                self._retry(store, run)
            for waiting in store.runs[job.name]:
                if waiting.state == "WAITING" and not _is_full(store, job):
                    waiting.state = "STARTING"
                    waiting.last_modified_on = datetime.now(UTC)
                    self._drive(store, waiting)

    def _retry(self, store: GlueStore, failed: JobRun) -> None:
        run = failed.retry(*_next_attempt(store, failed))
        store.runs[failed.job_name].append(run)
        self._drive(store, run)


def _settings(job: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the settings that are shown with a run: the job's, changed by the overrides.

    Raises:
        InvalidInputError: an override is not allowed.
    """
    check_timeout(overrides)
    settings = {name: job[name] for name in (*_OVERRIDABLE, *_CAPACITY, "GlueVersion") if name in job}
    settings.update({name: overrides[name] for name in _OVERRIDABLE if name in overrides})
    settings.setdefault("JobRunQueuingEnabled", False)
    asked = {name: overrides[name] for name in _CAPACITY if name in overrides}
    if asked:
        workers = {name: job[name] for name in ("WorkerType", "NumberOfWorkers") if name in job}
        settings.update(capacity({**workers, **asked}, present=job))
    check_execution_class(settings)
    return settings


def _is_full(store: GlueStore, job: Job) -> bool:
    active = sum(1 for run in store.runs[job.name] if not run.ended and run.state != "WAITING")
    limit: int = job.definition["ExecutionProperty"].get("MaxConcurrentRuns", 1)
    return active >= limit


def _next_attempt(store: GlueStore, previous: JobRun) -> tuple[str, int]:
    """Returns id and number of the attempt after `previous`: `<id of the first run>_attempt_<number>`."""
    first_id = previous.run_id.split("_attempt_")[0]
    attempts = [run.attempt for run in store.runs[previous.job_name] if run.run_id.split("_attempt_")[0] == first_id]
    number = max(attempts, default=previous.attempt) + 1
    return f"{first_id}_attempt_{number}", number


def _unapplied(store: GlueStore, settings: Mapping[str, Any]) -> list[str]:
    """Returns a sentence when AWS would apply an encryption that the emulator does not."""
    name = settings.get("SecurityConfiguration")
    encryption = store.security_configurations.get(name, {}).get("EncryptionConfiguration", {}) if name else {}
    parts = [*encryption.get("S3Encryption", []), *(part for part in encryption.values() if isinstance(part, dict))]
    if any(mode != "DISABLED" for part in parts for key, mode in part.items() if key.endswith("EncryptionMode")):
        return [f"The emulator does not apply the encryption of security configuration {name} to this run."]
    return []


def _kill_at_worker(run: JobRun) -> None:
    run.stop_requested.set()
    if run.submitted:
        try:
            with WorkerClient() as client:
                client.forget(run.run_id, CLOSING_SECONDS)
        except EmulatorError as error:
            LOG.warning("run %s may live until the worker agent's lease ends: %s", run.run_id, error)


def _stop_at_worker(run_id: str) -> None:
    try:
        with WorkerClient() as client:
            client.stop(run_id)
    except EmulatorError as error:
        # The run's own thread meets the same failure, or knows that the agent never got the run.
        LOG.warning("the worker agent did not take the stop of run %s: %s", run_id, error)


run_manager = RunManager()
