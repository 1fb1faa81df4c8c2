"""The make targets of a live environment, typed as a user types them, in their own instance."""

from __future__ import annotations

import gzip
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from scripts.base.paths import LOCAL, TOP
from scripts.environment import docker
from scripts.environment.instance import Instance, Ports
from tests.kit.make import HOSTILE, make, try_make, watched_make
from tests.kit.sources import source

pytestmark = pytest.mark.e2e
SETTINGS = {
    **HOSTILE,
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
    "TF_AWS_S3_ENDPOINT": "http://127.0.0.1:9",
    "TF_VAR_project_name": "other",
    "PGHOSTADDR": "203.0.113.1",
    "PGSSLMODE": "disable",
}


@dataclass(frozen=True)
class User:
    """Types make targets for one instance in a shell that has the credentials of another account."""

    folder: Path
    ports: Ports

    def environment(self) -> dict[str, str]:
        numbers = {"LOCALSTACK_PORT": self.ports.localstack, "POSTGRES_PORT": self.ports.postgres}
        ports = {name: str(number) for name, number in {**numbers, "WORKER_PORT": self.ports.worker}.items()}
        return {**os.environ, **SETTINGS, **ports, "LETRUS_INSTANCE": str(self.folder)}

    def make(self, *arguments: str) -> str:
        return make(*arguments, environment=self.environment())

    def try_make(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return try_make(*arguments, environment=self.environment(), typed=typed)

    def shell(self, script: str) -> str:
        """Runs `script`, which must succeed, after `eval "$(make -s env)"`. Returns its output."""
        done = subprocess.run(
            ["bash", "-ec", f'eval "$(make -s env)"\n{script}'],
            cwd=TOP,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def processes(self) -> list[str]:
        """Returns the command lines of all processes that name the instance in arguments or environment, and its
        running containers' names."""
        found = []
        for process in psutil.process_iter():
            try:
                told = [*process.cmdline(), *process.environ().values()]
                if process.pid != os.getpid() and any(str(self.folder) in text for text in told):
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        project = f"label=com.docker.compose.project={docker.project(self.folder)}"
        return found + (docker.query("ps", "--filter", project, "--format", "{{.Names}}") or "").split()


@pytest.fixture(scope="module")
def user() -> Iterator[User]:
    made = User(LOCAL / "test-commands", Ports.free())
    yield made
    made.try_make("reset")


def test_interrupted_start_leaves_no_process(user: User) -> None:
    status: list[str] = []

    def look_and_interrupt(line: str, group: int) -> None:
        if "Creating..." in line and not status:  # Terraform has begun
            status.append(user.make("status"))
            os.killpg(group, signal.SIGINT)

    code, said = watched_make("local-up", environment=user.environment(), on_line=look_and_interrupt)
    assert code != 0
    assert "localstack running" in status[0] and "is not applied" in status[0]
    assert user.processes() == [], said


def test_start_after_the_interrupt(user: User) -> None:
    said = user.make("local-up")
    assert "Apply complete!" in said
    assert "make run" in said


def test_second_start_changes_nothing_and_says_so(user: User) -> None:
    before = sorted(user.processes())
    assert "nothing changed" in user.make("local-up")
    assert sorted(user.processes()) == before


def test_everything_listens_on_loopback_only(user: User) -> None:
    ports = {user.ports.localstack, user.ports.postgres, user.ports.worker}
    listening = {address for address in _listening() if address.port in ports}
    for process in psutil.process_iter():
        if any(str(user.folder) in text for text in _told(process)):
            listening |= _listening(process)
    assert len(listening) >= 2
    assert {address.ip for address in listening} <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def _listening(process: psutil.Process | None = None) -> set[Any]:
    """Returns the addresses on which the process, or any process, listens."""
    try:
        found = process.net_connections("inet") if process else psutil.net_connections("inet")
    except psutil.AccessDenied:  # macOS shows other users' connections to root only
        return set()
    return {connection.laddr for connection in found if connection.status == psutil.CONN_LISTEN}


def _told(process: psutil.Process) -> list[str]:
    try:
        return [*process.cmdline(), *process.environ().values()]
    except psutil.Error:
        return []


def test_taken_port_is_refused_before_anything_is_changed(user: User) -> None:
    other = User(LOCAL / "test-commands-other", user.ports)
    done = other.try_make("local-up")
    assert done.returncode != 0
    assert f"port {user.ports.localstack} is taken" in done.stderr
    assert "LOCALSTACK_PORT=" in done.stderr
    assert other.processes() == []
    other.try_make("reset")


def test_run_follows_the_log_and_ends_with_state_and_counts(user: User, tmp_path: Path) -> None:
    (tmp_path / "escolas.csv").write_text(source("escolas", "7,Escola Sete,municipal,Sul"), encoding="utf-8")
    (tmp_path / "alunos.csv").write_text(source("alunos", "1,João,12,M,7", "2,Zoë,13,F,7"), encoding="utf-8")
    (tmp_path / "notas").mkdir()
    with gzip.open(tmp_path / "notas" / "2026.csv.gz", "wt", encoding="utf-8") as file:
        file.write(source("notas", "1,Artes,9.5", "2,Artes,x"))
    said = user.make("run", f"DATA={tmp_path}", "ARGS=--unknown value --max_rejected_percent 60")
    assert "SUCCEEDED" in said
    assert '"nota_not_a_number": 1' in said
    assert "kept 1, superseded 0, rejected 1, inserted 1, updated 0, unchanged 0" in said
    assert "make local-up" not in said


def test_run_that_fails_ends_with_its_message(user: User) -> None:
    done = user.try_make("run", "ARGS=--raw_prefix nowhere/")
    assert done.returncode != 0
    assert "FAILED" in done.stderr and "nowhere/" in done.stderr


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
    name = "letrus-de-case-etl-performance-academica"
    python = (
        "import boto3\n"
        f"runs = boto3.client('glue').get_job_runs(JobName='{name}')['JobRuns']\n"
        "print([run['JobRunState'] for run in runs])\n"
        "print(boto3.client('sts').get_caller_identity()['Account'])\n"
        "print(len(boto3.client('s3').list_buckets()['Buckets']))\n"
    )
    said = user.shell(f'"{sys.executable}" -c "{python}"\nterraform -chdir=terraform output -raw aurora_database_name')
    assert said.splitlines() == ["['FAILED', 'SUCCEEDED']", "000000000000", "2", "letrus"]


def test_exports_hold_no_password_and_psql_needs_none(user: User) -> None:
    said = user.make("-s", "env")
    password_file = next(line for line in said.splitlines() if "PGPASSFILE" in line).partition("=")[2]
    escaped = re.split(r"(?<!\\):", Path(password_file).read_text().strip(), maxsplit=4)[4]
    password = re.sub(r"\\(.)", r"\1", escaped)
    assert len(password) > 8 and password not in said
    assert rows(user, "count(*)") == "[(1,)]"


def test_data_outlives_a_stop_and_the_environment_is_built_again(user: User) -> None:
    user.make("local-down")
    assert user.processes() == []
    assert "nothing was running" in user.make("local-down")
    user.make("local-up")
    assert rows(user, "nome_aluno") == "[('João',)]"


def rows(user: User, column: str) -> str:
    """What psycopg reads of the table with nothing but the environment that `make env` exports."""
    query = f"SELECT {column} FROM performance_academica"
    program = f"import psycopg; print(psycopg.connect('').execute('{query}').fetchall())"
    return user.shell(f'"{sys.executable}" -c "{program}"').strip()


def test_reset_leaves_nothing(user: User) -> None:
    user.make("reset")
    assert user.processes() == []
    assert not user.folder.exists()
    assert Instance.load(user.folder) is None
