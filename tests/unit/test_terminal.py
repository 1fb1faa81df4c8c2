"""What `make debug`, `make shell` and `UI=1` refuse, and how the UI is asked for."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scripts.base.errors import CommandError
from scripts.case.spark_ui import switched_on
from scripts.environment.instance import Instance, Ports
from scripts.environment.terminal import check_runtime

pytestmark = pytest.mark.unit
OUTPUTS = {"glue_job_performance_academica_name": "job"}


def cloud(**defaults: str) -> Any:
    """Returns the little of an account that the UI's switch asks: the job's default arguments."""
    job = {"Job": {"DefaultArguments": {f"--{name}": value for name, value in defaults.items()}}}
    return SimpleNamespace(client=lambda service: SimpleNamespace(get_job=lambda JobName: job))


@pytest.mark.parametrize("command", ["debug", "shell", "run UI=1"])
def test_a_job_in_a_container_has_no_terminal_and_no_port(tmp_path: Path, command: str) -> None:
    with pytest.raises(CommandError, match=f"`make {command}` needs the embedded runtime: in Docker"):
        check_runtime(Instance(tmp_path, Ports(1, 2, 3), "docker"), command)
    check_runtime(Instance(tmp_path, Ports(1, 2, 3), "embedded"), command)


@pytest.mark.parametrize(
    ("defaults", "arguments", "before"),
    [
        ({}, {}, ""),
        ({"conf": "spark.a=1"}, {}, "spark.a=1 --conf "),
        ({"conf": "spark.a=1"}, {"--conf": "spark.b=2 --conf spark.c=3"}, "spark.b=2 --conf spark.c=3 --conf "),
    ],
)
def test_the_ui_keeps_the_settings_of_the_run(defaults: dict[str, str], arguments: dict[str, str], before: str) -> None:
    found, address = switched_on(cloud(**defaults), OUTPUTS, {**arguments, "--other": "x"})
    port = re.fullmatch(r"http://127\.0\.0\.1:(\d+)", address)
    assert port
    conf = f"{before}spark.ui.enabled=true --conf spark.ui.port={port[1]}"
    assert found == {"--conf": conf, "--other": "x"}
