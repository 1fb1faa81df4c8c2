"""Makes a class-data archive for the jobs' JVM: loading and checking Spark's classes is a third of a small run's work.

The JVM writes the archive itself (JEP 350) from the classes that a small Spark program loads. That takes 20 s of one
core, once, in the background. It extends the archive of Java's own classes, which comes with most Javas and lies beside
the JVM's library. Without the archive, or where it does not fit, runs are slower but otherwise the same.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import shlex
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
ITS_MODULES = (PROGRAM.with_name("small_job.py"), PROGRAM.with_name("small_s3.py"))
MAKING = "making-"
BASE = Path("lib", "server", "classes.jsa")  # below Java's home


class ClassArchive:
    """The class archive for this Spark and Java. It replaces older archives in `config.class_archives`."""

    def __init__(self, config: Config, versions: Versions) -> None:
        self._config = config
        self._ended = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._closed = False
        self._process: GuardedProcess | None = None
        self._path: Path | None = None
        try:
            folders = [folder for folder in (jars_folder(config), config.jars) if folder]
        except ConfigError as error:  # A Spark with another layout still runs jobs.
            log.warning("no class archive: %s", error)
            return
        base = _java_home() / BASE
        if not base.is_file():
            dump = f"{_java_home() / 'bin' / 'java'} -Xshare:dump"
            log.warning("no class archive, so runs start slower: Java has no %s; `%s` makes it", base, dump)
            return
        # The JVM takes an archive only with the jars and the base that it was made from: same names, sizes and times.
        jars = sorted(jar for folder in folders for jar in folder.glob("*.jar"))
        found = [(str(jar), jar.stat().st_size, jar.stat().st_mtime_ns) for jar in [base, *jars]]
        programs = [each.read_text(encoding="utf-8") for each in (PROGRAM, *ITS_MODULES)]
        told = repr([versions.java, COLLECTOR, *programs, *found])
        self._path = config.class_archives / f"spark-{hashlib.sha256(told.encode()).hexdigest()[:16]}.jsa"

    def options(self) -> list[str]:
        """Returns the options with which a JVM uses the archive, or none while no archive exists.

        They name the collector that the archive was made with. Where Spark's own configuration asks for another
        collector, the JVM that makes the archive refuses to start, so no archive exists either.
        """
        if self._path and self._path.exists():
            return [shlex.quote(f"-XX:SharedArchiveFile={self._path}"), "-Xlog:cds*=off", COLLECTOR]
        return []

    def prepare(self) -> None:
        """Makes the archive in the background, unless it exists, after an agent that makes it and may be killed."""
        if self._path:
            self._idle.clear()
            threading.Thread(target=self._make, args=(self._path,), name="class-archive", daemon=True).start()

    def wait_idle(self) -> None:
        """Returns when this agent neither makes the archive nor waits for one that does, or no longer."""
        self._idle.wait()

    def close(self) -> None:
        """Stops making the archive."""
        self._closed = True
        self._ended.set()
        self._idle.set()
        if self._process:
            self._process.kill()

    def _make(self, path: Path) -> None:
        try:
            self._make_once(path)
        finally:
            self._idle.set()

    def _make_once(self, path: Path) -> None:
        self._config.class_archives.mkdir(parents=True, exist_ok=True)
        with (self._config.class_archives / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._closed or path.exists():
                return
            for left in self._config.class_archives.glob(f"{MAKING}*"):  # A killed agent leaves them.
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=self._config.class_archives, prefix=MAKING) as folder:
                self._run(Path(folder), path)

    def _run(self, folder: Path, path: Path) -> None:
        made = folder / "new.jsa"
        environment = base_environment(os.environ, self._config, folder)
        archive = shlex.quote(f"-XX:ArchiveClassesAtExit={made}")
        environment["SPARK_SUBMIT_OPTS"] += f" {archive} -Xlog:cds*=off {COLLECTOR}"
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
            [self._config.spark_submit, *options, str(PROGRAM)],
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
            said = (folder / "error.log").read_text(errors="replace").strip()[-500:]
            log.warning("no class archive: %s", said or f"the JVM wrote none, exit code {self._process.exit_code}")


def _java_home() -> Path:
    """Returns the home of the Java that Spark's scripts start: `JAVA_HOME`, or that of the `java` on PATH."""
    return Path(os.environ.get("JAVA_HOME") or Path(shutil.which("java") or "java").resolve().parent.parent)
