"""The floor: it loads ready-made rows, without reading or joining. `floor.py HOW ROWS.csv`, HOW one of `HOWS`."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.etl import table

HOWS = ("copy", "copy-insert", "copy-merge", "copy-upsert")


def main(how: str, rows: Path) -> None:
    with table.staging() as connection:
        table.copy_file(connection, table.STAGING, rows)
        if how == "copy-insert":
            table.insert(connection, table.STAGING)
        elif how == "copy-merge":
            table.merge_changed(connection, table.STAGING)
        elif how == "copy-upsert":
            connection.execute(table.unconditional(table.STAGING))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
