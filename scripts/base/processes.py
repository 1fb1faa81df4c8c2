"""Background processes of an instance: started in a session of their own, recorded, and ended by their id only."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil
from tenacity import RetryError, Retrying, TryAgain, stop_after_delay, wait_fixed

from scripts.base.errors import StartError
from scripts.base.files import write_whole
from scripts.base.paths import TOP, relative

_DAEMON = "LETRUS_DAEMON"  # tells a background process its record
INTERRUPT_SECONDS = 120  # for the tear-down of an interrupted command


def run_foreground(
    command: Sequence[str | Path],
    env: Mapping[str, str],
    *,
    on_line: Callable[[str], None] | None = None,
    patience: Callable[[], None] | None = None,
) -> int:
    """Runs `command` to its end and returns its exit code. `on_line` gets its output, which else goes where ours goes.

    On an interrupt the command ends by itself: terraform releases its lock, pytest removes its environment.
    `subprocess.run` would kill it after a quarter of a second. The command has a process group of its own, so that
    only we send it the interrupt, once: terraform gives up at the second. With `patience` the first interrupt only
    calls that function, and a hang-up of the terminal is ignored.

    The output is read to its end, whatever becomes of `on_line`: a closed pipe would kill the command.
    """
    with _hang_ups_ignored() if patience else nullcontext():
        return _run(command, env, on_line, patience)


@contextmanager
def _hang_ups_ignored() -> Iterator[None]:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def _run(
    command: Sequence[str | Path],
    env: Mapping[str, str],
    on_line: Callable[[str], None] | None,
    patience: Callable[[], None] | None,
) -> int:
    process = subprocess.Popen(
        [str(part) for part in command],
        env=dict(env),
        cwd=TOP,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if on_line else None,
        stderr=subprocess.STDOUT if on_line else None,
        text=True,
        errors="replace",
        process_group=0,
    )
    reader = _Reader(process.stdout, on_line) if process.stdout and on_line else None
    try:
        try:
            code = _end(process, reader)
        except KeyboardInterrupt:
            if patience is None:
                raise
            patience()
            code = _end(process, reader)
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=INTERRUPT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        if reader:
            reader.done.wait(5)  # a process that the command left behind may hold the pipe open
        raise
    if reader and reader.failure:
        raise reader.failure
    return code


class _Reader(threading.Thread):
    """Gives each line of `stream` to `on_line`. After `on_line` raised `failure`, it only empties the stream."""

    def __init__(self, stream: IO[str], on_line: Callable[[str], None]) -> None:
        super().__init__(daemon=True)
        self._stream, self._on_line = stream, on_line
        self.failure: Exception | None = None
        self.done = threading.Event()  # an interrupted `join` may take a live thread for an ended one (CPython 90882)
        self.start()

    def run(self) -> None:
        try:
            with self._stream:
                for line in self._stream:
                    self._take(line)
        finally:
            self.done.set()

    def _take(self, line: str) -> None:
        try:
            if self.failure is None:
                self._on_line(line)
        except Exception as error:  # noqa: BLE001 - raised again where the command has ended
            self.failure = error


def _end(process: subprocess.Popen[str], reader: _Reader | None) -> int:
    """Returns the exit code of `process` after reading all of its output."""
    code = process.wait()
    if reader:
        reader.done.wait()
    return code


def _await_end(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Waits for the end of the processes, and returns those that live after `seconds`.

    A process that has ended and that its parent, often init, has not asked for is a zombie. psutil's own wait_procs
    waits for the parent too.
    """
    alive = list(processes)

    def look() -> None:
        alive[:] = [each for each in alive if _lives(each)]
        if alive:
            raise TryAgain

    with suppress(RetryError):
        Retrying(stop=stop_after_delay(seconds), wait=wait_fixed(0.02))(look)
    return alive


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _told(process: psutil.Process | None) -> str:
    return "" if process is None else process.environ().get(_DAEMON, "")


@dataclass(frozen=True)
class Account:
    """An unprivileged account that a process is given when we are root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Daemon:
    """One background process of the instance in `folder`: its record in `processes/`, its output in `logs/`."""

    folder: Path
    name: str
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def log(self) -> Path:
        return self.folder / "logs" / f"{self.name}.log"

    @property
    def _record(self) -> Path:
        return self.folder / "processes" / f"{self.name}.json"

    def process(self) -> psutil.Process | None:
        """Returns the live process or None. A pid that the system has since given to another process does not count."""
        try:
            record = json.loads(self._record.read_text())
            if "starting" in record:
                return self._found()
            process = psutil.Process(record["pid"])
            alive = process.create_time() == record["started"] and process.status() != psutil.STATUS_ZOMBIE
        except (FileNotFoundError, json.JSONDecodeError, psutil.NoSuchProcess):
            return None
        return process if alive else None

    def _found(self) -> psutil.Process | None:
        """Looks for a process whose starting command was killed before it could note the pid."""
        for process in psutil.process_iter():
            try:
                # Its children inherit the variable, so the process itself is the one whose parent lacks it.
                if _told(process) == str(self._record) and _told(process.parent()) != str(self._record):
                    self._note({"pid": process.pid, "started": process.create_time()})
                    return process
            except psutil.Error:
                continue
        return None

    def _note(self, record: dict[str, object]) -> None:
        write_whole(self._record, json.dumps(record).encode())

    def start(
        self,
        command: Sequence[str | Path],
        env: Mapping[str, str],
        *,
        cwd: Path,
        account: Account | None = None,
    ) -> None:
        """Starts `command` detached from this terminal, as `account` when one is given."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._record.parent.mkdir(parents=True, exist_ok=True)
        self._note({"starting": True})
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                [str(part) for part in command],
                env={**env, _DAEMON: str(self._record)},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        self._note({"pid": started.pid, "started": psutil.Process(started.pid).create_time()})

    def check_alive(self) -> None:
        """Checks that the process lives.

        Raises:
            StartError: the process has ended. The cause has the log's last lines.
        """
        if self.process() is None:
            lines = self.log.read_text(errors="replace").splitlines()[-15:] if self.log.exists() else []
            raise StartError(
                f"{self.name} ended:\n    " + "\n    ".join(lines),
                f"the whole log is in {relative(self.log)}",
            )

    def stop(self, seconds: float = 30) -> bool:
        """Ends the process and what it started, by force after `seconds`. Returns whether the process was alive."""
        process = self.process()
        if process is None:
            self._record.unlink(missing_ok=True)
            return False
        family = [process]
        with suppress(psutil.NoSuchProcess):  # it may end at any moment by itself
            family += process.children(recursive=True)
        with suppress(psutil.NoSuchProcess):
            process.send_signal(self.stop_signal)
        alive = _await_end([process], seconds)
        alive = _await_end([*alive, *family[1:]], 2)
        for straggler in alive:
            with suppress(psutil.NoSuchProcess):
                straggler.kill()
        _await_end(alive, 5)
        self._record.unlink(missing_ok=True)
        return True
