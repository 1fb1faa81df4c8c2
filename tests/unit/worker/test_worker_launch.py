"""Which runs a warm JVM can do: those that a JVM of their own would be started for in the same way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from glue_worker.config import Config
from glue_worker.launch import Launch, Template
from glue_worker.preparation import run_files

from tests.kit.run_request import make_request

pytestmark = pytest.mark.unit


@pytest.fixture
def config(environ: dict[str, str]) -> Config:
    return Config.from_environment(environ)


def same(config: Config, folder: Path, last: dict[str, str], now: dict[str, str], **changes: object) -> bool:
    """Returns whether the JVM that waits after a run with arguments `last` serves one with arguments `now`."""
    files = run_files(folder, folder / "job.py", python_path=[folder / "libraries"])
    template = Template.of(make_request(**last), files)
    request = replace(make_request(**now), **changes)  # type: ignore[arg-type]
    return template.launch(config, folder, ["-Xa"]) == Launch.of(config, request, files, ["-Xa"])


@pytest.mark.parametrize(
    "arguments",
    [{}, {"a_later_argument_of_glue": "x"}, {"TempDir": "s3://b/t"}, {"enable-spark-ui": "true"}, {"conf": ""}],
)
def test_arguments_that_only_the_script_sees_change_nothing(
    config: Config, tmp_path: Path, arguments: dict[str, str]
) -> None:
    assert same(config, tmp_path, {"other": "y"}, arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"conf": "spark.sql.shuffle.partitions=8"},
        {"conf": "spark.driver.memory=4g"},
        {"customer-driver-env-vars": "CUSTOMER_A=1"},
        {"customer-executor-env-vars": "CUSTOMER_A=1"},
        {"enable-spark-ui": "true", "spark-event-logs-path": "s3://b/logs/"},
    ],
)
def test_a_run_with_settings_of_its_own_never_gets_it(
    config: Config, tmp_path: Path, arguments: dict[str, str]
) -> None:
    (tmp_path / ".worker").mkdir()
    assert not same(config, tmp_path, {}, arguments)
    assert not same(config, tmp_path, arguments, arguments)


def test_another_region_version_option_library_or_jar_needs_another_jvm(config: Config, tmp_path: Path) -> None:
    assert not same(config, tmp_path, {}, {}, region="eu-west-1")
    assert not same(config, tmp_path, {}, {}, glue_version="5.0")
    files = run_files(tmp_path, tmp_path / "job.py", python_path=[tmp_path / "libraries"])
    template = Template.of(make_request(), files)
    launch = template.launch(config, tmp_path, ["-Xa"])
    assert launch != Launch.of(config, make_request(), files, ["-Xb"])
    other = replace(files, python_path=[tmp_path / "others"])
    assert launch != Launch.of(config, make_request(), other, ["-Xa"])
    assert launch != Launch.of(config, make_request(), replace(files, jars=[tmp_path / "a.jar"]), ["-Xa"])


def test_what_an_agent_remembers_has_no_value_of_a_run(config: Config, tmp_path: Path) -> None:
    files = run_files(tmp_path, tmp_path / "job.py", python_path=[tmp_path / "libraries"])
    template = Template.of(make_request(password="secret", conf="a=secret"), files)
    assert "secret" not in str(template.as_json())
    assert Template.parse(template.as_json()) == template
