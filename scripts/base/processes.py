"""Background processes of an instance: started in a session of their own, recorded, and ended by their id only."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from scripts.base.errors import StartError
from scripts.base.paths import TOP, relative

INTERRUPT_SECONDS = 120  # for the tear-down of an interrupted command


def run_foreground(
    command: Sequence[str | Path],
    env: Mapping[str, str],
    *,
    on_line: Callable[[str], None] | None = None,
    patience: Callable[[], None] | None = None,
) -> int:
    """Runs ``command`` to its end; its exit code. ``on_line`` gets its output, which else goes where ours goes.

    Interrupted, it lets the command end by itself (terraform gives its lock back, pytest removes its environment):
    subprocess.run would kill it after a quarter of a second. The command has a process group of its own, so that it
    gets the interrupt once, from us: terraform gives up at the second. With ``patience`` the first interrupt only
    calls that, and the command goes on.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        env=dict(env),
        cwd=TOP,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if on_line else None,
        stderr=subprocess.STDOUT if on_line else None,
        text=True,
        process_group=0,
    )

    def to_its_end() -> int:
        if on_line:
            assert process.stdout is not None
            for line in process.stdout:
                on_line(line)
        return process.wait()

    try:
        try:
            return to_its_end()
        except KeyboardInterrupt:
            if patience is None:
                raise
            patience()
            return to_its_end()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=INTERRUPT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
    finally:
        if process.stdout:
            process.stdout.close()


@dataclass(frozen=True)
class Account:
    """An unprivileged account that a process is given when we are root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Daemon:
    """One background process of the instance in ``folder``: its record in ``processes/``, its output in ``logs/``."""

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
        """The live process, or None; a pid that the system gave to somebody else meanwhile is not ours."""
        try:
            record = json.loads(self._record.read_text())
            process = psutil.Process(record["pid"])
            alive = process.create_time() == record["started"] and process.status() != psutil.STATUS_ZOMBIE
        except (FileNotFoundError, json.JSONDecodeError, psutil.NoSuchProcess):
            return None
        return process if alive else None

    def start(
        self,
        command: Sequence[str | Path],
        env: Mapping[str, str],
        *,
        cwd: Path,
        account: Account | None = None,
    ) -> None:
        """Starts ``command`` detached from this terminal, as ``account`` where given."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._record.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                [str(part) for part in command],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        record = {"pid": started.pid, "started": psutil.Process(started.pid).create_time()}
        self._record.write_text(json.dumps(record))

    def check_alive(self) -> None:
        """Raises :class:`StartError` with the log's last lines when the process has ended."""
        if self.process() is None:
            lines = self.log.read_text(errors="replace").splitlines()[-15:] if self.log.exists() else []
            raise StartError(
                f"{self.name} ended:\n    " + "\n    ".join(lines),
                f"the whole log is in {relative(self.log)}",
            )

    def stop(self, seconds: float = 30) -> bool:
        """Ends the process and what it started, by force after ``seconds``. False: it was not alive."""
        process = self.process()
        if process is None:
            self._record.unlink(missing_ok=True)
            return False
        family = [process, *process.children(recursive=True)]
        process.send_signal(self.stop_signal)
        _, alive = psutil.wait_procs([process], timeout=seconds)
        _, alive = psutil.wait_procs([*alive, *family[1:]], timeout=2)
        for straggler in alive:
            try:
                straggler.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(alive, timeout=5)
        self._record.unlink(missing_ok=True)
        return True
