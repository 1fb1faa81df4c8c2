"""The tables that a run left in Spark's catalog, from the folders that Spark made."""

from __future__ import annotations

from pathlib import Path

import pytest
from glue_worker.lost_tables import lost, warehouse

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("folders", "names"),
    [
        ([], []),
        (["notas"], ["notas"]),
        (["escola.db/alunos", "escola.db/notas", "zonas"], ["escola.alunos", "escola.notas", "zonas"]),
        (["vazio.db"], ["vazio"]),
        ([".hive-staging"], []),
    ],
)
def test_names_of_lost_tables(tmp_path: Path, folders: list[str], names: list[str]) -> None:
    for folder in folders:
        (warehouse(tmp_path) / folder).mkdir(parents=True)
    assert lost(tmp_path) == names
