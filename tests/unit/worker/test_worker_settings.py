"""The agent's environment, and what it makes of it for Spark."""

from __future__ import annotations

import os
import shlex
from configparser import ConfigParser
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from glue_worker import aws_files
from glue_worker.config import Config
from glue_worker.errors import ConfigError, LaunchError
from glue_worker.spark import RunFiles, customer_variables, job_environment, jvm_options, submit_command, user_settings

from scripts.base.paths import TOP
from tests.kit.run_request import make_request

pytestmark = pytest.mark.unit


def make_files(folder: Path) -> RunFiles:
    return RunFiles(
        folder, folder / "runscript.py", folder / "job.py", folder / "report", python_path=[folder / "modules"]
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GLUE_WORKER_LISTEN", "4566"),
        ("GLUE_WORKER_LISTEN", ""),
        ("GLUE_WORKER_LISTEN", "localhost:4566"),
        ("GLUE_WORKER_LISTEN", "*:4566"),
        ("GLUE_WORKER_TOKEN_FILE", "/nonexistent/token"),
        ("GLUE_WORKER_AWS_ENDPOINT_URL", "127.0.0.1:4566"),
        ("GLUE_WORKER_SPARK_SUBMIT", "/nonexistent/spark-submit"),
        ("GLUE_WORKER_JARS", "/nonexistent/jars"),
        ("GLUE_WORKER_LEASE_SECONDS", "soon"),
        ("GLUE_WORKER_LEASE_SECONDS", "0"),
        ("GLUE_WORKER_SHORT_RUN_SECONDS", "short"),
        ("GLUE_WORKER_WARM", "yes"),
    ],
)
def test_wrong_setting_is_named(environ: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Config.from_environment(environ | {name: value})
    # spark-submit may be given by PATH as well: there its own name is what helps.
    assert name in str(caught.value) or value in str(caught.value)


def test_job_environment_extends_pythonpath_and_keeps_the_callers_settings_out(
    environ: dict[str, str], tmp_path: Path
) -> None:
    config = Config.from_environment(environ)
    callers = {
        "PATH": "/bin",
        "PYTHONPATH": f"/glue/PyGlue.zip:{TOP / 'emulator'}",
        "SPARK_HOME": "/usr/lib/spark",
        "SPARK_SUBMIT_OPTS": "-Da=b",
        "AWS_PROFILE": "mine",
        "AWS_ENDPOINT_URL_S3": "x",
        "PGPASSWORD": "p",
        "https_proxy": "http://proxy",
        "PIP_INDEX_URL": "x",
        **environ,
    }
    job = job_environment(callers, config, make_request(), make_files(tmp_path))
    assert job["PYTHONPATH"] == os.pathsep.join([str(tmp_path / "modules"), "/glue/PyGlue.zip", str(tmp_path)])
    assert job["SPARK_HOME"] == "/usr/lib/spark"
    assert job["SPARK_SUBMIT_OPTS"].startswith("-Da=b ")
    assert [name for name in job if name.startswith("AWS_")] == ["AWS_DEFAULT_REGION"]
    assert not {"PGPASSWORD", "https_proxy", "PIP_INDEX_URL", "USER"} & job.keys()
    assert not [name for name in job if name.startswith("GLUE_WORKER_")]
    assert not [value for value in job.values() if "secret" in value]
    assert job["HOME"] == str(tmp_path / ".worker" / "home")


def test_files_of_the_runs_home_have_endpoint_and_keys_and_are_the_users_own(
    environ: dict[str, str], tmp_path: Path
) -> None:
    aws_files.write(tmp_path, Config.from_environment(environ), make_request())
    written = ConfigParser()
    assert len(written.read([tmp_path / ".aws" / "config", tmp_path / ".aws" / "credentials"])) == 2
    assert dict(written["default"]) == {
        "region": "sa-east-1",
        "endpoint_url": "http://127.0.0.1:4566",
        "aws_access_key_id": "AKID",
        "aws_secret_access_key": "very-secret",
        "aws_session_token": "session-secret",
    }
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob(".aws/**/*")} == {0}


@pytest.mark.parametrize(
    ("jar", "provider"),
    [
        ("hadoop-client-api-3.3.4.jar", "com.amazonaws.auth.profile.ProfileCredentialsProvider"),
        ("hadoop-client-api-3.4.1-amzn-2.jar", "software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider"),
        ("other.jar", "software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider"),
    ],
)
def test_s3a_gets_the_credentials_provider_of_its_sdk(
    environ: dict[str, str], tmp_path: Path, jar: str, provider: str
) -> None:
    (tmp_path / "spark" / "jars").mkdir(parents=True)
    (tmp_path / "spark" / "jars" / jar).touch()
    config = Config.from_environment(environ | {"SPARK_HOME": str(tmp_path / "spark")})
    command = submit_command(config, make_request(), make_files(tmp_path))
    assert f"spark.hadoop.fs.s3a.aws.credentials.provider={provider}" in command


