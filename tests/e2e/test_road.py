"""The end-to-end test, in order: each check needs the results of those before it."""

from __future__ import annotations

import os
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.dataset
import pyarrow.fs
import pytest
import requests

from glue_scripts.table import NAMES
from scripts.base.console import say
from scripts.base.isolation import ACCESS_KEY, REGION, SECRET_KEY
from scripts.base.paths import TOP
from scripts.case import job, logs
from scripts.case.analyses import computed, named, sorted_rows
from scripts.case.chosen import chosen_run
from scripts.environment import database, warm
from tests.e2e.conftest import Road
from tests.kit.expected import Row, expected, in_order, key_of, value
from tests.kit.warm import until_ready

pytestmark = pytest.mark.e2e
SAMPLES = TOP / "csv_exemplos"
runs: dict[str, job.Run] = {}


def test_environment(road: Road) -> None:
    """The environment is up, with Glue and RDS in LocalStack's health"""
    services = requests.get(f"{road.instance.endpoint_url}/_localstack/health", timeout=10).json()["services"]
    assert services["glue"] in ("available", "running")
    assert services["rds"] in ("available", "running")


def test_apply(road: Road) -> None:
    """terraform apply builds everything, and the table is created"""
    road.terraform.init()
    road.terraform.apply()
    road.outputs.update(road.terraform.outputs())
    database.create_tables(road.instance, road.outputs)
    assert road.table() == []


def test_second_plan(road: Road) -> None:
    """A second plan is empty"""
    assert road.terraform.changes() == ""


def test_run(road: Road) -> None:
    """The job run is SUCCEEDED and its counts add up"""
    runs["first"] = ended = road.run()
    assert (ended.state, ended.error) == ("SUCCEEDED", "")
    assert ended.summary is not None
    want = expected(SAMPLES)
    assert want.rejected > 0 and want.superseded > 0, "the sample files lost their awkward lines"
    counted = {name: ended.summary[name] for name in ("read", "kept", "superseded", "inserted", "updated")}
    rejected = sum(ended.summary["rejected"].values())
    assert counted == {
        "read": want.read,
        "kept": len(want.rows),
        "superseded": want.superseded,
        "inserted": len(want.rows),
        "updated": 0,
    }
    assert rejected == want.rejected


def test_table(road: Road) -> None:
    """The table holds the expected rows, all columns"""
    assert road.table() == expected(SAMPLES).rows


def test_parquet(road: Road) -> None:
    """The run's Parquet holds the same rows as the table"""
    assert parquet(road, runs["first"]) == road.table()


