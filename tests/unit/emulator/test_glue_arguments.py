"""Arguments and log groups of a run."""

from __future__ import annotations

import pytest
from glue_aurora.glue.arguments import log_groups, merged_arguments, role_name_of, script_arguments

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


@pytest.mark.parametrize("role", ["etl", "service-role/etl", "arn:aws:iam::123456789012:role/service-role/etl"])
def test_role_name(role: str) -> None:
    assert role_name_of(role) == "etl"
