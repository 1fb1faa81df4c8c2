"""The effects of a run: Spark on S3, arguments, files, logs."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psutil
import pytest

from scripts.base.paths import CACHE, TOP
from tests.kit.worker import BUCKET, Agent, Cloud, Phone, dead

pytestmark = pytest.mark.emulator
Runner = Callable[..., dict[str, Any]]


def test_spark_reads_and_writes_s3_and_logs_reach_both_groups(run: Runner, cloud: Cloud) -> None:
    cloud.put("in/alunos.csv", "id,nome\n1,Ana\n2,João\n")
    done = run(
        """
        import sys
        from pyspark.sql import SparkSession
        spark = SparkSession.builder.getOrCreate()
        rows = spark.read.csv("s3://worker-tests/in/", header=True)
        rows.write.parquet("s3://worker-tests/out/")
        print("names", sorted(row.nome for row in spark.read.parquet("s3://worker-tests/out/").collect()))
        print("sum", rows.rdd.map(lambda row: int(row.id)).sum())
        print("to stderr", file=sys.stderr)
        """
    )
    assert (done["state"], done["exit_code"], done["error_message"]) == ("SUCCEEDED", 0, None)
    assert datetime.fromisoformat(done["started_at"]) < datetime.fromisoformat(done["ended_at"])
    assert done["output"] == ["names ['Ana', 'João']", "sum 3", "to stderr"]
    assert any("Running Spark version 3.5.6" in line for line in done["error"])
    objects = cloud.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="out/")["Contents"]
    assert any(item["Key"].endswith(".parquet") for item in objects)


def test_processes_listen_on_loopback_only_and_keep_secrets_and_files_to_themselves(
    agent: Agent, cloud: Cloud, phone: Phone
) -> None:
    script = (
        phone.prelude
        + """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
