"""Finds the tables that a run leaves in Spark's own catalog, for example by `saveAsTable`.

They vanish with the run: no Data Catalog keeps them, and their rows lie on the worker's disk. On Glue without
`--enable-glue-datacatalog` it is the same, and there each executor has a disk of its own. A run that ended so would
have succeeded into nothing. Tables with a path in S3 keep their rows and are not counted.
"""

from __future__ import annotations

from pathlib import Path


def warehouse(own_folder: Path) -> Path:
    """Returns the folder in which Spark keeps the tables of a run that have no path of their own."""
    return own_folder / "warehouse"


def lost(own_folder: Path) -> list[str]:
    """Returns the names of the tables and databases that the run made and did not drop."""
    found: list[str] = []
    folder = warehouse(own_folder)
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name.startswith("."):
            continue
        if path.name.endswith(".db"):
            database = path.name.removesuffix(".db")
            found += [f"{database}.{table.name}" for table in sorted(path.iterdir())] or [database]
        else:
            found.append(path.name)
    return found


def message(names: list[str]) -> str:
    """Returns the error message of a run that lost tables."""
    return (
        "LostTablesError: the script ended well, but it left tables in Spark's catalog that vanish with the run: "
        f"{', '.join(names)}. No Data Catalog keeps them here, nor on Glue without --enable-glue-datacatalog. Write "
        'the rows to S3 instead, for example df.write.parquet("s3://…"), or drop the tables at the end of the script.'
    )
