"""A terminal in the environment: `make debug`, `make shell`, and the variables of `make env` with psql."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.base.paths import TOP
from scripts.environment.instance import Instance
from tests.kit.user import JOB, User, rows

pytestmark = pytest.mark.e2e


def test_debugger_stops_in_the_script_with_all_that_a_run_has(user: User) -> None:
    script = """
import sys
from arguments import database_of, resolve_arguments
from pyspark.sql import SparkSession
database = database_of(resolve_arguments(sys.argv))
spark = SparkSession.builder.getOrCreate()
breakpoint()
print("the end")
"""
    instance = Instance.load(user.folder)
    assert instance is not None
    bucket = "letrus-de-case-data-000000000000"
    instance.client("s3").put_object(Bucket=bucket, Key="tmp/stops.py", Body=script.encode())
    runs = user.make("status").count("  run jr_")
    typed = (
        "p 'database', database.name, sys.argv.count('--of_mine')\n"
        "import urllib.request\n"
        "p 'ui', spark.sparkContext.uiWebUrl, urllib.request.urlopen(spark.sparkContext.uiWebUrl).status\n"
        "c\n"
    )
    arguments = f"--scriptLocation s3://{bucket}/tmp/stops.py --of_mine x"
    done = user.try_make("debug", f"ARGS={arguments}", "UI=1", typed=typed)
    assert done.returncode == 0, done.stderr
    address = re.search(r"Spark's UI: (http://127\.0\.0\.1:\d+)", done.stdout)
    assert address
    assert f"('ui', '{address[1]}', 200)" in done.stdout
    assert "('database', 'letrus', 1)" in done.stdout
    assert done.stdout.endswith("the end\n")
    assert user.make("status").count("  run jr_") == runs  # it is no run of Glue's
    assert list((user.folder / "terminal").iterdir()) == []  # nor do its files and the role's keys stay


def test_error_of_a_debugged_job_is_the_commands_own(user: User) -> None:
    done = subprocess.run(
        ["make", "debug", "ARGS=--csv_encoding utf-99"],
        cwd=TOP,
        env=user.environment(),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode != 0
    assert "ConfigurationError: --csv_encoding 'utf-99' is unknown" in done.stderr


def test_shell_has_spark_the_data_and_the_database_at_hand(user: User) -> None:
    program = (
        "import quality\n"
        "with connection().cursor() as cursor:\n"
        "    cursor.execute('SELECT count(*) FROM performance_academica')\n"
        "    print('rows', cursor.fetchone()[0] == read_table().count() > 0)\n"
        "_, _, bucket, prefix = raw.split('/', 3)\n"
        "alunos = s3.get_object(Bucket=bucket, Key=prefix + 'alunos.csv')['Body'].read()\n"
        "print('lines', spark.read.text(raw + 'alunos.csv').count() == alunos.count(b'\\n') > 0)\n"
    )
    done = user.try_make("shell", typed=program)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "rows True\nlines True\n"


def test_exported_variables_lead_every_tool_to_the_environment(user: User) -> None:
    python = (
        "import boto3\n"
        f"runs = boto3.client('glue').get_job_runs(JobName='{JOB}')['JobRuns']\n"
        "print([run['JobRunState'] for run in runs])\n"
        "print(boto3.client('sts').get_caller_identity()['Account'])\n"
        "print(len(boto3.client('s3').list_buckets()['Buckets']))\n"
    )
    said = user.shell(f'"{sys.executable}" -c "{python}"\nterraform -chdir=terraform output -raw aurora_database_name')
    assert said.splitlines() == ["['FAILED', 'SUCCEEDED']", "000000000000", "2", "letrus"]


def test_exports_hold_no_password_and_psql_needs_none(user: User) -> None:
    said = user.make("-s", "env")
    (password_file,) = (word.partition("=")[2] for word in shlex.split(said) if word.startswith("PGPASSFILE="))
    escaped = re.split(r"(?<!\\):", Path(password_file).read_text().strip(), maxsplit=4)[4]
    password = re.sub(r"\\(.)", r"\1", escaped)
    assert len(password) > 8 and password not in said
    assert rows(user, "count(*)") == "[(1,)]"
