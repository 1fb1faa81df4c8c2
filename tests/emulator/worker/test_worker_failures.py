"""A run that fails says why, in Glue's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.kit.worker import BUCKET, Agent, Cloud

pytestmark = pytest.mark.emulator
Runner = Callable[..., dict[str, Any]]

GATEWAY = "from pyspark.java_gateway import launch_gateway\njvm = launch_gateway().jvm\n"


@pytest.mark.parametrize(
    ("script", "exit_code", "message"),
    [
        ("raise ValueError('nota 11: fora de 0-10')", 1, "ValueError: nota 11: fora de 0-10"),
        (
            "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise RuntimeError('depois') from e",
            1,
            "RuntimeError: depois",
        ),
        ("import sys\nsys.exit('faltam notas')", 1, "SystemExit: faltam notas"),
        ("import sys\nsys.exit(3)", 3, "SystemExit: 3"),
        ("import os\nos._exit(4)", 4, "Command failed with exit code 4"),
        ("def broken(:\n    pass", 1, "SyntaxError: invalid syntax (job.py, line 1)"),
        (
            GATEWAY + "jvm.java.lang.Integer.parseInt('dez')",
            1,
            'An error occurred while calling z:java.lang.Integer.parseInt. For input string: "dez"',
        ),
    ],
    ids=["exception", "chained", "exit-message", "exit-code", "hard-exit", "syntax", "java"],
)
def test_error_message_is_what_ended_the_script(run: Runner, script: str, exit_code: int, message: str) -> None:
    done = run(script)
    assert (done["state"], done["exit_code"], done["error_message"]) == ("FAILED", exit_code, message)


def test_traceback_reaches_the_output_and_an_exit_with_0_succeeds(run: Runner) -> None:
    failed = run("print('antes')\nraise KeyError('aluno_id')")
    assert failed["output"][0] == "antes"
    assert failed["output"][1] == "Traceback (most recent call last):"
    assert failed["output"][-1] == "KeyError: 'aluno_id'"
    ended = run("import sys\nsys.exit(0)")
    assert (ended["state"], ended["note"]) == ("SUCCEEDED", None)


@pytest.mark.parametrize(
    ("script", "note"),
    [
        ("import sys\nif True:\n    sys.exit(0)\nprint('depois')", "by sys.exit(0) in line 3 of job.py"),
        ("import os\nos._exit(0)", "os._exit"),
    ],
)
def test_exit_with_0_before_the_end_is_noted_and_succeeds(run: Runner, script: str, note: str) -> None:
    ended = run(script)
    assert ended["state"] == "SUCCEEDED"
    assert note in ended["note"]
    assert ended["note"] in ended["error"]


def test_killed_java_is_a_failure_that_names_the_signal(run: Runner) -> None:
    done = run("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nsignal.pause()")
    assert (done["state"], done["exit_code"]) == ("FAILED", 137)
    assert done["error_message"].startswith("Command failed with exit code 137 - the process was killed by SIGKILL")


def test_missing_script_fails_before_it_runs(agent: Agent, cloud: Cloud) -> None:
    body = cloud.body("", script_location=f"s3://{BUCKET}/scripts/none.py")
    agent.start(body)
    done = agent.wait(body["run_id"])
    assert (done["state"], done["started_at"], done["exit_code"]) == ("FAILED", None, None)
    assert done["error_message"].startswith(f"LAUNCH ERROR | s3://{BUCKET}/scripts/none.py can't be read: NoSuchKey")
    assert done["error_message"] in cloud.log(body["run_id"], "error")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"--conf": "spark.sql.shuffle.partitions"}, "Invalid argument to --conf: spark.sql.shuffle.partitions"),
        ({"--extra-py-files": f"s3://{BUCKET}/lib/"}, "is a folder"),
        ({"--extra-jars": "/opt/driver.jar"}, "is not the S3 URL of a file"),
    ],
)
def test_wrong_launch_argument_is_named(run: Runner, arguments: dict[str, str], message: str) -> None:
    done = run("print('never')", arguments)
    assert done["state"] == "FAILED"
    assert message in done["error_message"]
    assert done["output"] == []


def test_user_conf_comes_last(run: Runner) -> None:
    done = run(
        GATEWAY
        + """
from pyspark import SparkConf
conf = SparkConf(_jvm=jvm)
print(conf.get("spark.driver.memory"), conf.get("spark.sql.shuffle.partitions"), conf.get("spark.eventLog.enabled"))
        """,
        {"--conf": "spark.driver.memory=1g --conf spark.sql.shuffle.partitions=3 --conf  spark.eventLog.enabled=FALSE"},
    )
    assert done["output"] == ["1g 3 FALSE"]
