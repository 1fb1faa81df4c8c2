"""The aws-* targets, rehearsed as the README tells: beside a live environment, in a shell that took its variables."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scripts.base.paths import LOCAL, TOP
from scripts.environment import database, runtime
from scripts.environment.instance import DEFAULT_PORTS, Instance, Ports
from scripts.environment.superuser import connect_superuser
from tests.kit.expected import expected, value
from tests.kit.make import HOSTILE, make, try_make, watched_make
from tests.kit.sources import data_set

pytestmark = pytest.mark.e2e
ACCOUNT = "000000000000"
FOLDER = LOCAL / "aws" / f"{ACCOUNT}-dev"
STATE = f"letrus-de-case-terraform-state-{ACCOUNT}"
CLUSTER = "letrus-de-case-dev-aurora"
ROW = "INSERT INTO performance_academica (aluno_id, escola_id, disciplina, nota) VALUES (1, 1, 'Artes', 7)"


@dataclass(frozen=True)
class Operator:
    """Types aws-* targets in a shell that has `shell` for its variables, beside the environment in `instance`."""

    instance: Instance
    shell: dict[str, str]

    def environment(self, **variables: str) -> dict[str, str]:
        return {**self.shell, "ACCOUNT": ACCOUNT, "ENVIRONMENT": "dev", "YES": "1", **variables}

    def make(self, target: str, **variables: str) -> str:
        return make(target, environment=self.environment(**variables))

    def try_make(self, target: str, typed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return try_make(target, environment=self.environment(**variables), typed=typed)

    def interrupt(self, target: str, *, at: str, times: int) -> str:
        """The output of `make TARGET` that gets Ctrl-C so many times, the first when it has said `at`."""
        pending = [at, *["Ctrl-C again"] * (times - 1)]

        def interrupt(line: str, group: int) -> None:
            if pending and pending[0] in line:
                del pending[0]
                os.killpg(group, signal.SIGINT)

        _, said = watched_make(target, environment=self.environment(), on_line=interrupt)
        return said

    def client(self, service: str) -> Any:
        return self.instance.client(service)


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    folder, ports = LOCAL / "test-aws", Ports.free()
    numbers = zip(DEFAULT_PORTS, asdict(ports).values(), strict=True)
    before = {
        **os.environ,
        **HOSTILE,
        **{name: str(number) for name, number in numbers},
        "LETRUS_INSTANCE": str(folder),
    }
    shutil.rmtree(FOLDER, ignore_errors=True)
    try:
        make("local-up", environment=before)
        instance = Instance.load(folder)
        assert instance is not None
        taken = ["bash", "-c", 'eval "$(make -s env)" && env -0']
        done = subprocess.run(taken, cwd=TOP, env=before, capture_output=True, text=True, check=True)
        shell = dict(line.split("=", 1) for line in done.stdout.split("\0") if line)
        with database.connect_as_superuser(instance, "letrus") as connection:
            connection.execute(ROW)
        yield Operator(instance, shell)
    finally:
        try_make("reset", environment=before)
        shutil.rmtree(FOLDER, ignore_errors=True)


def test_nothing_begins_without_the_state_bucket(operator: Operator) -> None:
    done = operator.try_make("aws-plan")
    assert done.returncode != 0
    assert STATE in done.stderr and "make aws-bootstrap" in done.stderr


@pytest.mark.parametrize("typed", ["", "111111111111\n"])
def test_nothing_is_changed_unless_the_account_is_typed(operator: Operator, typed: str) -> None:
    done = operator.try_make("aws-bootstrap", typed, YES="")
    assert done.returncode != 0
    assert "nothing was changed" in done.stderr
    assert STATE not in _buckets(operator)


def test_bootstrap_makes_a_bucket_that_keeps_and_guards_states(operator: Operator) -> None:
    done = operator.try_make("aws-bootstrap", f"{ACCOUNT}\n", YES="")
    assert done.returncode == 0, done.stderr
    assert "is created" in done.stdout
    _check_state_bucket(operator.client("s3"))


def test_bootstrap_again_mends_what_was_changed(operator: Operator) -> None:
    s3 = operator.client("s3")
    s3.put_bucket_versioning(Bucket=STATE, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_bucket_policy(Bucket=STATE)
    assert "existed" in operator.make("aws-bootstrap")
    _check_state_bucket(s3)


def test_bootstrap_leaves_a_bucket_of_another_purpose_alone(operator: Operator) -> None:
    s3 = operator.client("s3")
    s3.create_bucket(Bucket="holiday-photos")
    s3.put_object(Bucket="holiday-photos", Key="beach.jpg", Body=b"")
    done = operator.try_make("aws-bootstrap", STATE_BUCKET="holiday-photos")
    assert done.returncode != 0
    assert "not this project's" in done.stderr
    assert s3.get_bucket_versioning(Bucket="holiday-photos").get("Status") is None


def test_plan_without_the_authorities_is_refused_and_says_where_to_get_them(operator: Operator) -> None:
    done = operator.try_make("aws-plan", TF_VAR_aurora_ca_bundle="../build/certificates/none.pem")
    assert done.returncode != 0
    assert "none.pem is missing" in done.stdout and "docs/aws.md" in done.stdout
    assert "make aws-plan" in operator.try_make("aws-apply").stderr  # no plan was saved


def test_apply_needs_a_plan(operator: Operator) -> None:
    done = operator.try_make("aws-apply")
    assert done.returncode != 0
    assert "make aws-plan" in done.stderr


def test_apply_takes_no_other_plan_than_the_approved_one(operator: Operator) -> None:
    handed_over = []
    for _ in range(2):  # as the plan job and the apply job of the pipeline
        said = operator.make("aws-plan")
        handed_over.append((FOLDER / "plan.outputs").read_text())
    assert handed_over[0] == handed_over[1]
    approved = dict(line.split("=", 1) for line in handed_over[0].splitlines())
    assert approved["hash"] in said
    for given, reason in (("0" * 64, "not the approved one"), ("", "PLAN_HASH is empty")):
        done = operator.try_make("aws-apply", PLAN_HASH=given, PLAN_CHANGES=approved["changes"])
        assert done.returncode != 0
        assert reason in done.stderr and "nothing was changed" in done.stderr
    assert _state_objects(operator) == []
    done = operator.try_make("aws-apply", "nobody\n", PLAN_HASH=approved["hash"], YES="")
    assert "type the account's number" in done.stdout, done.stderr


def test_apply_says_its_cost_and_goes_on_when_it_is_interrupted_once(operator: Operator) -> None:
    """Cut off, Terraform would leave a bucket that is in no state, and no later apply would succeed."""
    said = operator.make("aws-plan")
    assert "to add, 0 to change, 0 to destroy" in said
    said = operator.interrupt("aws-apply", at="Creating...", times=1)
    assert "Ctrl-C again" in said
    assert "Apply complete!" in said
    assert "costs" in said[: said.index("Apply complete!")]
    assert _state_objects(operator) == ["dev/terraform.tfstate"]


def test_log_says_how_the_apply_ended() -> None:
    lines = (FOLDER / "logs" / "terraform.log").read_text().splitlines()
    assert [line for line in lines if line.startswith("terraform apply ")] == ["terraform apply ended with exit code 0"]


def test_a_plan_is_carried_out_once(operator: Operator) -> None:
    assert operator.try_make("aws-apply").returncode != 0
    assert "No changes." in operator.make("aws-plan")


def test_tables_are_created_through_the_data_api(operator: Operator) -> None:
    assert "sql/01_create_tables.sql ran and changed the table" in operator.make("aws-create-tables")
    assert "nothing was missing" in operator.make("aws-create-tables")
    with _database(operator) as connection:
        assert connection.execute("SELECT count(*) FROM performance_academica").fetchall() == [(0,)]


def test_verify_before_a_run_says_what_is_missing(operator: Operator) -> None:
    done = operator.try_make("aws-verify")
    assert done.returncode != 0
    assert "make aws-run" in done.stderr


def test_run_follows_the_log_and_ends_with_the_counts(operator: Operator) -> None:
    said = operator.make("aws-run")
    want = expected(TOP / "csv_exemplos")
    assert f"kept {len(want.rows)}, superseded {want.superseded}, rejected {want.rejected}" in said
    assert "SUCCEEDED" in said
    with _database(operator) as connection:
        assert connection.execute("SELECT count(*) FROM performance_academica").fetchall() == [(len(want.rows),)]


def test_verify_sees_a_row_that_is_not_what_the_run_wrote(operator: Operator) -> None:
    with _database(operator) as connection:
        one = "aluno_id = (SELECT min(aluno_id) FROM performance_academica)"
        assert connection.execute(f"UPDATE performance_academica SET nome_aluno = 'X' WHERE {one}").rowcount > 0
    done = operator.try_make("aws-verify", COLUMNS="200")
    assert done.returncode != 0
    results = {line.split("│")[1].strip(): line for line in done.stdout.splitlines() if line.count("│") > 3}
    assert "FAILED" in results["the table holds every row of it, all columns"]
    assert "FAILED" in results["a second run SUCCEEDS and writes no row"]
    assert "passed" in results["the analyses give the figures that Python computes from the table's rows"]


def test_verify_passes_when_the_table_is_as_it_should_be(operator: Operator) -> None:
    said = operator.make("aws-verify", COLUMNS="200")
    assert said.count("passed") == 6


def test_query_shows_the_analyses(operator: Operator) -> None:
    said = operator.make("aws-query", COLUMNS="200")
    for name in ("media_por_regiao_e_escola", "desempenho_por_rede", "estatisticas_por_disciplina"):
        assert name in said
    lines = [line.split() for line in said.replace("│", " ").splitlines()]
    want = expected(TOP / "csv_exemplos").rows
    notas = [value(row, "nota") for row in want if value(row, "disciplina") == "Matemática"]
    assert all(isinstance(nota, Decimal) for nota in notas)
    assert [line[-1] for line in lines if line[:1] == ["Matemática"]] == [str(len(notas))]


def test_report_is_made_through_the_same_apis(operator: Operator, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    said = operator.make("aws-report", OUT=str(path))
    assert "read-only transaction" in said and path.name in said
    assert path.stat().st_mode & 0o777 == 0o600, "it may hold personal data"
    text = path.read_text(encoding="utf-8")
    want = expected(TOP / "csv_exemplos")
    assert f"conta {ACCOUNT}, dev" in text and "letrus-de-case-dev-etl" in text
    assert f"{len(want.rows)} aproveitadas" in text and text.count("<svg ") == 10


def test_query_of_ones_own_may_read_but_not_write(operator: Operator) -> None:
    assert "42" in operator.make("aws-query", SQL="SELECT 42; SELECT 1")
    done = operator.try_make("aws-query", SQL="DELETE FROM performance_academica")
    assert done.returncode != 0
    assert "read-only" in done.stderr
    with _database(operator) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM performance_academica").fetchall() == [(True,)]


def test_own_data_begins_with_an_empty_table_once_the_account_is_typed(operator: Operator, tmp_path: Path) -> None:
    folder = data_set(tmp_path / "own")
    count = "SELECT count(*) FROM performance_academica"
    with _database(operator) as connection:
        ((before,),) = connection.execute(count).fetchall()
        done = operator.try_make("aws-run", "nobody\n", YES="", FRESH="1", DATA=str(folder))
        assert "will first remove every row of the table" in done.stdout and "raw/sets/own/" in done.stdout
        assert done.returncode != 0
        assert connection.execute(count).fetchall() == [(before,)]
        said = operator.make("aws-run", FRESH="1", DATA=str(folder))
        assert f"removed {before} rows" in said
        assert "rows in the table: 2, of this run: 2, others: none" in said
        assert connection.execute(count).fetchall() == [(2,)]


def test_verify_repeats_the_run_on_the_same_data(operator: Operator) -> None:
    assert operator.make("aws-verify", COLUMNS="200").count("passed") == 6


def test_destroy_that_is_interrupted_gives_its_lock_back(operator: Operator) -> None:
    said = operator.interrupt("aws-destroy", at="Destroying...", times=2)
    assert "Destroy complete!" not in said
    assert _state_objects(operator) == ["dev/terraform.tfstate"]


def test_destroy_removes_all_and_says_what_stays(operator: Operator) -> None:
    said = operator.make("aws-destroy")
    stays = said[said.index("what stays:") :]
    assert "KMS key" in stays and "deleted on" in stays, stays
    assert f"state bucket {STATE}" in stays
    assert not {name for name in _buckets(operator) if "-dev-" in name}
    clusters = operator.client("rds").describe_db_clusters()["DBClusters"]
    assert [cluster["DBClusterIdentifier"] for cluster in clusters] == ["letrus-de-case-aurora"]
    assert [job["Name"] for job in operator.client("glue").get_jobs()["Jobs"]] == [
        "letrus-de-case-etl-performance-academica"
    ]


def test_destroy_again_finds_nothing(operator: Operator) -> None:
    assert "nothing to destroy" in operator.make("aws-destroy")


def test_live_environment_is_as_it_was(operator: Operator) -> None:
    assert "nothing changed" in make("local-up", environment=operator.shell)
    with database.connect_as_superuser(operator.instance, "letrus") as connection:
        rows = connection.execute("SELECT aluno_id, escola_id, disciplina FROM performance_academica").fetchall()
    assert rows == [(1, 1, "Artes")]


def _buckets(operator: Operator) -> set[str]:
    return {bucket["Name"] for bucket in operator.client("s3").list_buckets()["Buckets"]}


def _check_state_bucket(s3: Any) -> None:
    assert s3.get_bucket_versioning(Bucket=STATE)["Status"] == "Enabled"
    rules = s3.get_bucket_encryption(Bucket=STATE)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(s3.get_public_access_block(Bucket=STATE)["PublicAccessBlockConfiguration"].values()) == {True}
    ownership = s3.get_bucket_ownership_controls(Bucket=STATE)["OwnershipControls"]["Rules"]
    assert ownership == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    statement = json.loads(s3.get_bucket_policy(Bucket=STATE)["Policy"])["Statement"][0]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    rule = s3.get_bucket_lifecycle_configuration(Bucket=STATE)["Rules"][0]
    assert rule["Status"] == "Enabled" and rule["NoncurrentVersionExpiration"]["NewerNoncurrentVersions"] >= 1
    assert "Expiration" not in rule, "the newest state must never expire"


def _state_objects(operator: Operator) -> list[str]:
    return [each["Key"] for each in operator.client("s3").list_objects_v2(Bucket=STATE).get("Contents", [])]


def _database(operator: Operator) -> Any:
    """Past the Data API, to see what it really did."""
    (cluster,) = operator.client("rds").describe_db_clusters(DBClusterIdentifier=CLUSTER)["DBClusters"]
    password = runtime.of(operator.instance).superuser_password(operator.instance)
    return connect_superuser(cluster["Port"], password, "letrus")
