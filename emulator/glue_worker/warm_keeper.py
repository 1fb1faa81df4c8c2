"""Keeps one warm JVM ready for the next run: made when no run is alive, used once, and replaced after it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence

from glue_worker.config import Config
from glue_worker.endpoint import with_addresses
from glue_worker.errors import WorkerError
from glue_worker.launch import Template
from glue_worker.warm_jvm import WarmJvm

log = logging.getLogger(__name__)

OFF, NONE, WARMING, READY = "off", "none", "warming", "ready"


class WarmKeeper:
    """Asks `jvm_options` for the options of a job's JVM. `wait_idle` returns when nothing else works in the background.

    An agent that is new remembers from its predecessor what the last run asked of a JVM.
    """

    def __init__(
        self,
        config: Config,
        jvm_options: Callable[[str], Sequence[str]],
        wait_idle: Callable[[], None] = lambda: None,
    ) -> None:
        self._config = config
        self._jvm_options = jvm_options
        self._wait_idle = wait_idle
        self._memory = config.home / "warm.json"
        self._lock = threading.Lock()
        self._closed = not config.warm
        self._alive = 0
        self._jvm: WarmJvm | None = None
        self._ending: threading.Thread | None = None
        self._template = self._remembered()

    @property
    def state(self) -> str:
        """Returns `off`, `none`, `warming` or `ready`."""
        with self._lock:
            if self._jvm:
                return READY if self._jvm.ready else WARMING
            return OFF if self._closed else NONE

    def prepare(self) -> None:
        """Makes a warm JVM in the background, unless one is there, a run is alive, or no run was seen yet."""
        if not self._closed:
            threading.Thread(target=self._fill, name="warm", daemon=True).start()

    def begin(self) -> WarmJvm | None:
        """Notes that a run begins. Returns the warm JVM if it is ready. One that is not ready yet ends."""
        with self._lock:
            self._alive += 1
            jvm, self._jvm = self._jvm, None
            ready = jvm is not None and jvm.ready
            if jvm and ready:
                jvm.take()
            if jvm and not ready:
                self._ending = threading.Thread(target=jvm.remove, name="end-warm", daemon=True)
                self._ending.start()
        return jvm if ready else None

    def learn(self, template: Template | None) -> None:
        """Notes what the next warm JVM is for. None: no JVM can be ready for the like of the last run."""
        with self._lock:
            known, self._template = self._template, template
        if template != known:
            self._remember(template)

    def ended(self) -> None:
        """Notes that a run ended."""
        with self._lock:
            self._alive -= 1
        self.prepare()

    def close(self) -> None:
        """Ends the warm JVM and makes no other."""
        with self._lock:
            self._closed = True
            jvm, self._jvm = self._jvm, None
        if jvm:
            jvm.remove()
        if self._ending:
            self._ending.join()

    def _fill(self) -> None:
        self._wait_idle()
        with self._lock:
            if self._closed or self._alive or self._jvm or not self._template:
                return
            try:
                config = with_addresses(self._config)
                self._jvm = WarmJvm(config, self._template, self._jvm_options(self._template.job_name), self._changed)
            except (WorkerError, OSError) as error:
                log.warning("no warm JVM: %s", error)

    def _changed(self, jvm: WarmJvm) -> None:
        with self._lock:
            if jvm is not self._jvm:
                return
            if jvm.process.exit_code is None:
                if jvm.ready:
                    log.info("a warm JVM waits for the next run of %s", self._template and self._template.job_name)
                return
            self._jvm = None
        log.warning("the warm JVM ended with exit code %d: %s", jvm.process.exit_code, jvm.last_words())
        jvm.remove()
        if jvm.was_ready:  # Otherwise the next one would fail too.
            self.prepare()

    def _remembered(self) -> Template | None:
        try:
            return Template.parse(json.loads(self._memory.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _remember(self, template: Template | None) -> None:
        try:
            if template is None:
                self._memory.unlink(missing_ok=True)
            else:
                new = self._memory.with_suffix(".new")
                new.write_text(json.dumps(template.as_json()), encoding="utf-8")
                new.replace(self._memory)
        except OSError as error:
            log.warning("the next agent will not know the last run: %s", error)
