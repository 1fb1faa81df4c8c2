"""Drives one run through the worker agent: assumes the role, checks the network, submits, follows to the end."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from glue_aurora import config
from glue_aurora.glue import run_states
from glue_aurora.glue.arguments import log_stream, merged_arguments, script_arguments
from glue_aurora.glue.errors import NetworkFailure, RunFailure, launch_failure
from glue_aurora.glue.events import DelayNotice, publish_end, publish_status
from glue_aurora.glue.role import Credentials, assume_role
from glue_aurora.glue.run_network import NetworkOfRun
from glue_aurora.glue.store import GlueStore, JobRun
from glue_aurora.glue.worker_client import RunUnknownError, WorkerClient, WorkerRun
from glue_aurora.parity import launch
from glue_aurora.parity.runs import RunSession
from glue_aurora.service.errors import EmulatorError, WorkerError

LOG = logging.getLogger(__name__)

POLL_SECONDS = 20
MAXIMUM_FAILED_POLLS = 3
SECONDS_BETWEEN_FAILED_POLLS = 1
# The agent ends a run at its timeout, counted from the start of the script. This catches an agent that does not.
GRACE_SECONDS = 900


class RunDriver:
    """Drives one run on a thread of its own, and calls `on_end(run)` at its end, whatever happens."""

    def __init__(
        self, store: GlueStore, run: JobRun, closing: threading.Event, on_end: Callable[[JobRun], None]
    ) -> None:
        self._store = store
        self._run = run
        self._closing = closing
        self._on_end = on_end
        self._timeout_seconds = 0
        self._network = NetworkOfRun(store, run)
        self._access_key = ""

    def start(self) -> None:
        """Starts the thread and returns at once."""
        threading.Thread(target=self._drive, name=f"glue-{self._run.run_id[:11]}", daemon=True).start()

    def _drive(self) -> None:
        delay = DelayNotice(self._store, self._run)
        delay.start()
        try:
            self._execute()
        except NetworkFailure as failure:
            self._end("FAILED", str(failure))
        except RunFailure as failure:
            self._end("FAILED", launch_failure(self._run.job_name, self._run.run_id, str(failure)))
        except EmulatorError as error:
            self._end("FAILED", launch_failure(self._run.job_name, self._run.run_id, f"(emulator) {error}"))
        except Exception as error:
            LOG.exception("the plugin failed while it followed run %s", self._run.run_id)
            reason = f"(emulator) {type(error).__name__}: {error}. See LocalStack's log."
            self._end("FAILED", launch_failure(self._run.job_name, self._run.run_id, reason))
        finally:
            delay.cancel()
            self._network.leave()
            self._on_end(self._run)

    def _execute(self) -> None:
        run = self._run
        self._timeout_seconds = max(1, round(run.settings["Timeout"] * config.glue_seconds_per_minute()))
        body = self._submission()
        with WorkerClient() as client:
            with self._store.lock:
                if run.stop_requested.is_set():
                    self._end("STOPPED")
                    return
                run.submitted = True
            try:
                worker_run = client.submit(body)
                if run.stop_requested.is_set() or self._network.failure:
                    # The stop may have been asked for before the submission, when the agent did not know the run.
                    client.stop(run.run_id)
                self._finish(self._follow(client, worker_run))
            finally:
                self._forget(client)

    def _submission(self) -> dict[str, Any]:
        """Returns the body of POST /runs.

        Raises:
            RunFailure: the role, the connections or the network do not serve.
        """
        run = self._run
        credentials = self._credentials()
        self._access_key = credentials.access_key_id
        security_configuration = run.settings.get("SecurityConfiguration")
        with self._store.lock:
            if security_configuration and security_configuration not in self._store.security_configurations:
                raise RunFailure(f"Security configuration {security_configuration} not found.")
            connections = []
            for name in run.job.get("Connections", {}).get("Connections", []):
                if name not in self._store.connections:
                    raise RunFailure(f"Connection {name} not found.")
                connections.append(self._store.connections[name])
        self._judge_launch(credentials, connections)
        merged = merged_arguments(run.job, run.arguments)
        internet = self._network.enter(connections, merged, credentials.access_key_id)
        return {
            "run_id": run.run_id,
            "job_name": run.job_name,
            "script_location": merged.get("--scriptLocation") or run.job["Command"]["ScriptLocation"],
            "arguments": script_arguments(merged, run.job_name, run.job_id, run.run_id),
            "credentials": {
                "access_key_id": credentials.access_key_id,
                "secret_access_key": credentials.secret_access_key,
                "session_token": credentials.session_token,
            },
            "region": run.region,
            "timeout_seconds": self._timeout_seconds,
            "log_groups": dict(run.log_groups),
            "log_stream": log_stream(merged, run.run_id),
            "internet": internet,
            "glue_version": run.settings.get("GlueVersion"),
            "notes": [run.state_detail] if run.state_detail else [],
        }

    def _credentials(self) -> Credentials:
        run = self._run
        return assume_role(
            run.job["Role"],
            run.account_id,
            run.region,
            source_arn=f"arn:aws:glue:{run.region}:{run.account_id}:job/{run.job_name}",
            session_policy=run.overrides.get("ExecutionRoleSessionPolicy"),
        )

    def _judge_launch(self, credentials: Credentials, connections: Sequence[Mapping[str, Any]]) -> None:
        """Judges what Glue does with the role before the script.

        Raises:
            RunFailure: AWS refuses it.
        """
        run = self._run
        session = RunSession(
            run.run_id,
            run.job_name,
            run.account_id,
            run.region,
            credentials.role_arn,
            credentials.session_arn,
            connections,
        )
        if refusal := launch.begin(credentials.access_key_id, session):
            raise RunFailure(refusal)

    def _follow(self, client: WorkerClient, worker_run: WorkerRun) -> WorkerRun:
        """Returns the run as it ended.

        Raises:
            WorkerError: the agent is gone, or does not keep the timeout.
        """
        deadline = time.monotonic() + self._timeout_seconds + GRACE_SECONDS
        while worker_run.state not in run_states.ENDED_AT_WORKER:
            if worker_run.state == "RUNNING":
                self._change("RUNNING", only_from="STARTING")
            if time.monotonic() > deadline:
                raise WorkerError("The Glue worker agent did not end the run at its timeout.", "Restart the agent.")
            worker_run = self._poll(client, worker_run.version)
        return worker_run

    def _poll(self, client: WorkerClient, after: int) -> WorkerRun:
        for attempt in range(1, MAXIMUM_FAILED_POLLS + 1):
            try:
                return client.wait(self._run.run_id, after, POLL_SECONDS)
            except RunUnknownError:
                raise
            except WorkerError:
                if attempt == MAXIMUM_FAILED_POLLS or self._closing.wait(SECONDS_BETWEEN_FAILED_POLLS):
                    raise
        raise AssertionError("the loop returns or raises")

    def _finish(self, worker_run: WorkerRun) -> None:
        seconds = 0.0
        if worker_run.started_at and worker_run.ended_at:
            seconds = (worker_run.ended_at - worker_run.started_at).total_seconds()
        if worker_run.note:
            with self._store.lock:
                self._run.state_detail = " ".join(filter(None, (self._run.state_detail, worker_run.note)))
        state, message = worker_run.state, worker_run.error_message
        if self._network.failure and not self._run.stop_requested.is_set():
            # The plugin stopped the run at the agent. The script may have ended before that.
            state, message = "FAILED", self._network.failure
        self._end(state, message, execution_time=max(0, round(seconds)))

    def _forget(self, client: WorkerClient) -> None:
        try:
            client.forget(self._run.run_id)
        except RunUnknownError:
            pass
        except EmulatorError as error:
            LOG.warning("the worker agent keeps the files of run %s: %s", self._run.run_id, error)

    def _change(self, state: str, only_from: str) -> None:
        with self._store.lock:
            if self._run.state != only_from:
                return
            self._run.state = state
            self._run.last_modified_on = datetime.now(UTC)
            overdue = self._run.overdue
        if overdue:
            publish_status(self._run, state)

    def _end(self, state: str, error_message: str | None = None, execution_time: int = 0) -> None:
        run = self._run
        if state == "FAILED" and self._access_key:
            error_message = f"{error_message or ''}{launch.of_failure(self._access_key, error_message or '')}"
        refused = launch.of_end(self._access_key) if self._access_key else ""
        with self._store.lock:
            if run.ended:
                return
            run.state = state
            run.error_message = error_message if state != "SUCCEEDED" else None
            run.refusals = refused or None
            run.execution_time = execution_time
            run.completed_on = run.last_modified_on = datetime.now(UTC)
        publish_end(run)
