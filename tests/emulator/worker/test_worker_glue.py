"""What a Glue worker brings to a script, and what it says where this worker differs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scripts.environment.superuser import SUPERUSER
from tests.kit.worker import BUCKET, Cloud

pytestmark = pytest.mark.emulator
Runner = Callable[..., dict[str, Any]]
SESSION = "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("breakpoint()", "NoTerminalError: breakpoint() needs a terminal, and a run has none. (`make debug` runs"),
        ("import pdb\npdb.set_trace()\nprint(1)", "BdbQuit (a run has no terminal to read from: `make debug` runs"),
        ("input('senha: ')", "EOFError: EOF when reading a line (a run has no terminal to read from: `make debug`"),
    ],
    ids=["breakpoint", "pdb", "input"],
)
def test_a_script_that_waits_for_a_terminal_ends_at_once(run: Runner, script: str, message: str) -> None:
    done = run(script)
    assert done["state"] == "FAILED"
    assert done["error_message"].startswith(message)


def test_standard_input_is_empty_for_the_script_and_its_commands(run: Runner) -> None:
    script = "import subprocess, sys\nprint(sys.stdin.read(), subprocess.run(['cat'], capture_output=True).stdout)"
    assert run(script)["output"] == [" b''"]


def test_breakpoint_in_a_function_of_spark_ends_the_run(run: Runner) -> None:
    done = run(SESSION + "spark.range(3).rdd.map(lambda row: breakpoint()).collect()")
    assert done["state"] == "FAILED"
    assert "NoTerminalError: breakpoint() in a function that Spark runs in processes of its own" in "".join(
        done["output"]
    )


def test_spark_reads_postgresql_by_the_driver_that_glue_has(run: Runner, environment: Any) -> None:
    url = f"jdbc:postgresql://127.0.0.1:{environment.instance.ports.postgres}/postgres"
    login = {"user": SUPERUSER, "password": environment.instance.secret_file("rdsadmin_password").read_text()}
    done = run(
        SESSION
        + f"""
rows = spark.read.jdbc({url!r}, "(SELECT 40 + 2 AS n) AS q", properties={login!r}).collect()
metadata = spark._jvm.java.sql.DriverManager.getDriver({url!r})
print(rows[0].n, metadata.getMajorVersion(), spark._jvm.org.postgresql.util.DriverInfo.DRIVER_VERSION)
"""
    )
    assert (done["output"], done["error_message"]) == (["42 42 42.7.3"], None)


def test_the_usual_packages_of_glue_are_there_and_the_others_are_named(run: Runner) -> None:
    names = (
        "aiohttp, boto3, dateutil, fsspec, numpy, orjson, pandas, pyarrow, pytz, requests, s3fs, simplejson, tenacity"
    )
    assert run(f"import {names}\nprint(requests.__version__)")["output"] == ["2.32.5"]
    missing = run("import yaml")
    assert missing["error_message"] == (
        "ModuleNotFoundError: No module named 'yaml' (Glue 4.0 had PyYAML, and Glue 5.1 does not have it. "
        "Ship its wheel through S3 in --additional-python-modules)"
    )


def test_glue_context_says_what_it_needs(run: Runner) -> None:
    done = run(
        "from awsglue.context import GlueContext\nfrom awsglue.job import Job\n"
        "from pyspark.context import SparkContext\n"
        "GlueContext(SparkContext.getOrCreate())"
    )
    assert done["state"] == "FAILED"
    assert done["error_message"].startswith("TypeError: 'JavaPackage' object is not callable (in awsglue/context.py) (")
    assert "RUNTIME=docker" in done["error_message"]


def test_tables_that_vanish_with_the_run_fail_it(run: Runner) -> None:
    done = run(
        SESSION
        + """
spark.sql("CREATE DATABASE escola")
spark.range(3).write.saveAsTable("escola.notas")
spark.range(3).write.saveAsTable("alunos")
spark.range(3).createOrReplaceTempView("view")
spark.stop()
"""
    )
    assert (done["state"], done["exit_code"]) == ("FAILED", 0)
    assert done["error_message"].startswith("LostTablesError:")
    assert "vanish with the run: alunos, escola.notas." in done["error_message"]


def test_dropped_tables_views_and_tables_in_s3_lose_nothing(run: Runner) -> None:
    done = run(
        SESSION
        + f"""
spark.range(3).write.saveAsTable("passing")
spark.sql("DROP TABLE passing")
spark.range(3).createOrReplaceTempView("view")
spark.range(3).write.option("path", "s3://{BUCKET}/table/").saveAsTable("kept")
"""
    )
    assert (done["state"], done["error_message"]) == ("SUCCEEDED", None)


def test_hive_support_without_a_catalog_loses_tables_too(run: Runner) -> None:
    done = run(
        "from pyspark.sql import SparkSession\n"
        "spark = SparkSession.builder.enableHiveSupport().getOrCreate()\n"
        "spark.sql('CREATE TABLE notas (n INT) USING parquet')"
    )
    assert "vanish with the run: notas." in (done["error_message"] or "")


def test_event_log_reaches_s3_under_the_runs_id(run: Runner, cloud: Cloud) -> None:
    arguments = {"--enable-spark-ui": "true", "--spark-event-logs-path": f"s3://{BUCKET}/history"}
    done = run(SESSION + "spark.range(3).count()", arguments)
    assert done["state"] == "SUCCEEDED"
    body = cloud.client("s3").get_object(Bucket=BUCKET, Key=f"history/{done['run_id']}")["Body"].read()
    assert b'"Event":"SparkListenerApplicationEnd"' in body
    assert f"Spark's event log is in s3://{BUCKET}/history/{done['run_id']}" in done["error"]
    assert cloud.credentials["secret_access_key"].encode() not in body


def test_an_event_log_that_s3_does_not_take_is_said_and_fails_no_run(run: Runner) -> None:
    arguments = {"--enable-spark-ui": "true", "--spark-event-logs-path": "s3://absent-bucket/history/"}
    done = run(SESSION, arguments)
    assert done["state"] == "SUCCEEDED"
    assert [line for line in done["error"] if line.startswith("Spark's event log could not be written: ")]


def test_customer_variables_reach_the_driver_and_spark_functions(run: Runner) -> None:
    done = run(
        SESSION
        + """
import os
names = ("CUSTOMER_A", "CUSTOMER_B", "OTHER")
print([os.environ.get(name) for name in names])
print(spark.range(1).rdd.map(lambda row: [os.environ.get(name) for name in names]).collect())
""",
        {"--customer-driver-env-vars": 'CUSTOMER_A="x, y",OTHER=1', "--customer-executor-env-vars": "CUSTOMER_B=2"},
    )
    # The driver is the executor too, so its variables show in both.
    assert done["output"] == ["['x, y', None, None]", "[['x, y', '2', None]]"]
