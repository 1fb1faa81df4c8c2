"""Arguments and log groups of a run."""

from __future__ import annotations

import re

import pytest
from glue_aurora.glue.arguments import log_groups, merged_arguments, role_name_of, script_arguments
from glue_worker.logs import LOGS

from scripts.base.paths import TOP

pytestmark = pytest.mark.unit


def test_fixed_arguments_win_over_the_run_and_the_run_over_defaults() -> None:
    job = {
        "DefaultArguments": {"--a": "default", "--b": "default", "--c": "default"},
        "NonOverridableArguments": {"--c": "fixed", "--d": "fixed"},
    }
    merged = merged_arguments(job, {"--b": "run", "--c": "run"})
    assert merged == {"--a": "default", "--b": "run", "--c": "fixed", "--d": "fixed"}
    assert merged_arguments({}, {}) == {}


def test_nobody_can_set_the_arguments_of_glue() -> None:
    given = {"--JOB_NAME": "x", "--JOB_ID": "x", "--JOB_RUN_ID": "x", "--a": "1"}
    expected = {"--JOB_NAME": "etl", "--JOB_ID": "j_1", "--JOB_RUN_ID": "jr_1", "--a": "1"}
    assert script_arguments(given, "etl", "j_1", "jr_1") == expected


@pytest.mark.parametrize(
    ("arguments", "security_configuration", "expected"),
    [
        ({}, None, "/aws-glue/jobs"),
        ({"--custom-logGroup-prefix": ""}, None, "/aws-glue/jobs"),
        ({"--custom-logGroup-prefix": "/project"}, None, "/project"),
        ({}, "secure", "/aws-glue/jobs/secure-role/etl-role"),
    ],
)
def test_log_groups(arguments: dict[str, str], security_configuration: str | None, expected: str) -> None:
    assert log_groups(arguments, security_configuration, "etl-role") == {
        "output": f"{expected}/output",
        "error": f"{expected}/error",
    }


@pytest.mark.parametrize(
    ("file", "listed"),
    [
        ("emulator/glue_aurora/glue/arguments.py", r"for stream in \(([^)]*)\)"),
        ("scripts/case/in_terminal.py", r'"log_groups": \{([^}]*)\}'),
        ("terraform/modules/5_glue/main.tf", r'"aws_cloudwatch_log_group" "job" .*?for_each = toset\(\[([^]]*)\]\)'),
        ("terraform/modules/2_iam/main.tf", r'sid +?= "WriteLogs".*?for name in \[([^]]*)\]'),
    ],
)
def test_every_side_has_the_logs_of_the_worker(file: str, listed: str) -> None:
    found = re.search(listed, (TOP / file).read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"{file} lists no logs"
    names = [name for name in re.findall(r'"(\w+)"', found[1]) if name != "none"]
    assert names == list(LOGS), f"{file} has other logs than LOGS in emulator/glue_worker/logs.py"


@pytest.mark.parametrize("role", ["etl", "service-role/etl", "arn:aws:iam::123456789012:role/service-role/etl"])
def test_role_name(role: str) -> None:
    assert role_name_of(role) == "etl"
