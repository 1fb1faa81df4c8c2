"""Recognises the phases of a run from outside: by processes, S3 and PostgreSQL. It never asks the job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import psutil
import psycopg

from glue_scripts.table import NAME as TABLE
from tests.kit.faults.site import APPLICATION, STAGING
from tests.kit.warm import of_a_run

HOLD_MERGE = f"""
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF NEW.aluno_id = TG_ARGV[0]::bigint THEN PERFORM pg_advisory_xact_lock(1); END IF; RETURN NEW; END';
CREATE TRIGGER hold BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION hold(
"""


class Place(Protocol):
    """Where a run is: an environment with the processes and the objects of the run."""

    def processes(self) -> list[psutil.Process]:
        """Returns the processes below the worker."""

    def look(self, run_id: str) -> dict[str, Any]:
        """Returns the run as Glue shows it."""

    def keys(self, prefix: str) -> list[str]:
        """Returns the keys of the data bucket that begin so."""


@dataclass
class Watch:
    """The parts that a phase's question may look at. `changed` is a key and the nota that the key has after the run."""

    site: Place
    database: psycopg.Connection
    run_id: str
    changed: tuple[int, int, str, Any]

    def ask(self, query: str, *parameters: object) -> bool:
        return self.database.execute(query, parameters).fetchone() is not None

    def written(self, folder: str, name: str = "") -> bool:
        return any(name in key for key in self.site.keys(f"processed/{folder}/run={self.run_id}/"))


def _java(watch: Watch) -> bool:
    # A JVM that waits becomes the run's when its program takes the run. One that dies earlier is none of the run's.
    return any(of_a_run(process) and process.name() == "java" for process in watch.site.processes())


def _connected(watch: Watch) -> bool:
    return watch.ask("SELECT 1 FROM pg_stat_activity WHERE application_name = %s", APPLICATION)


def _parquet_begun(watch: Watch) -> bool:
    return watch.written(TABLE)


def _rejects_begun(watch: Watch) -> bool:
    return watch.written(f"{TABLE}_rejeitados")


def _parquet_whole(watch: Watch) -> bool:
    return watch.written(TABLE, "_SUCCESS")


def _staged(watch: Watch) -> bool:
    return watch.ask("SELECT 1 FROM pg_class WHERE relkind = 'r' AND relname LIKE %s", STAGING)


def _copying(watch: Watch) -> bool:
    return watch.ask("SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND query LIKE 'COPY %%'", APPLICATION)


def _waiting_for_lock(watch: Watch) -> bool:
    return watch.ask("SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND NOT granted", TABLE)


def _merging(watch: Watch) -> bool:
    return watch.ask("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


def _committed(watch: Watch) -> bool:
    aluno, escola, disciplina, nota = watch.changed
    query = f"SELECT 1 FROM {TABLE} WHERE aluno_id = %s AND escola_id = %s AND disciplina = %s AND nota = %s"
    return watch.ask(query, aluno, escola, disciplina, nota)


PHASES: dict[str, Callable[[Watch], bool]] = {
    "starting": _java,
    "connected": _connected,
    "parquet begun": _parquet_begun,
    "rejects begun": _rejects_begun,
    "parquet whole": _parquet_whole,
    "staged": _staged,
    "copying": _copying,
    "waiting for the lock": _waiting_for_lock,
    "merging": _merging,
    "committed": _committed,
}
