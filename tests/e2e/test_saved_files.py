"""Saved files reach the next `make run`: scripts, migrations, samples, own data. Nothing else is uploaded."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.base.paths import TOP
from scripts.case import job
from scripts.environment import database
from scripts.terraform.root import Terraform
from tests.kit.expected import expected
from tests.kit.sources import data_set
from tests.kit.user import BUCKET, JOB, PLAN, User, client, rows

pytestmark = pytest.mark.e2e
MIGRATION = "sql/migrations/9000_index.sql"


@pytest.fixture(scope="module")
def editor(user: User, tmp_path_factory: pytest.TempPathFactory) -> User:
    """The same user in a copy of the clone, whose files a test may edit."""
    top = tmp_path_factory.mktemp("copy") / "clone"
    made_by_commands = shutil.ignore_patterns(".git", ".local", "build", ".*_cache", "__pycache__")
    shutil.copytree(TOP, top, ignore=made_by_commands)
    for name in (".local", "build"):
        (top / name).symlink_to(TOP / name)
    return replace(user, top=top)


def test_saved_files_run_in_one_command(editor: User) -> None:
    common = editor.top / "glue_scripts" / "common.py"
    common.write_text(common.read_text().replace('{"event": event,', '{"event": event, "mark": "edited",'))
    said = editor.make("run")
    assert "glue_scripts/common.py has changed" in said
    assert '"event": "run_summary", "mark": "edited"' in said
    want = len(expected(TOP / "csv_exemplos").rows)
    assert f"rows in the table: {want + 1}, of this run: {want}, others: 1 " in said
    assert editor.shell(PLAN) == "0\n"


def test_run_without_deploying_says_what_it_leaves_out(editor: User) -> None:
    before = objects(editor)
    common = editor.top / "glue_scripts" / "common.py"
    common.write_text(common.read_text().replace('"edited"', '"edited again"'))
    (editor.top / "glue_scripts" / "extra.py").write_text("EXTRA = 1\n")
    (editor.top / MIGRATION).write_text("CREATE INDEX IF NOT EXISTS by_nota ON performance_academica (nota);\n")
    (editor.top / "terraform" / "more.tf").write_text("# nothing\n")
    done = editor.try_make("run", "DEPLOY=0", "ARGS=--raw_prefix nowhere/")
    for line in (
        "glue_scripts/common.py has changed",
        "glue_scripts/extra.py is new",
        f"{MIGRATION} would change the table",
        "changed since terraform/ was last applied: terraform/more.tf",
        "uses what is deployed, not what is saved",
    ):
        assert line in done.stdout
    assert "nowhere/" in done.stderr
    assert objects(editor) == before


def test_files_that_come_and_go_reach_the_job(editor: User) -> None:
    """With them a changed script, a migration, and a sample that somebody replaced by a file of theirs."""
    s3 = client(editor, "s3")
    s3.put_object(Bucket=BUCKET, Key="raw/notas.csv", Body=b"aluno_id,disciplina,nota\n")
    done = editor.try_make("run", "ARGS=--raw_prefix nowhere/")
    assert "nowhere/" in done.stderr
    assert f"{MIGRATION} ran and changed the table" in done.stdout
    assert "raw/notas.csv is somebody's own file" in done.stdout
    assert s3.get_object(Bucket=BUCKET, Key="raw/notas.csv")["Body"].read() == b"aluno_id,disciplina,nota\n"
    assert b"edited again" in s3.get_object(Bucket=BUCKET, Key="scripts/common.py")["Body"].read()
    assert f"s3://{BUCKET}/scripts/extra.py" in extra_files(editor)
    assert editor.shell(PLAN) == "0\n"
    (editor.top / "glue_scripts" / "extra.py").unlink()
    s3.put_object(Bucket=BUCKET, Key="scripts/common.py", Body=b"raise SystemExit(1)")
    s3.delete_object(Bucket=BUCKET, Key="raw/notas.csv")
    said = editor.try_make("run", "ARGS=--raw_prefix nowhere/").stdout
    assert "glue_scripts/extra.py is gone" in said
    assert "glue_scripts/common.py was replaced in the bucket" in said
    assert "csv_exemplos/notas.csv is missing in the bucket" in said
    assert f"s3://{BUCKET}/scripts/extra.py" not in extra_files(editor)
    assert b"edited again" in s3.get_object(Bucket=BUCKET, Key="scripts/common.py")["Body"].read()
    assert editor.shell(PLAN) == "0\n"


def test_nothing_is_uploaded_while_a_run_is_under_way(user: User, tmp_path: Path) -> None:
    instance = user.instance()
    outputs = Terraform(instance).outputs()
    with database.connect(instance, outputs) as holder, holder.transaction():
        holder.execute("LOCK TABLE performance_academica IN ACCESS EXCLUSIVE MODE")  # the run can't end
        run_id = instance.client("glue").start_job_run(JobName=JOB)["JobRunId"]
        before = objects(user)
        done = user.try_make("run", f"DATA={data_set(tmp_path / 'early')}", "FRESH=1")
        assert done.returncode != 0
        assert run_id in done.stderr and "nothing was uploaded or changed" in done.stderr
        assert objects(user) == before
        instance.client("glue").batch_stop_job_run(JobName=JOB, JobRunIds=[run_id])
    assert job.follow(instance, outputs, run_id, show=print).state == "STOPPED"


def test_own_data_has_a_place_of_its_own_and_an_empty_table(user: User, tmp_path: Path) -> None:
    s3 = client(user, "s3")
    for key in ("meus-dados/notas/old.csv", "meus-dados-2/notas.csv"):
        s3.put_object(Bucket=BUCKET, Key=f"raw/sets/{key}", Body=b"")
    samples = objects(user, "raw/alunos", "raw/escolas", "raw/notas")
    (before,) = re.findall(r"\d+", rows(user, "count(*)"))
    said = user.make("run", f"DATA={data_set(tmp_path / 'meus dados')}", "FRESH=1")
    assert int(before) > 2
    assert f"removed {before} rows" in said
    assert "rows in the table: 2, of this run: 2, others: none" in said
    names = ("meus-dados-2/notas.csv", "meus-dados/alunos.csv", "meus-dados/escolas.csv", "meus-dados/notas.csv")
    assert sorted(objects(user, "raw/sets/me")) == [f"raw/sets/{name}" for name in names]
    assert objects(user, "raw/alunos", "raw/escolas", "raw/notas") == samples
    assert "nothing changed" in user.make("local-up")
    assert objects(user, "raw/alunos", "raw/escolas", "raw/notas") == samples


def objects(user: User, *prefixes: str) -> dict[str, str]:
    """Returns the current version of each object in the data bucket under a prefix, or of all."""
    pages = client(user, "s3").get_paginator("list_object_versions").paginate(Bucket=BUCKET)
    found = (each for page in pages for each in page["Versions"] if each["IsLatest"])
    return {each["Key"]: each["VersionId"] for each in found if each["Key"].startswith(prefixes or ("",))}


def extra_files(user: User) -> str:
    """Returns the modules that the job names."""
    arguments: dict[str, str] = client(user, "glue").get_job(JobName=JOB)["Job"]["DefaultArguments"]
    return arguments["--extra-py-files"]
