"""Drives one run in a thread: fetches the files (STARTING), runs the script's process (RUNNING) and notes the end."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError

from glue_worker import early_end, event_log, failure, hints, lost_tables, state
from glue_worker.aws import Clients
from glue_worker.config import Config
from glue_worker.endpoint import with_addresses
from glue_worker.errors import Interrupted, LaunchError, RunAliveError
from glue_worker.fetch import Fetcher
from glue_worker.folders import new_folder
from glue_worker.guarded import GuardedProcess
from glue_worker.installed_modules import InstalledModules
from glue_worker.job_history import JobHistory
from glue_worker.launch import Launch, Template
from glue_worker.logs import LOGS, LogShipper
from glue_worker.preparation import prepare
from glue_worker.request import RunRequest
from glue_worker.spark import OWN_FOLDER, RunFiles, base_environment, program_arguments
from glue_worker.warm_keeper import WarmKeeper

log = logging.getLogger(__name__)

LOG_SECONDS = 30.0
LOG_SECONDS_WHEN_FORGOTTEN = 2.0


class Run:
    """One run. `jvm_options` come on top of those that every run has. `keeper` may have a warm JVM for the run.

    Raises:
        EndpointError: the endpoint has no address.
    """

    def __init__(
        self,
        config: Config,
        request: RunRequest,
        jvm_options: Sequence[str],
        history: JobHistory,
        keeper: WarmKeeper,
    ) -> None:
        self._config = config = with_addresses(config)
        self._request = request
        self._jvm_options = jvm_options
        self._history = history
        self._clients = Clients(request, config.endpoint_url)
        self._keeper = keeper
        self._warm = keeper.begin()
        self._folder = self._warm.folder if self._warm else new_folder(config.home)
        self._own = self._folder / OWN_FOLDER
        self._tmp = self._own / "tmp"
        self._tmp.mkdir(parents=True, exist_ok=True)
        self._output = self._own / "output.log"
        self._error = self._own / "error.log"
        self._log_seconds = LOG_SECONDS
        self._exit_code: int | None = None
        self._end_note: str | None = None
        self.state = state.RunState(
            request.run_id, timeout_seconds=request.timeout_seconds, lease_seconds=config.lease_seconds
        )
        self._thread = threading.Thread(target=self._main, name=request.run_id, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Asks the run to end as STOPPED. A run that has ended keeps its state."""
        self.state.interrupt(Interrupted(state.STOPPED, None))

    def abandon(self) -> None:
        """Asks the run to end because the agent ends."""
        self._log_seconds = LOG_SECONDS_WHEN_FORGOTTEN
        self.state.interrupt(Interrupted(state.FAILED, "the worker was shut down during the run; start the run again"))

    def orphan(self) -> None:
        """Asks the run to end because its emulator has ended. Its log stays here: it means nothing to the next one."""
        self._clients.revoke()
        self._log_seconds = LOG_SECONDS_WHEN_FORGOTTEN
        self.state.interrupt(
            Interrupted(state.FAILED, "the emulator that started the run has ended; start the run again")
        )

    def forget(self, seconds: float) -> None:
        """Ends the run and removes its folder.

        Raises:
            RunAliveError: the run has not ended after `seconds`. Its folder stays.
        """
        self._log_seconds = LOG_SECONDS_WHEN_FORGOTTEN
        self.stop()
        if not self.state.wait_ended(seconds):
            raise RunAliveError(self._request.run_id, seconds)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _main(self) -> None:
        logs = LogShipper(
            self._clients.logs,
            {self._request.log_groups[name]: (self._own / f"{name}.log", every) for name, every in LOGS.items()},
            self._request.log_stream,
        )
        logs.start()
        try:
            ended, message = self._execute()
        except Interrupted as interruption:
            ended, message = interruption.state, interruption.message
        except LaunchError as error:
            ended, message = state.FAILED, str(error)
        except Exception as error:
            log.exception("%s: the worker itself failed", self._request.run_id)
            ended, message = state.FAILED, f"the worker failed: {type(error).__name__}: {error}"
        if self._warm:
            self._warm.end()
        at = datetime.now(UTC)
        for text in filter(None, (message, self._end_note)):
            self._note(text)
        for folder in (self._tmp, self._own / "home"):  # The second has the role's keys.
            shutil.rmtree(folder, ignore_errors=True)
        self._upload_event_log()
        logs.finish(self._log_seconds)
        log.info("%s: %s %s", self._request.run_id, ended, message or "")
        self.state.ended(ended, message=message, note=self._end_note, exit_code=self._exit_code, at=at)
        self._keeper.ended()

    def _execute(self) -> tuple[str, str | None]:
        """Returns the run's last state and its error message."""
        files = prepare(
            self._config,
            self._request,
            self._folder,
            fetcher=Fetcher(self._clients.s3(), self.state.check),
            run_pip=self._run_pip,
            note=self._note,
            earlier=InstalledModules(self._config.home / "modules"),
        )
        self.state.check()
        launch = Launch.of(self._config, self._request, files, self._jvm_options)
        template = Template.of(self._request, files)
        alike = template.launch(self._config, self._folder, self._jvm_options) == launch
        self._keeper.learn(template if alike else None)
        began = time.monotonic()
        self._exit_code = self._run_script(launch, files)
        if self._exit_code == 0 and (names := lost_tables.lost(self._own)):
            return state.FAILED, lost_tables.message(names)
        if self._exit_code == 0:
            self._end_note = early_end.note(files.report)
            self._history.succeeded(self._request.job_name, time.monotonic() - began)
            return state.SUCCEEDED, None
        told = failure.message(self._exit_code, report=files.report, spark_log=self._error)
        return state.FAILED, hints.with_hint(told, self._config)

    def _run_script(self, launch: Launch, files: RunFiles) -> int:
        """Runs the script in the warm JVM, or in a JVM of its own. Returns the exit code.

        Raises:
            Interrupted: the run had to end before that.
        """
        arguments = program_arguments(self._request, files)
        if self._warm:
            if process := self._warm.hand_over(launch, arguments):
                process.on_exit = self.state.wake
                log.info("%s: runs in the warm JVM", self._request.run_id)
                self.state.running()
                code = self._wait(process)
                if self._warm.begun:
                    return code
            self._warm.end()
            self._warm = None
        log.info("%s: starts a JVM of its own", self._request.run_id)
        process = self._start(
            [*launch.command, str(files.runscript), *arguments], launch.environment, output=self._output
        )
        self.state.running()
        return self._wait(process)

    def _upload_event_log(self) -> None:
        """Uploads Spark's event log. A failure is noted and changes nothing else, as with the logs."""
        try:
            for url in event_log.upload(self._clients.s3(), self._request.arguments, self._request.run_id, self._own):
                self._note(f"Spark's event log is in {url}")
        except (ClientError, BotoCoreError, S3UploadFailedError, ValueError) as error:
            self._note(f"Spark's event log could not be written: {error}")

    def _run_pip(self, command: list[str]) -> tuple[int, str]:
        """Runs pip without the run's credentials. Its output also goes to the error log."""
        output = self._own / "pip.log"
        output.unlink(missing_ok=True)
        environment = base_environment(os.environ, self._config, self._tmp) | {"PIP_CONFIG_FILE": os.devnull}
        code = self._wait(self._start(command, environment, output=output, error=output))
        text = output.read_text(encoding="utf-8", errors="replace")
        self._note(text.rstrip("\n"))
        return code, text

    def _start(
        self, command: list[str], environment: dict[str, str], *, output: Path, error: Path | None = None
    ) -> GuardedProcess:
        return GuardedProcess(
            command,
            cwd=self._folder,
            environment=environment,
            stdout=output,
            stderr=error or self._error,
            on_exit=self.state.wake,
        )

    def _wait(self, process: GuardedProcess) -> int:
        """Returns the process's exit code.

        Raises:
            Interrupted: the run had to end before the process did, and the process was killed.
        """
        try:
            return self.state.wait_for(lambda: process.exit_code)
        except Interrupted:
            process.kill()
            self._exit_code = process.exit_code
            raise

    def _note(self, text: str) -> None:
        """Writes to the run's error log, between Spark's lines."""
        with self._error.open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
