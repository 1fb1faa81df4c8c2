"""A class-data archive for the jobs' JVM: loading and checking Spark's classes is a third of a small run's work.

The JVM makes it itself (JEP 350), out of what a small Spark program loads; that takes 20 s of one core, once, in the
background. Until it is there, and wherever it does not fit, runs are slower and nothing else.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import shutil
import tempfile
import threading
from pathlib import Path

from glue_worker.config import Config
from glue_worker.errors import ConfigError
from glue_worker.guarded import GuardedProcess
from glue_worker.spark import COLLECTOR, base_environment, class_path
from glue_worker.versions import Versions, jars_folder

log = logging.getLogger(__name__)
PROGRAM = Path(__file__).with_name("class_archive_program.py")
MAKING = "making-"


class ClassArchive:
    """The archive for this Spark and this Java in ``config.class_archives``, others of which it takes the place."""

    def __init__(self, config: Config, versions: Versions) -> None:
        self._config = config
        self._ended = threading.Event()
        self._closed = False
        self._process: GuardedProcess | None = None
        self._path: Path | None = None
        try:
            folders = [folder for folder in (jars_folder(config), config.jars) if folder]
        except ConfigError as error:  # a Spark that is laid out otherwise runs jobs all the same
            log.warning("no class archive: %s", error)
            return
        # The JVM takes an archive for the very jars that it was made of: same names, sizes and times.
        jars = sorted(jar for folder in folders for jar in folder.glob("*.jar"))
        found = [(str(jar), jar.stat().st_size, jar.stat().st_mtime_ns) for jar in jars]
        told = repr([versions.java, COLLECTOR, *found])
        self._path = config.class_archives / f"spark-{hashlib.sha256(told.encode()).hexdigest()[:16]}.jsa"

    def options(self) -> list[str]:
        """Options of a JVM that is to use the archive; none while there is no archive.

        The collector is among them because it was made with it: where Spark's own configuration asks for another one,
        the JVM refuses to start, and there is no archive either.
        """
        if self._path and self._path.exists():
            return [f'"-XX:SharedArchiveFile={self._path}"', "-Xlog:cds*=off", COLLECTOR]
        return []

    def prepare(self) -> None:
        """Makes the archive in the background, unless it is there or another agent is at it."""
        if self._path:
            threading.Thread(target=self._make, args=(self._path,), name="class-archive", daemon=True).start()

    def close(self) -> None:
        """Gives the making up."""
        self._closed = True
        self._ended.set()
        if self._process:
            self._process.kill()

    def _make(self, path: Path) -> None:
        self._config.class_archives.mkdir(parents=True, exist_ok=True)
        with (self._config.class_archives / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return
            if path.exists():
                return
            for left in self._config.class_archives.glob(f"{MAKING}*"):  # by an agent that was killed
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=self._config.class_archives, prefix=MAKING) as folder:
                self._run(Path(folder), path)

    def _run(self, folder: Path, path: Path) -> None:
        made = folder / "new.jsa"
        environment = base_environment(os.environ, self._config, folder)
        environment["SPARK_SUBMIT_OPTS"] += f' "-XX:ArchiveClassesAtExit={made}" -Xlog:cds*=off {COLLECTOR}'
        options = (
            "--master",
            "local[1]",
            "--driver-memory",
            "512m",
            "--conf",
            "spark.ui.enabled=false",
            *class_path(self._config),
        )
        self._process = GuardedProcess(
            [self._config.spark_submit, *options, str(PROGRAM), str(folder)],
            cwd=folder,
            environment=environment,
            stdout=folder / "output.log",
            stderr=folder / "error.log",
            on_exit=self._ended.set,
        )
        self._ended.wait()
        if self._closed:
            self._process.kill()
        elif self._process.exit_code == 0 and made.exists():
            for old in self._config.class_archives.glob("spark-*.jsa"):
                old.unlink(missing_ok=True)
            shutil.move(made, path)
            log.info("runs start from the class archive %s now", path.name)
        else:
            log.warning("no class archive: %s", (folder / "error.log").read_text(errors="replace").strip()[-500:])
