"""`python -m glue_worker.terminal REQUEST [SCRIPT]`: runs a job in the caller's terminal, where a debugger works.

REQUEST is a file with the body of `POST /runs`, which the program removes, because it holds the role's keys. Files,
modules, settings and environment are those of a run, made by the same code. SCRIPT, a file of this machine, takes the
place of the job's script. Standard input, output and errors are the terminal's, so nothing goes to CloudWatch Logs, and
no time limit ends the script. Python starts Spark here and not the reverse: spark-submit gives a script no terminal.

It ends with the script's exit code, or with 2 and a reason when the run can't begin.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from glue_worker import event_log, lost_tables
from glue_worker.aws import Clients, forget_own_settings
from glue_worker.config import Config
from glue_worker.endpoint import with_addresses
from glue_worker.errors import WorkerError
from glue_worker.fetch import Fetcher
from glue_worker.preparation import prepare
from glue_worker.request import RunRequest
from glue_worker.runscript import IN_TERMINAL
from glue_worker.spark import OWN_FOLDER, base_environment, job_environment, script_arguments, submit_options

# In a run Spark's log has a log group of its own. The user's `--conf` comes later and wins.
QUIET = ("--conf", "spark.log.level=ERROR", "--conf", "spark.ui.showConsoleProgress=false")


def main(arguments: list[str]) -> int:
    asked = Path(arguments[0])
    try:
        body = json.loads(asked.read_text(encoding="utf-8"))
    finally:
        asked.unlink(missing_ok=True)
    forget_own_settings()
    try:
        config = with_addresses(Config.from_environment())
        return run(config, RunRequest.parse(body), Path(arguments[1]) if arguments[1:] else None)
    except WorkerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def run(config: Config, request: RunRequest, script: Path | None) -> int:
    """Runs the job, or `script` in its place, and returns the exit code.

    Raises:
        WorkerError: the run can't begin.
    """
    config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="glue-job-", dir=config.home))
    own = folder / OWN_FOLDER
    (own / "tmp").mkdir(parents=True)
    clients = Clients(request, config.endpoint_url)
    try:
        files = prepare(
            config,
            request,
            folder,
            fetcher=Fetcher(clients.s3(), lambda: None),
            run_pip=lambda command: _run_pip(config, folder, command),
            note=_note,
        )
        if (settings := Path.home() / ".pdbrc").is_file():  # The debugger is the user's own; the run's home is not.
            (files.home / settings.name).symlink_to(settings)
        environment = job_environment(os.environ, config, request, files)
        del environment["PYTHONBREAKPOINT"]  # The debugger has a terminal here, though not in Spark's own processes.
        if "TERM" in os.environ:  # without it the prompt can't edit a line
            environment["TERM"] = os.environ["TERM"]
        options = [*QUIET, *submit_options(config, request, files), "pyspark-shell"]
        environment["PYSPARK_SUBMIT_ARGS"] = shlex.join(options)
        files = replace(files, script=script or files.script)
        command = [config.python, str(files.runscript), IN_TERMINAL, str(files.script), *script_arguments(request)]
        code = _wait(subprocess.Popen(command, cwd=folder, env=environment))
        if names := lost_tables.lost(own):
            _note(lost_tables.message(names))
            code = code or 1
        for url in event_log.upload(clients.s3(), request.arguments, request.run_id, own):
            _note(f"Spark's event log is in {url}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return code


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Returns the exit code. An interrupt is the script's: the debugger and the shell catch it."""
    signal.signal(signal.SIGINT, lambda *_: None)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: process.terminate())
    code = process.wait()
    return code if code >= 0 else 128 - code


def _run_pip(config: Config, folder: Path, command: list[str]) -> tuple[int, str]:
    environment = base_environment(os.environ, config, folder / OWN_FOLDER / "tmp") | {"PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    return done.returncode, done.stdout


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
