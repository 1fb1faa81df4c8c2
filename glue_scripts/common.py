"""What all parts of the job share: errors, the log, and the settings of a run.

Glue copies the modules of this folder flat beside the script (`--extra-py-files`), on the driver and on the executors.
An executor imports `copying`, and with it `common`, `database` and `table`. None of the four imports boto3.
"""

from __future__ import annotations

import json
from dataclasses import dataclass


class JobError(Exception):
    """Base of the errors that the job raises itself. The message names the cause and the remedy."""


class ConfigurationError(JobError):
    """An argument or the secret is missing or unusable."""


class InputFileError(JobError):
    """A source file is missing, empty, unreadable, or lacks a column."""


class QualityError(JobError):
    """Too many lines of a set were rejected. Nothing was merged."""


class DatabaseError(JobError):
    """The database refuses the job, or its table is missing or differs from `table.COLUMNS`."""


class ConnectionLost(DatabaseError):
    """The connection ended inside a transaction. The server undoes that transaction, so the job may try it again."""


class CountError(JobError):
    """Two counts of the same lines differ. Nothing was merged."""


@dataclass(frozen=True)
class Job:
    """The settings of one run. `raw` and `processed` are URIs that end in a slash.

    `csv_encoding` is a name that Java knows, `csv_separator` one character or `auto`, `decimal_separator` `.`, `,` or
    `auto`, `max_rejected_percent` 0 to 100.
    """

    name: str
    run_id: str
    raw: str
    processed: str
    table: str
    csv_encoding: str = "utf-8"
    csv_separator: str = "auto"
    decimal_separator: str = "auto"
    max_rejected_percent: float = 10.0

    def parquet(self, run_id: str | None = None) -> str:
        """The folder of a run's Parquet; without `run_id`, of this run's."""
        return f"{self.processed}performance_academica/run={run_id or self.run_id}/"

    def rejects(self) -> str:
        """The folder of this run's rejected lines."""
        return f"{self.processed}performance_academica_rejeitados/run={self.run_id}/"


def log(event: str, **fields: object) -> None:
    """Print one JSON line, which Glue carries to the `output` log group."""
    print(json.dumps({"event": event, **fields}, ensure_ascii=False), flush=True)
