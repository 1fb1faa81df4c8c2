"""The environment of the end-to-end test, and the table of its checks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rich.table import Table
from xdist.scheduler import LoadFileScheduling

from scripts.base.console import out, say
from scripts.base.paths import LOCAL
from scripts.case import datasets, job
from scripts.checks.layers import ONE_ENVIRONMENT
from scripts.environment import database, lifecycle, runtime
from scripts.environment.instance import Instance, Ports
from scripts.terraform.root import Terraform
from tests.kit.expected import EVERY_ROW, Row, in_order
from tests.kit.user import User

ROAD = Path(__file__).with_name("test_road.py")
REPORT = LOCAL / "e2e.json"
LOGS = LOCAL / "e2e-logs"  # logs of the last run, after the environment is removed
_checks: dict[str, dict[str, Any]] = {}


@dataclass
class Road:
    """A started environment with Terraform's outputs, and what the checks read from it."""

    instance: Instance
    terraform: Terraform
    outputs: dict[str, Any]

    def client(self, service: str) -> Any:
        return self.instance.client(service)

    def database(self) -> psycopg.Connection:
        return database.connect(self.instance, self.outputs)

    def run(self, arguments: dict[str, str] | None = None) -> job.Run:
        return job.run(self.instance, self.outputs, arguments, show=say)

    def table(self) -> list[Row]:
        """Returns every row of performance_academica by key."""
        with self.database() as connection:
            return in_order(connection.execute(EVERY_ROW).fetchall())

    def row_versions(self) -> list[Row]:
        """Returns key and xmin of every row. xmin changes when a row is written again, with the same values too."""
        with self.database() as connection:
            query = "SELECT aluno_id, escola_id, disciplina, xmin::text FROM performance_academica ORDER BY 1, 2, 3"
            return connection.execute(query).fetchall()

    def upload(self, folder: Path) -> dict[str, str]:
        """Uploads a data set. Returns the arguments with which a run reads it."""
        data_set = datasets.find(folder)
        datasets.upload(self.instance, self.outputs["bucket_data_name"], data_set, lambda key, sent: None)
        return datasets.arguments(data_set, {})


@pytest.fixture(scope="session")
def user() -> Iterator[User]:
    """The user of the files of `ONE_ENVIRONMENT`."""
    made = User(LOCAL / "test-commands", Ports.free())
    yield made
    made.try_make("reset")


@pytest.fixture(scope="session")
def road() -> Iterator[Road]:
    instance = lifecycle.new(LOCAL / "e2e", Ports.free())
    with lifecycle.running(instance):
        yield Road(instance, Terraform(instance), {})
        runtime.of(instance).save_logs(instance)
        shutil.copytree(instance.folder / "logs", LOGS, dirs_exist_ok=True)


class Scheduling(LoadFileScheduling):
    """Gives each file to one session of xdist, and the files of one environment to the same."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return ONE_ENVIRONMENT[0] if file.endswith(ONE_ENVIRONMENT) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        function = getattr(item, "function", None)
        if function is not None and item.path == ROAD:
            title = (function.__doc__ or item.name).strip().splitlines()[0].rstrip(".")
            _checks[item.nodeid] = {"check": title, "result": "not run", "seconds": 0.0}


class _Lines:
    """Prints a line when a check begins and one when it ends: pytest's own point comes after minutes."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if nodeid in _checks:
            number = list(_checks).index(nodeid) + 1
            self._write(f"{number}/{len(_checks)} {_checks[nodeid]['check']} …")

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        if nodeid in _checks:
            self._write("    {result} ({seconds} s)".format(**_checks[nodeid]))

    def _write(self, line: str) -> None:
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        reporter.write_line(line)
        reporter.flush()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Lines(config), "lines-of-checks")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.nodeid not in _checks:
        return
    check = _checks[report.nodeid]
    check["seconds"] = round(check["seconds"] + report.duration, 1)
    if report.failed:
        check["result"] = "FAILED"
    elif report.when == "call":
        check["result"] = report.outcome


def pytest_terminal_summary() -> None:
    if not _checks:
        return
    table = Table("check", "result", "s", title="The end-to-end test")
    for check in _checks.values():
        colour = {"passed": "green", "FAILED": "red"}.get(check["result"], "yellow")
        table.add_row(check["check"], f"[{colour}]{check['result']}[/]", f"{check['seconds']:.1f}")
    out.print()
    out.print(table)
    REPORT.write_text(json.dumps(list(_checks.values()), indent=1, ensure_ascii=False) + "\n")
    say("the same in .local/e2e.json; logs in .local/e2e-logs/")
