"""The rounds: each contestant once a round, on a restored database, in an order that moves on by one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bench import process, server, serverlog
from bench.contestants import Contestant, Scenario, Tools, launch
from bench.errors import ContentsError
from bench.results import Run
from bench.server import Contents


def rounds(
    scenario: Scenario,
    contestants: Sequence[Contestant],
    repeat: int,
    *,
    folder: Path,
    expected: Mapping[str, Contents],
    tools: Tools,
    server_log: Path,
    show: Callable[[str], None],
) -> Iterator[Run]:
    """The runs of a scenario, each when it has been measured. `folder` holds `data/` and the files of the present run.

    Raises:
        ContestantError: a contestant failed.
        ContentsError: its rows are not `expected` for the scenario's data.
    """
    mine = [each for each in contestants if scenario.name in each.scenarios]
    for number in range(repeat):
        first = number % len(mine) if mine else 0
        for contestant in [*mine[first:], *mine[:first]]:
            run = _one(scenario, contestant, number, folder, expected[scenario.data], tools, server_log)
            show(f"{scenario.name:<10} round {number + 1}  {contestant.name:<18} {run.seconds:7.2f} s")
            yield run


def _one(
    scenario: Scenario,
    contestant: Contestant,
    number: int,
    folder: Path,
    expected: Contents,
    tools: Tools,
    server_log: Path,
) -> Run:
    server.restore(scenario.state)
    own = folder / "run"
    shutil.rmtree(own, ignore_errors=True)
    ready = launch(contestant, folder / "data" / scenario.data, own, tools)
    before, begin = server.counters(), serverlog.end(server_log)
    log = folder / "logs" / f"{scenario.name}-{number + 1}-{contestant.name}.log"
    measured = process.run(ready.command, ready.environment, log, own)
    after = server.counters()
    stages = serverlog.stages(server_log, begin, own / "processed")
    if contestant.fills_table:
        _check(contestant, scenario, expected)
    shutil.rmtree(own)
    return Run(
        scenario=scenario.name,
        round=number,
        contestant=contestant.name,
        seconds=measured.seconds,
        peak_bytes=measured.peak_bytes,
        wal_bytes=after.wal - before.wal,
        table_growth_bytes=after.table_bytes - before.table_bytes,
        staging_seconds=stages.staging,
        copy_seconds=stages.copy,
        merge_seconds=stages.merge,
    )


def _check(contestant: Contestant, scenario: Scenario, expected: Contents) -> None:
    with server.connect() as connection:
        found = server.contents(connection)
    if found != expected:
        values = "with other values" if found.rows == expected.rows else f"{expected.rows} expected"
        raise ContentsError(
            f"{contestant.name} left other contents after {scenario.name}: {found.rows} rows, {values}",
            "correct the contestant; KEEP=1 keeps its log in .local/bench-logs/",
        )
    if left := server.staging_left():
        raise ContentsError(
            f"{contestant.name} left tables behind after {scenario.name}: {', '.join(left)}",
            "let the contestant remove them at its end",
        )
