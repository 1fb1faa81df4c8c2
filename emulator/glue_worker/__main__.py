"""`python -m glue_worker`: serves until SIGTERM or SIGINT. Then it ends every run, removes its folder and exits with 0.

It prints `glue_worker ready URL` to standard output once it serves. It logs to standard error.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import IO

from glue_worker import process_tree
from glue_worker.aws import forget_own_settings
from glue_worker.class_archive import ClassArchive
from glue_worker.config import Config
from glue_worker.errors import ConfigError
from glue_worker.registry import Registry
from glue_worker.server import Server
from glue_worker.versions import Versions, find_versions

log = logging.getLogger("glue_worker")


def main() -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    stop = _signals(signal.SIGTERM, signal.SIGINT)
    forget_own_settings()
    process_tree.adopt_orphans()  # of a guard that was killed
    try:
        config = Config.from_environment()
        lock = _own(config.home)
        versions = find_versions(config)
        archive = ClassArchive(config, versions)
        registry = Registry(config, archive.options, archive.wait_idle)
        server = _listen(config, registry, versions)
    except ConfigError as error:
        print(f"glue_worker: {error}", file=sys.stderr)
        return 2
    with lock, server:
        archive.prepare()
        registry.keeper.prepare()
        threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
        print(f"glue_worker ready {server.url}", flush=True)
        os.read(stop, 1)
        log.info("shutting down")
        archive.close()
        registry.close()
        server.shutdown()
    return 0


def _signals(*numbers: int) -> int:
    """Returns a file descriptor that becomes readable once one of the signals arrives.

    The interpreter's own C handler writes to it. A handler in Python would not do: it runs when the main thread next
    executes bytecode. The thread would sleep through a signal that arrives just before it waits, and the lock of an
    Event can deadlock.
    """
    come, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    return come


def _listen(config: Config, registry: Registry, versions: Versions) -> Server:
    try:
        return Server(config, registry, versions)
    except OSError as error:
        raise ConfigError(
            f"can't listen on {config.host}:{config.port}: {error}",
            "set another port in GLUE_WORKER_LISTEN (by make: WORKER_PORT=4670)",
        ) from error


def _own(home: Path) -> IO[str]:
    """Takes the folder for this agent alone and removes what a killed agent left in it.

    Raises:
        ConfigError: another agent has the folder.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (home / ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise ConfigError(f"another worker uses {home}", "set another GLUE_WORKER_HOME") from None
    for folder in home.glob("glue-job-*"):
        shutil.rmtree(folder, ignore_errors=True)
    return lock


if __name__ == "__main__":
    sys.exit(main())
