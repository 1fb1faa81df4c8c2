"""The case's Terraform through tflocal, a server that dies during a merge, a new LocalStack: in this order.

One apply serves all tests. The job runs on what tflocal built. After LocalStack has forgotten it, plain terraform
builds it again and tflocal destroys it, because both keep the state in the same place.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scripts.base.console import say
from scripts.base.isolation import clean_environment
from scripts.base.paths import TOP
from scripts.base.waiting import NotReady, wait_for
from scripts.case import job
from scripts.doctor import docker
from scripts.environment import database, lifecycle, runtime, state
from scripts.environment.instance import Instance
from scripts.supply import venvs
from scripts.terraform.root import Terraform
from tests.compose.conftest import Containers
from tests.kit.expected import EVERY_ROW, Row, expected, in_order, value

pytestmark = pytest.mark.compose
SAMPLES = TOP / "csv_exemplos"
TABLE = "performance_academica"
LAST = max(int(str(value(row, "aluno_id"))) for row in expected(SAMPLES).rows)
# The lock stops the merge at its last row by key, after the merge has written all other rows.
HELD_MERGE = f"""
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF NEW.aluno_id = {LAST} THEN PERFORM pg_advisory_xact_lock(1); END IF; RETURN NEW; END';
CREATE TRIGGER hold BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION hold();
"""


class Tflocal:
    """tflocal on a copy of the root, since tflocal writes an override file beside the sources while it runs."""

    def __init__(self, instance: Instance, folder: Path) -> None:
        self.root, self.instance = folder / "terraform", instance
        for name in ("terraform", "glue_scripts", "csv_exemplos", "build/wheels"):
            shutil.copytree(TOP / name, folder / name, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*"))

    def __call__(self, *arguments: str) -> str:
        """Runs `tflocal ARGUMENTS`, which must succeed. Returns its output."""
        variables = Terraform(self.instance).environment() | {
            "TF_DATA_DIR": str(self.root / ".terraform"),
            # tflocal's default is a public name, which has no address on a machine without internet.
            "S3_HOSTNAME": "127.0.0.1",
        }
        done = subprocess.run(
            [venvs.tflocal().with_name("tflocal"), *arguments],
            cwd=self.root,
            env={**clean_environment(), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        assert not list(self.root.glob("*override*")), "tflocal left its override file"
        return done.stdout


@pytest.fixture(scope="module")
def tflocal(containers: Containers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tflocal]:
    containers.start()
    yield Tflocal(containers.instance, tmp_path_factory.mktemp("tflocal"))


def outputs(containers: Containers) -> dict[str, Any]:
    terraform = Terraform(containers.instance)
    terraform.init()
    return terraform.outputs()


def rows(containers: Containers, told: dict[str, Any]) -> list[Row]:
    with database.connect(containers.instance, told) as connection:
        return in_order(connection.execute(EVERY_ROW).fetchall())


def test_tflocal_applies_the_root_and_plain_terraform_agrees(tflocal: Tflocal, containers: Containers) -> None:
    # tflocal gives the backend its endpoint but not the path style that an IP address needs.
    tflocal("init", "-input=false", "-lockfile=readonly", "-backend-config=use_path_style=true")
    assert "Apply complete!" in tflocal("apply", "-input=false", "-auto-approve", "-no-color")
    told = outputs(containers)
    assert Terraform(containers.instance).changes() == ""
    database.create_tables(containers.instance, told)


def test_server_killed_in_a_merge_leaves_the_table_as_it_was(tflocal: Tflocal, containers: Containers) -> None:
    told = outputs(containers)
    glue, name = containers.client("glue"), told["glue_job_performance_academica_name"]
    with database.connect(containers.instance, told) as holder:
        holder.execute(HELD_MERGE)
        holder.execute("SELECT pg_advisory_lock(1)")
        run_id = glue.start_job_run(JobName=name)["JobRunId"]

        def merging() -> None:
            if holder.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'advisory'").fetchone() is None:
                raise NotReady("no row yet")

        wait_for("a merge that has begun to write", merging, seconds=120, remedy="see the worker's log")
        containers.kill("postgres")
        with pytest.raises(psycopg.OperationalError):
            holder.execute("SELECT 1")
    containers.start()
    ended = job.follow(containers.instance, told, run_id, show=say)
    assert ended.state in ("FAILED", "SUCCEEDED")
    assert rows(containers, told) == ([] if ended.state == "FAILED" else expected(SAMPLES).rows)
    again = job.run(containers.instance, told, show=say)
    assert again.state == "SUCCEEDED"
    assert rows(containers, told) == expected(SAMPLES).rows


def test_restarted_localstack_has_what_it_had_and_a_new_one_is_built_again(
    tflocal: Tflocal, containers: Containers
) -> None:
    told = outputs(containers)
    assert docker.query("restart", containers.id("localstack")) is not None
    containers.start()
    assert state.ask(containers.instance).loaded
    assert job.run(containers.instance, told, show=say).state == "SUCCEEDED"
    runtime.of(containers.instance).stop(containers.instance, ["localstack"])
    lifecycle.start(containers.instance, localstack_env=state.ANEW)
    assert lifecycle.provision(containers.instance)
    told = outputs(containers)
    assert rows(containers, told) == expected(SAMPLES).rows
    ended = job.run(containers.instance, told, show=say)
    assert ended.state == "SUCCEEDED" and ended.summary is not None
    assert (ended.summary["inserted"], ended.summary["updated"]) == (0, 0)


def test_tflocal_destroys_what_is_there(tflocal: Tflocal, containers: Containers) -> None:
    assert "Destroy complete!" in tflocal("destroy", "-input=false", "-auto-approve", "-no-color")
    assert containers.client("glue").get_jobs()["Jobs"] == []
    assert containers.client("rds").describe_db_clusters()["DBClusters"] == []
