"""What all parts of the job share: the table, the source files' columns, errors, the log, and the run itself.

Glue copies the modules of this folder flat beside the script (`--extra-py-files`), on the driver and on the executors;
the executors import `staging` and `database`, so that these two and this one need no boto3.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

# Set of source files -> columns that it must have.
COLUMNS = {
    "alunos": ("id", "nome_ficticio", "idade", "genero", "escola_id"),
    "escolas": ("escola_id", "nome", "rede", "regiao"),
    "notas": ("aluno_id", "disciplina", "nota"),
}

# Column of performance_academica -> its Spark type.
TABLE = {
    "aluno_id": "BIGINT",
    "nome_aluno": "STRING",
    "idade": "SMALLINT",
    "genero": "STRING",
    "escola_id": "BIGINT",
    "nome_escola": "STRING",
    "rede": "STRING",
    "regiao": "STRING",
    "disciplina": "STRING",
    "nota": "DECIMAL(4,2)",
}
KEY = ("aluno_id", "escola_id", "disciplina")


class JobError(Exception):
    """Base of what the job raises itself; the message names the cause and the remedy."""


class ConfigurationError(JobError):
    """An argument or the secret is missing or unusable."""


class InputFileError(JobError):
    """A source file is missing, empty, unreadable, or lacks a column."""


class QualityError(JobError):
    """Too many lines of a set were rejected: nothing was merged."""


class DatabaseError(JobError):
    """The database refuses the job, or its table is missing."""


class ConnectionLost(DatabaseError):
    """The database went away in the middle of something; what was not committed is undone, and may be tried again."""


class CountError(JobError):
    """Two counts of the same lines differ: nothing was merged."""


@dataclass(frozen=True)
class Job:
    """What one run works on. `raw` and `processed` are URIs that end in a slash.

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
        """Folder of this run's Parquet, or of another's."""
        return f"{self.processed}performance_academica/run={run_id or self.run_id}/"

    def rejects(self) -> str:
        """Folder of this run's rejected lines."""
        return f"{self.processed}performance_academica_rejeitados/run={self.run_id}/"


def log(event: str, **fields: object) -> None:
    """Print one JSON line, which Glue carries to the `output` log group."""
    print(json.dumps({"event": event, **fields}, ensure_ascii=False), flush=True)