spark.range(10).rdd.map(lambda row: row.id).sum()
spark.range(10).write.parquet("s3://worker-tests/listen/")
phone = call(os.getpid(), os.getppid())
phone.recv(1)
"""
    )
    # The UI is off. A job that turns it on must not open itself to the network either.
    body = cloud.body(script, {"--conf": "spark.ui.enabled=true --conf spark.ui.port=0"})
    agent.start(body)
    connection, (driver, java) = phone.answer()
    folder = psutil.Process(driver).cwd()
    guard = psutil.Process(java).parent()
    assert guard is not None
    tree = [p for p in [guard, *guard.children(recursive=True)] if p.status() != psutil.STATUS_ZOMBIE]
    assert {driver, java} <= {process.pid for process in tree}

    listening = {c.laddr.ip for p in tree for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN}
    assert listening and listening <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}

    secrets = {cloud.credentials["secret_access_key"], cloud.credentials["session_token"]}
    command_lines = "\0".join(part for process in tree for part in process.cmdline())
    assert not [secret for secret in secrets if secret in command_lines]

    opened = {file.path for process in tree for file in process.open_files()}
    mapped = {entry.path for process in tree for entry in process.memory_maps()}
    assert folder.startswith(str(agent.home))
    ours = (str(TOP), str(CACHE), str(agent.home))  # These folders themselves may be below /tmp.
    assert not [path for path in opened | mapped if path.startswith("/tmp/") and not path.startswith(ours)]

    connection.sendall(b".")
    assert agent.wait(body["run_id"])["state"] == "SUCCEEDED"
    assert dead(connection)
    written = "\n".join(cloud.log(body["run_id"], "output") + cloud.log(body["run_id"], "error"))
    assert not [secret for secret in secrets if secret in written]


def test_script_sees_glue_arguments_folder_and_nothing_of_the_laptop(
    start_agent: Callable[..., Agent], cloud: Cloud
) -> None:
    own = start_agent(
        PGSSLMODE="disable",
        AWS_PROFILE="mine",
        AWS_ENDPOINT_URL_S3="x",
        HTTPS_PROXY="http://127.0.0.1:9",
        TZ="Asia/Tokyo",
    )
    arguments = {"--texto": "notas de João", "--vazio": "", "--número": "-5", "--aspas": "a\"b'c\\d $HOME *"}
    body = cloud.body(
        """
        import json, os, sys, time
        names = ("AWS_", "PG", "HTTP", "GLUE_", "TZ", "TMP", "USER", "LOGNAME", "PYTHONBREAKPOINT", "SPARK_LOCAL")
        print(json.dumps({
            "path": os.environ["PYTHONPATH"], "argv": sys.argv,
            "cwd": os.getcwd(), "time": time.tzname[0], "main": __name__,
            "environment": {n: v for n, v in os.environ.items() if n.upper().startswith(names)},
        }))
        """,
        arguments,
        glue_version="5.1",
    )
    own.start(body)
    assert own.wait(body["run_id"])["state"] == "SUCCEEDED"
    [line] = cloud.log(body["run_id"], "output")
    seen = json.loads(line)
    assert str(TOP / "emulator") not in seen["path"]
    script, *tokens = seen["argv"]
    assert dict(zip(tokens[::2], tokens[1::2], strict=True)) == body["arguments"]
    folder = next(own.home.glob("glue-job-*"))
    assert sorted(path.name for path in folder.iterdir()) == [".worker", "job.py", "pythonrunner"]
    assert (script, seen["cwd"], seen["main"], seen["time"]) == (str(folder / "job.py"), str(folder), "__main__", "UTC")
    assert seen["environment"] == {
        "AWS_DEFAULT_REGION": "us-east-1",
        "GLUE_COMMAND_CRITERIA": "glueetl",
        "GLUE_PYTHON_VERSION": "3",
        "GLUE_VERSION": "5.1",
        "TZ": "UTC",
    }
    assert not (folder / ".worker" / "home").exists()  # It had the role's keys.


def test_reading_keys_or_the_endpoint_from_the_environment_fails_as_on_glue(run: Runner) -> None:
    done = run("import os\nos.environ['AWS_ACCESS_KEY_ID']")
    assert (done["state"], done["error_message"]) == ("FAILED", "KeyError: 'AWS_ACCESS_KEY_ID'")
    done = run("import os\nos.environ['AWS_ENDPOINT_URL']")
    assert (done["state"], done["error_message"]) == ("FAILED", "KeyError: 'AWS_ENDPOINT_URL'")


def test_clients_find_endpoint_and_role_without_the_environment(run: Runner, cloud: Cloud) -> None:
    """In the script, in a process that it starts, in Spark (S3A), and in the processes of Python functions."""
    location = cloud.put("data/alunos.csv", "1\n2\n")
    role = cloud.role
    done = run(
        f"""
        import subprocess, sys
        import boto3
        from pyspark.sql import SparkSession

        def caller(*_):
            client = boto3.client("sts")
            return client.meta.endpoint_url, client.get_caller_identity()["Arn"].split("/")[1]

        spark = SparkSession.builder.getOrCreate()
        print(*caller())
        program = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'].split('/')[1])"
        print(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip())
        print(spark.read.text("{location}").count())
        print(*spark.sparkContext.parallelize([1], 1).map(caller).collect()[0])
        """
    )
    assert done["state"] == "SUCCEEDED", done["error_message"]
    assert done["output"] == [f"{cloud.endpoint_url} {role}", role, "2", f"{cloud.endpoint_url} {role}"]


def test_extra_files_lie_beside_the_script_and_extra_libraries_are_importable(run: Runner, cloud: Cloud) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("escola/__init__.py", "NOME = 'Escola Azul'")
    done = run(
        """
        import comum, escola
        print(comum.VALOR, escola.NOME, open("regras.txt").read())
        """,
        {
            "--extra-py-files": ",".join(
                [cloud.put("lib/comum.py", "VALOR = 7"), cloud.put("lib/escola.zip", packed.getvalue())]
            ),
            "--extra-files": cloud.put("lib/regras.txt", "regra"),
        },
    )
    assert done["output"] == ["7 Escola Azul regra"]


def test_a_module_beside_the_script_is_not_importable_as_on_glue(run: Runner, cloud: Cloud) -> None:
    done = run("import vizinho", {"--extra-files": cloud.put("lib/vizinho.py", "")})
    assert done["state"] == "FAILED"
    assert done["error_message"].startswith("ModuleNotFoundError: No module named 'vizinho'")


def test_every_line_of_a_large_output_arrives_in_order(run: Runner) -> None:
    done = run("for n in range(25_000): print(f'linha {n} {chr(231) * 40}')\nprint()\nprint('x' * 300_000)")
    *lines, blank, long_1, long_2 = done["output"]
    assert lines == [f"linha {n} {'ç' * 40}" for n in range(25_000)]
    assert blank == " " and long_1 + long_2 == "x" * 300_000


def test_logs_arrive_while_the_script_runs(agent: Agent, cloud: Cloud, phone: Phone) -> None:
    body = cloud.body(phone.prelude + "print('começou', flush=True)\nphone = call()\nphone.recv(1)")
    agent.start(body)
    connection, _ = phone.answer()
    not_there = cloud.client("logs").exceptions.ResourceNotFoundException  # The group or the stream is missing.

    def heard() -> bool:
        try:
            return "começou" in cloud.log(body["run_id"], "output")
        except not_there:
            return False

    while not heard():
        assert agent.request("GET", f"/runs/{body['run_id']}?wait_seconds=0.5&after=9").json()["state"] == "RUNNING"
    connection.sendall(b".")
    assert agent.wait(body["run_id"])["state"] == "SUCCEEDED"


def test_a_run_whose_logs_are_refused_still_runs(agent: Agent, cloud: Cloud) -> None:
    groups = {"output": "x" * 600, "error": "y" * 600}
    body = cloud.body("print('unheard')", log_groups=groups)
    agent.start(body)
    assert agent.wait(body["run_id"])["state"] == "SUCCEEDED"