def test_rejects(road: Road) -> None:
    """Rejected lines are beside the Parquet, with their number and the rule that they break"""
    summary = runs["first"].summary
    assert summary is not None
    lines = _read_parquet(road, summary["rejects"])
    of_notas = [line for line in lines if line["file"] == "notas.csv"]
    raw = (SAMPLES / "notas.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(of_notas) == expected(SAMPLES).rejected
    assert all(line["rule"] in summary["rejected"] for line in of_notas)
    assert all(line["raw_line"] == raw[line["line_number"] - 1] for line in of_notas)


def test_logs(road: Road) -> None:
    """The run's logs are in both groups"""
    run = chosen_run(road.instance, road.outputs, runs["first"].id)
    output = logs.log_lines(road.instance, road.outputs, run, "output")
    error = logs.log_lines(road.instance, road.outputs, run, "error")
    assert job.summary_of(output) == runs["first"].summary
    assert any("spark" in line.lower() for line in error)


def test_second_run(road: Road) -> None:
    """A second run writes no row and the same Parquet"""
    before = road.row_versions()
    runs["second"] = ended = road.run()
    assert ended.state == "SUCCEEDED" and ended.summary is not None
    assert (ended.summary["inserted"], ended.summary["updated"]) == (0, 0)
    assert road.row_versions() == before
    assert ended.summary["parquet"] != runs["first"].summary["parquet"]  # type: ignore[index]
    assert parquet(road, ended) == parquet(road, runs["first"])


def test_changed_nota(road: Road, tmp_path: Path) -> None:
    """A changed nota is updated, not doubled, and no other row is written"""
    before = dict(zip(road.row_versions(), road.table(), strict=True))
    aluno, _, disciplina = key = key_of(road.table()[0])
    folder = shutil.copytree(SAMPLES, tmp_path / "changed")
    with (folder / "notas.csv").open("a", encoding="utf-8", newline="") as file:
        file.write(f"\n{aluno},{disciplina},3.25\n")
    ended = road.run(road.upload(folder))
    assert ended.state == "SUCCEEDED" and ended.summary is not None
    assert (ended.summary["inserted"], ended.summary["updated"]) == (0, 1)
    want = expected(folder)
    assert road.table() == want.rows
    assert [value(row, "nota") for row in want.rows if key_of(row) == key] == [Decimal("3.25")]
    assert len(set(road.row_versions()) - set(before)) == 1


def test_failed_run(road: Road, tmp_path: Path) -> None:
    """A run that can't succeed is FAILED with its reason and leaves the table as it was"""
    before = road.row_versions()
    folder = shutil.copytree(SAMPLES, tmp_path / "broken")
    (folder / "notas.csv").write_text("aluno_id,disciplina\n1,Matemática\n", encoding="utf-8")
    ended = road.run(road.upload(folder))
    assert ended.state == "FAILED"
    assert "notas.csv" in ended.error and "nota" in ended.error and "Error:" in ended.error
    assert road.row_versions() == before
    with road.database() as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert tables == [("performance_academica",)]


def test_analyses(road: Road) -> None:
    """sql/02_analysis_queries.sql returns the right figures"""
    wanted = computed(road.table())
    queries = named(database.ANALYSIS.read_text(encoding="utf-8"))
    with road.database() as connection:
        assert {name: sorted_rows(connection.execute(queries[name]).fetchall()) for name in wanted} == wanted


def test_no_way_out(road: Road) -> None:
    """A job can reach AWS's stand-in and no public address"""
    if road.instance.runtime != "docker":
        pytest.skip("the embedded runtime does not filter a job's connections (docs/limits.md)")
    glue, bucket, key = road.client("glue"), road.outputs["bucket_data_name"], "tmp/probe.py"
    road.client("s3").upload_file(str(TOP / "tests" / "kit" / "probe_job.py"), bucket, key)
    case = glue.get_job(JobName=road.outputs["glue_job_performance_academica_name"])["Job"]
    command = {**case["Command"], "ScriptLocation": f"s3://{bucket}/{key}"}
    same = {name: case[name] for name in ("Role", "Connections", "GlueVersion", "WorkerType", "NumberOfWorkers")}
    prefix = "--custom-logGroup-prefix"
    arguments = {prefix: case["DefaultArguments"][prefix], "--bucket": bucket, "--key": key}
    glue.create_job(Name="probe", Command=command, DefaultArguments=arguments, **same)
    outputs = {**road.outputs, "glue_job_performance_academica_name": "probe"}
    ended = job.run(road.instance, outputs, show=say)
    glue.delete_job(JobName="probe")
    assert (ended.state, ended.error) == ("SUCCEEDED", "")


def test_run_in_a_waiting_jvm(road: Road) -> None:
    """A run in the JVM that waited does what the others did"""
    if os.environ.get("WARM") == "0":
        pytest.skip("WARM=0")
    folder = road.run(road.upload(SAMPLES))  # the samples' own values again, and the JVM waits after it
    assert folder.state == "SUCCEEDED"
    before = road.row_versions()
    until_ready(road.instance)
    ended = road.run()
    assert (ended.state, ended.error) == ("SUCCEEDED", "")
    assert warm.served(road.instance, ended.id)
    assert road.row_versions() == before
    assert parquet(road, ended) == road.table() == expected(SAMPLES).rows


def test_change_in_place(road: Road) -> None:
    """A changed job setting is applied in place"""
    glue, name = road.client("glue"), road.outputs["glue_job_performance_academica_name"]
    before = glue.get_job(JobName=name)["Job"]
    road.terraform.apply({"glue_timeout_minutes": "31"})
    after = glue.get_job(JobName=name)["Job"]
    assert (before["Timeout"], after["Timeout"]) == (30, 31)
    assert after["CreatedOn"] == before["CreatedOn"], "the job was replaced"
    same = {key: value for key, value in before.items() if key not in ("Timeout", "LastModifiedOn")}
    assert same.items() <= after.items()


def test_destroy(road: Road) -> None:
    """terraform destroy leaves nothing, in AWS's stand-in or in PostgreSQL"""
    road.terraform.destroy()
    names = [bucket["Name"] for bucket in road.client("s3").list_buckets()["Buckets"]]
    assert names == ["letrus-de-case-terraform-state"]
    assert road.client("glue").get_jobs()["Jobs"] == []
    assert road.client("glue").get_connections()["ConnectionList"] == []
    assert road.client("rds").describe_db_clusters()["DBClusters"] == []
    assert road.client("rds").describe_db_instances()["DBInstances"] == []
    assert road.client("rds").describe_db_subnet_groups()["DBSubnetGroups"] == []
    assert road.client("secretsmanager").list_secrets()["SecretList"] == []
    assert road.client("logs").describe_log_groups()["logGroups"] == []
    assert [role for role in road.client("iam").list_roles()["Roles"] if "letrus" in role["RoleName"]] == []
    vpcs = road.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
    assert vpcs == []
    keys = road.client("kms")
    states = {keys.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] for key in keys.list_keys()["Keys"]}
    assert states <= {"PendingDeletion"}
    with database.connect_as_superuser(road.instance) as connection:
        databases = connection.execute("SELECT datname FROM pg_database WHERE NOT datistemplate").fetchall()
        roles = connection.execute("SELECT rolname FROM pg_roles WHERE rolcanlogin").fetchall()
    assert databases == [("postgres",)]
    assert roles == [("rdsadmin",)]


def parquet(road: Road, ended: job.Run) -> list[Row]:
    """Returns the rows of a run's Parquet by key."""
    assert ended.summary is not None
    return in_order(tuple(line[name] for name in NAMES) for line in _read_parquet(road, ended.summary["parquet"]))


def _read_parquet(road: Road, uri: str) -> list[dict[str, Any]]:
    s3 = pyarrow.fs.S3FileSystem(
        endpoint_override=road.instance.endpoint_url,
        region=REGION,
        access_key=ACCESS_KEY,
        secret_key=SECRET_KEY,
    )
    rows: list[dict[str, Any]] = (
        pyarrow.dataset.dataset(uri.removeprefix("s3://"), filesystem=s3).to_table().to_pylist()
    )
    return rows
