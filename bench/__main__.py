"""`python -m bench`. `make bench` sets up what it needs and starts it (scripts/checks/bench.py)."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from bench import bars, machine, report, server
from bench.contestants import CONTESTANTS, SCENARIOS, TOP, Contestant, Scenario, Tools, with_class_archive
from bench.errors import BenchError
from bench.generator import MOST_DIRTY_PERCENT, Data, generate
from bench.results import Run, medians
from bench.rounds import rounds

CHANGED_PERCENT = 10
RESULTS = TOP / "bench" / "results"


def _chosen(names: str, known: dict[str, object], default: list[str]) -> list[str]:
    chosen = [name.strip() for name in names.split(",") if name.strip()] or default
    if unknown := [name for name in chosen if name not in known]:
        raise click.UsageError(f"{', '.join(unknown)}: not one of {', '.join(known)}")
    return [name for name in known if name in chosen]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--grades", "-n", envvar="N", default=1_000_000, type=click.IntRange(100), help="Lines of notas.csv.")
@click.option("--repeat", envvar="REPEAT", default=3, type=click.IntRange(1), help="Rounds; medians are shown.")
@click.option("--dirty", envvar="DIRTY", default=0.0, type=click.FloatRange(0, MOST_DIRTY_PERCENT), help="Percent.")
@click.option("--seed", envvar="SEED", default=42, type=click.IntRange(0))
@click.option("--fail", envvar="BARS", default=False, type=bool, help="End with 1 when a bar is missed.")
@click.option("--contestants", envvar="CONTESTANTS", default="", help="Names with commas between.")
@click.option("--scenarios", envvar="SCENARIOS", default="", help="Names with commas between.")
@click.option("--memory", envvar="MEMORY", default="", help="Heap of Spark's driver; default: the worker's.")
@click.option("--check", is_flag=True, help="Judge the options only.")
def main(
    grades: int,
    repeat: int,
    dirty: float,
    seed: int,
    fail: bool,
    contestants: str,
    scenarios: str,
    memory: str,
    check: bool,
) -> None:
    """Measure the job against its peers. The variables of `make bench` are in brackets in bench/README.md."""
    who = _chosen(contestants, dict(CONTESTANTS), [name for name, each in CONTESTANTS.items() if each.by_default])
    when = _chosen(scenarios, dict(SCENARIOS), list(SCENARIOS))
    if check:
        return
    tools = Tools(
        worker_python=Path(os.environ["BENCH_WORKER_PYTHON"]),
        worker={name: value for name, value in os.environ.items() if name.startswith("GLUE_WORKER_")},
        jdbc_jar=Path(os.environ["BENCH_JDBC_JAR"]),
        modules=Path(os.environ["BENCH_MODULES"]),
        password_file=Path(os.environ["BENCH_PASSWORD_FILE"]),
    )
    if memory:
        tools = replace(tools, worker={**tools.worker, "GLUE_WORKER_DRIVER_MEMORY": memory})
    described = machine.describe(tools.worker_python, os.environ["JAVA_HOME"])
    settings: dict[str, object] = {"grades": grades, "dirty %": dirty, "rounds": repeat, "seed": seed}
    if memory:
        settings["driver memory"] = memory
    try:
        runs = _measure(
            Data(grades, dirty, seed=seed),
            [CONTESTANTS[name] for name in who],
            [SCENARIOS[name] for name in when],
            repeat,
            tools,
        )
    except BenchError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    middle = medians(runs)
    verdicts = bars.judge(middle, grades)
    what = {name: CONTESTANTS[name].what for name in who}
    _publish(report.Report(settings, described, server.settings(), what, runs, middle, verdicts))
    if fail and not bars.cleared(verdicts):
        sys.exit(1)


def _measure(
    data: Data, contestants: list[Contestant], scenarios: list[Scenario], repeat: int, tools: Tools
) -> list[Run]:
    folder = Path(os.environ["BENCH_FOLDER"])
    base, changed = folder / "data" / "base", folder / "data" / "changed"
    if any(each.script for each in contestants):
        click.echo("the JVM's class archive …")
        tools = with_class_archive(tools, folder)
    click.echo(f"making {data.grades} grades …")
    generate(base, data)
    expected = {"base": server.prepare(TOP / "sql" / "01_create_tables.sql", base / "rows.csv")}
    if any(scenario.data == "changed" for scenario in scenarios):
        generate(changed, Data(data.grades, data.dirty_percent, CHANGED_PERCENT, data.seed))
        expected["changed"] = server.expected(changed / "rows.csv")
    click.echo(f"the table is to hold {expected['base'].rows} rows")
    return [
        run
        for scenario in scenarios
        for run in rounds(
            scenario,
            contestants,
            repeat,
            folder=folder,
            expected=expected,
            tools=tools,
            server_log=Path(os.environ["BENCH_SERVER_LOG"]),
            show=click.echo,
        )
    ]


def _publish(made: report.Report) -> None:
    """Print the tables, and write them and the JSON into `RESULTS`, under the time and the size."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{made.settings['grades']}"
    text = report.as_markdown(made)
    path.with_suffix(".md").write_text(text)
    path.with_suffix(".json").write_text(json.dumps(report.as_json(made), indent=1) + "\n")
    click.echo(f"\n{text}\nwritten to {path.relative_to(TOP)}.md and .json")


def _door() -> None:
    """Says by the variable what is wrong with a value: nobody types the options."""
    try:
        main(standalone_mode=False)
    except click.ClickException as error:
        variable = getattr(getattr(error, "param", None), "envvar", None)
        cause = f"{variable}={os.environ.get(variable, '')}: {error.message}" if variable else error.message
        click.echo(f"error: {cause}\n  -> see bench/README.md for the variables and their values", err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)


if __name__ == "__main__":
    _door()
