"""One JVM with Spark in it that waits for a run, in the working folder that the run will have."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from glue_worker import warm_program
from glue_worker.config import Config
from glue_worker.folders import new_folder
from glue_worker.guarded import GuardedProcess
from glue_worker.launch import Launch, Template
from glue_worker.preparation import place_program
from glue_worker.spark import OWN_FOLDER

PROGRAM = Path(warm_program.__file__)
# The waiting program answers within milliseconds. One that is stuck must not hold up a run.
ANSWER_SECONDS = 5.0


class WarmJvm:
    """Calls `on_change` in another thread when the JVM is ready and when its process has ended."""

    def __init__(
        self, config: Config, template: Template, jvm_options: Sequence[str], on_change: Callable[[WarmJvm], None]
    ) -> None:
        self.folder = new_folder(config.home)
        self.launch = template.launch(config, self.folder, jvm_options)
        self._own = self.folder / OWN_FOLDER
        for name in ("tmp", "home"):
            (self._own / name).mkdir(parents=True)
        for name in warm_program.LOGS:
            (self._own / name).touch()
        self._on_change = on_change
        self._changed = threading.Condition()
        self._heard: set[str] = set()
        self._pipes = [self._pipe(name) for name in (warm_program.ASK, warm_program.ANSWER)]
        self.first_lines = b""
        warming = (str(config.warm), str(PROGRAM.parent))
        self.process = GuardedProcess(
            [*self.launch.command, str(place_program(PROGRAM, self.folder)), str(self._own), *warming],
            cwd=self.folder,
            environment=self.launch.environment,
            stdout=self._own / "output.log",
            stderr=self._own / "error.log",
            on_exit=self._notify,
            low_priority=True,
        )
        threading.Thread(target=self._listen, name="warm-jvm", daemon=True).start()

    @property
    def ready(self) -> bool:
        """Whether the JVM is warm and its process alive."""
        return self.was_ready and self.process.exit_code is None

    @property
    def was_ready(self) -> bool:
        """Whether the JVM has been warm."""
        return warm_program.READY in self._heard

    @property
    def begun(self) -> bool:
        """Whether a run's script may have begun."""
        return not (self._own / warm_program.ASK).exists()

    def take(self) -> None:
        """Gives the folder to a run. The logs are empty then, and `first_lines` has what the JVM's start wrote."""
        self._on_change = lambda _: None
        error = self._own / "error.log"
        self.first_lines = error.read_bytes()
        os.truncate(error, 0)

    def hand_over(self, launch: Launch, arguments: Sequence[str]) -> GuardedProcess | None:
        """Makes the JVM run the program of a run with `arguments`. Returns its process.

        Returns None where the JVM can't do the run: it was started otherwise than the run asks, or it does not answer.
        """
        if launch != self.launch or not self.ready:
            return None
        command = self._own / warm_program.COMMAND
        command.touch(mode=0o600)
        command.write_text(json.dumps(list(arguments)), encoding="utf-8")
        self._ask(warm_program.TAKE)
        if not self._answered(warm_program.SET):
            return None
        with (self._own / "error.log").open("ab") as file:
            file.write(self.first_lines)
        self._ask(warm_program.GO)
        return self.process

    def last_words(self) -> str:
        """Returns the end of what the JVM logged."""
        return (self._own / "error.log").read_text(encoding="utf-8", errors="replace").strip()[-500:]

    def end(self) -> None:
        """Ends the process, if it is alive. The folder is clean for another JVM then."""
        if self.process.exit_code is None:
            self.process.kill()
        with self._changed:
            pipes, self._pipes = self._pipes, []
        if pipes:
            os.write(pipes[1], b"\n")  # wakes the listener, which closes them
        for name in (warm_program.ASK, warm_program.ANSWER, warm_program.COMMAND):
            (self._own / name).unlink(missing_ok=True)
        for name in ("tmp", "warehouse"):
            shutil.rmtree(self._own / name, ignore_errors=True)
        (self._own / "tmp").mkdir()

    def remove(self) -> None:
        """Ends the process and removes the folder."""
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _pipe(self, name: str) -> int:
        """Makes a named pipe and returns its descriptor: Spark closes every other between us and the program.

        A descriptor for both directions opens at once, and never sees an end.
        """
        os.mkfifo(self._own / name, 0o600)
        return os.open(self._own / name, os.O_RDWR)

    def _listen(self) -> None:
        ask, answer = self._pipes
        with os.fdopen(ask, "w"), os.fdopen(answer, buffering=1) as words:
            for word in words:
                if not self._pipes:
                    return
                with self._changed:
                    self._heard.add(word)
                self._notify()

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()
        self._on_change(self)

    def _ask(self, word: str) -> None:
        with self._changed:
            if self._pipes:
                os.write(self._pipes[0], word.encode())

    def _answered(self, word: str) -> bool:
        def over() -> bool:
            return word in self._heard or self.process.exit_code is not None

        with self._changed:
            self._changed.wait_for(over, ANSWER_SECONDS)
            return word in self._heard
