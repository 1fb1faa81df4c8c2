"""Keeps the runs that the agent knows."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from glue_worker.config import Config
from glue_worker.errors import DuplicateRunError, RequestError, RunAliveError, UnknownRunError
from glue_worker.job_history import JobHistory
from glue_worker.request import RunRequest
from glue_worker.run import Run
from glue_worker.warm_keeper import WarmKeeper

log = logging.getLogger(__name__)

# A guard takes up to 20 s for a process tree, and the last log lines 2 s.
END_SECONDS = 25.0


class Registry:
    """Asks `jvm_options` at each run for options beyond those of every run.

    `wait_idle` returns when nothing works in the background that a JVM's warming would disturb.
    """

    def __init__(
        self,
        config: Config,
        jvm_options: Callable[[], Sequence[str]] = tuple,
        wait_idle: Callable[[], None] = lambda: None,
    ) -> None:
        self._config = config
        self._jvm_options = jvm_options
        self._history = JobHistory(config.short_run_seconds)
        self.keeper = WarmKeeper(config, self._options, wait_idle)
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._closed = False

    def create(self, request: RunRequest) -> Run:
        """Starts a run and returns it.

        Raises:
            DuplicateRunError: the agent knows a run with this id.
            EndpointError: the endpoint has no address.
            RequestError: the agent is shutting down.
        """
        with self._lock:
            if self._closed:
                raise RequestError("the worker is shutting down", "start it again, then send the request")
            if request.run_id in self._runs:
                raise DuplicateRunError(request.run_id)
            options = self._options(request.job_name)
            run = self._runs[request.run_id] = Run(self._config, request, options, self._history, self.keeper)
            run.start()
        return run

    def get(self, run_id: str) -> Run:
        """Returns the run.

        Raises:
            UnknownRunError: the agent knows no such run.
        """
        with self._lock:
            try:
                return self._runs[run_id]
            except KeyError:
                raise UnknownRunError(run_id) from None

    def delete(self, run_id: str, seconds: float) -> None:
        """Kills the run if it is alive, removes its folder and forgets it.

        Raises:
            RunAliveError: the run has not ended after `seconds`. The agent still knows the run.
            UnknownRunError: the agent knows no such run.
        """
        run = self.get(run_id)
        run.forget(seconds)
        with self._lock:
            self._runs.pop(run_id, None)

    def delete_all(self, seconds: float) -> None:
        """Kills every run, removes their folders and forgets them: a new emulator knows none of them.

        Raises:
            RunAliveError: a run has not ended after `seconds`. The agent still knows that run.
        """
        with self._lock:
            runs = dict(self._runs)
        for run in runs.values():
            run.orphan()
        failures = _forget(list(runs.values()), seconds)
        with self._lock:
            for run_id, failure in zip(runs, failures, strict=True):
                if failure is None:
                    self._runs.pop(run_id, None)
        for failure in filter(None, failures):
            raise failure

    def close(self) -> None:
        """Ends every run and removes their folders."""
        with self._lock:
            self._closed = True
            runs = list(self._runs.values())
        for run in runs:
            run.abandon()
        self.keeper.close()
        for failure in filter(None, _forget(runs, END_SECONDS)):
            log.error("%s", failure)

    def _options(self, job_name: str) -> list[str]:
        return [*self._jvm_options(), *self._history.jvm_options(job_name)]


def _forget(runs: list[Run], seconds: float) -> list[RunAliveError | None]:
    """Ends the runs and removes their folders. Returns for each run None, or why the run is still alive."""

    def forget(run: Run) -> RunAliveError | None:
        try:
            run.forget(seconds)
        except RunAliveError as error:
            return error
        return None

    with ThreadPoolExecutor(max_workers=max(1, len(runs))) as pool:
        return list(pool.map(forget, runs))