def test_command_has_no_secret_and_ends_with_the_arguments(environ: dict[str, str], tmp_path: Path) -> None:
    config = Config.from_environment(environ)
    request = make_request(conf="spark.a=1 --conf spark.b=x y", JOB_NAME="job")
    command = submit_command(config, request, make_files(tmp_path))
    assert not [part for part in command if "very-secret" in part or "session-secret" in part]
    settings = [value for name, value in pairwise(command) if name == "--conf"]
    script = command.index(str(tmp_path / "job.py"))
    assert settings[-3:-1] == ["spark.a=1", "spark.b=x y"]
    assert sorted(command[script + 1 :]) == sorted(["--conf", "spark.a=1 --conf spark.b=x y", "--JOB_NAME", "job"])
    assert "spark.hadoop.fs.s3a.endpoint.region=sa-east-1" in settings
    assert "very-secret" not in repr(request) and "session-secret" not in repr(request)


def test_arguments_come_in_no_fixed_order(environ: dict[str, str], tmp_path: Path) -> None:
    config = Config.from_environment(environ)
    request = make_request(**{f"a{n}": str(n) for n in range(8)})
    orders = {tuple(submit_command(config, request, make_files(tmp_path))[-16:]) for _ in range(20)}
    assert len(orders) > 1


@pytest.mark.parametrize(
    ("value", "settings"),
    [
        ("", []),
        ("a=1", ["a=1"]),
        ("a=1 --conf b=2  --conf\tc=3", ["a=1", "b=2", "c=3"]),
        ("--conf a=1", ["a=1"]),
        ("a=-Dx=1 -Dy=2", ["a=-Dx=1 -Dy=2"]),
    ],
)
def test_user_conf_is_split_as_glue_writes_it(value: str, settings: list[str]) -> None:
    assert user_settings(value) == settings


@pytest.mark.parametrize(
    ("value", "variables"),
    [
        ("", {}),
        ("CUSTOMER_A=1", {"CUSTOMER_A": "1"}),
        ('CUSTOMER_A=1,CUSTOMER_B="x, y z"', {"CUSTOMER_A": "1", "CUSTOMER_B": "x, y z"}),
        ("CUSTOMER_A=a=b,KEY=ignored,CUSTOMER_C=#x", {"CUSTOMER_A": "a=b", "CUSTOMER_C": "#x"}),
    ],
)
def test_customer_variables_are_read_as_glue_documents_them(value: str, variables: dict[str, str]) -> None:
    assert customer_variables(value) == variables


def test_an_open_quotation_mark_in_customer_variables_is_named() -> None:
    with pytest.raises(LaunchError, match="close every quotation mark"):
        customer_variables('CUSTOMER_A="x')


def test_user_jars_come_first_on_the_class_path_when_asked(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / "own.jar").touch()
    config = Config.from_environment(environ | {"GLUE_WORKER_JARS": str(tmp_path / "jars")})
    files = replace(make_files(tmp_path), jars=[tmp_path / "users.jar"])

    def path(**arguments: str) -> list[str]:
        command = submit_command(config, make_request(**arguments), files)
        whole = command[command.index("--driver-class-path") + 1]
        return [Path(entry).name for entry in whole.split(os.pathsep)]

    assert path(**{"user-jars-first": "true"}) == ["users.jar", "own.jar"]
    assert path(**{"user-jars-first": "false"}) == ["own.jar"]


def test_spark_may_reach_s3_at_an_endpoint_of_its_own(environ: dict[str, str], tmp_path: Path) -> None:
    def settings(**changes: str) -> list[str]:
        return submit_command(Config.from_environment(environ | changes), make_request(), make_files(tmp_path))

    assert "spark.hadoop.fs.s3a.endpoint=http://127.0.0.1:4566" in settings()
    assert "spark.hadoop.fs.s3a.connection.ssl.enabled=false" in settings()
    own = settings(GLUE_WORKER_S3A_ENDPOINT_URL="https://127.0.0.1:4567")
    assert "spark.hadoop.fs.s3a.endpoint=https://127.0.0.1:4567" in own
    assert "spark.hadoop.fs.s3a.connection.ssl.enabled=true" in own


def test_options_of_the_jvm_hold_any_path(environ: dict[str, str], tmp_path: Path) -> None:
    """Spark's launcher takes them apart as a shell does."""
    home = tmp_path / """it's "A&B" $HOME (1)"""
    home.mkdir()
    store = home / "store.p12"
    store.touch()
    config = Config.from_environment(environ | {"GLUE_WORKER_TRUST_STORE": str(store)})
    options = shlex.split(" ".join(jvm_options(config, home)))
    assert f"-Djava.io.tmpdir={home}" in options
    assert f"-Djavax.net.ssl.trustStore={store.resolve()}" in options
