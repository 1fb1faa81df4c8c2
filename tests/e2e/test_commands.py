"""The make targets of a live environment, typed as a user types them, from the first start on."""

from __future__ import annotations

import gzip
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from scripts.base.paths import LOCAL, TOP
from scripts.base.processes import Daemon
from scripts.base.waiting import NotReady, wait_for
from scripts.case import job
from scripts.environment import database, localstack, postgres, worker
from scripts.environment.instance import Instance
from scripts.report import page
from scripts.terraform.root import Terraform
from tests.kit import browser
from tests.kit.expected import expected
from tests.kit.make import watched_make
from tests.kit.report_facts import facts
from tests.kit.sources import data_set, source
from tests.kit.user import BUCKET, JOB, PLAN, User, client, rows

pytestmark = pytest.mark.e2e
MIGRATION = "sql/migrations/9000_index.sql"


def test_interrupted_start_leaves_no_process(user: User) -> None:
    status: list[str] = []

    def look_and_interrupt(line: str, group: int) -> None:
        if "Creating..." in line and not status:  # Terraform has begun
            done = user.try_make("status")
            status.append(done.stdout + done.stderr)
            os.killpg(group, signal.SIGINT)

    code, said = watched_make("local-up", environment=user.environment(), on_line=look_and_interrupt)
    assert code != 0
    assert "localstack running" in status[0] and "is not applied" in status[0]
    assert user.processes() == [], said


def test_start_that_is_killed_or_interrupted_amid_an_apply_ends(user: User) -> None:
    """The next test shows that another start takes up what these leave."""
    for strike in (_kill_command, _kill_terraform, _interrupt):
        struck: list[str] = []

        def once(line: str, group: int, strike: Any = strike, struck: list[str] = struck) -> None:
            if "Creating..." in line and not struck:
                struck.append(line)
                strike(user, group)

        code, said = watched_make("local-up", environment=user.environment(), on_line=once)
        assert struck and code != 0, said


def _kill_command(user: User, group: int) -> None:
    os.killpg(group, signal.SIGKILL)


def _kill_terraform(user: User, group: int) -> None:
    (terraform,) = [each for each in psutil.process_iter() if _is_terraform_of(user, each)]
    terraform.kill()


def _is_terraform_of(user: User, process: psutil.Process) -> bool:
    try:
        return process.name() == "terraform" and str(user.folder) in process.environ().get("TF_DATA_DIR", "")
    except psutil.Error:
        return False


def _interrupt(user: User, group: int) -> None:
    os.killpg(group, signal.SIGINT)


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


def test_rows_shows_the_table(user: User) -> None:
    said = user.make("rows")
    assert "João" in said and "9.50" in said and "1 of 1 rows" in said


def test_query_shows_the_analyses_that_are_named(user: User) -> None:
    said = user.make("query", "NAME=desempenho_por_rede")
    assert "municipal" in said and "estatisticas_por_disciplina" not in said
    assert "estatisticas_por_disciplina" in user.make("query")


def test_query_reads_and_does_not_write(user: User) -> None:
    assert "João 9.50" in user.make("query", "SQL=SELECT nome_aluno || ' ' || nota FROM performance_academica")
    for sql in ("DELETE FROM performance_academica", "SET TRANSACTION READ WRITE; DELETE FROM performance_academica"):
        done = user.try_make("query", f"SQL={sql}")
        assert done.returncode != 0
        assert "this command only reads" in done.stderr
    assert "1 of 1 rows" in user.make("rows")


def test_rejects_shows_the_lines_of_the_last_run(user: User) -> None:
    said = user.make("rejects")
    assert "rejected 1 line" in said
    assert "nota_not_a_number: 1" in said and "notas/2026.csv.gz:3  2,Artes,x" in said
    assert "make run ARGS=" in said and "--decimal_separator" in said


def test_failed_run_ends_with_what_to_type(user: User, tmp_path: Path) -> None:
    (tmp_path / "escolas.csv").write_text(source("escolas", "7,Colégio São José,municipal,Sul"), encoding="cp1252")
    (tmp_path / "alunos.csv").write_text(source("alunos", "1,João,12,M,7", "2,Zoë,13,F,7"), encoding="cp1252")
    (tmp_path / "notas.csv").write_text(source("notas", "1,Redação,9", "2,Redação,8"), encoding="cp1252")
    done = user.try_make("run", f"DATA={tmp_path}")
    assert "ended as FAILED: InputFileError" in done.stderr
    assert f'make run DATA={shlex.quote(str(tmp_path))} ARGS="--csv_encoding windows-1252"' in done.stderr
    assert done.stderr.rstrip().endswith("Error 4")
    said = user.make("rejects", "RULE=invalid_encoding", "LIMIT=1")
    assert re.search(r"^invalid_encoding: 5$", said, re.M)
    assert said.count(".csv:2  ") == 1 and "… and 4 more: make rejects" in said


def test_logs_shows_a_run_by_its_whole_id_only(user: User) -> None:
    failed, succeeded = (run["id"] for run in json.loads(user.make("-s", "status", "JSON=1"))["runs"])
    assert "InputFileError" in user.make("logs", f"RUN_ID={failed}", "GROUP=output")
    assert f"run {succeeded} is SUCCEEDED" in user.make("logs", f"RUN_ID={succeeded}", "FOLLOW=1")
    for given, told in ((succeeded[:20], f"RUN_ID={succeeded}"), ("jr_none", f"the last runs are {failed}")):
        done = user.try_make("logs", f"RUN_ID={given}")
        assert done.returncode != 0 and done.stdout == ""
        assert told in done.stderr


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


def test_status_sees_a_part_that_hangs_and_a_part_that_is_gone(user: User) -> None:
    instance = Instance.load(user.folder)
    assert instance is not None
    if instance.runtime != "embedded":
        pytest.skip("tests/compose kills containers")
    process = worker.daemon(instance).process()
    assert process is not None
    process.suspend()
    for state, remedy in (("no answer", "make local-down"), ("not running", "make local-up")):
        done = user.try_make("-s", "status", "JSON=1")
        assert done.stderr.rstrip().endswith("Error 3") and remedy in done.stderr
        assert json.loads(done.stdout)["parts"] == {"localstack": "running", "postgres": "running", "worker": state}
        with suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait()
    user.make("local-up")


def test_environment_is_built_again_after_its_parts_were_killed_amid_a_run(user: User) -> None:
    """The run must not write into the new LocalStack: Terraform could not make what the run has made."""
    code, said = kill_amid_a_run(user, localstack.daemon, postgres.daemon)
    assert code != 0, said
    user.make("local-up")
    assert rows(user, "nome_aluno") == "[('João',)]"
    assert "nothing changed" in user.make("local-up")


def test_run_whose_worker_was_killed_fails_and_the_next_one_succeeds(user: User) -> None:
    code, said = kill_amid_a_run(user, worker.daemon)
    assert code != 0 and "FAILED" in said
    assert "nothing changed" not in user.make("local-up")
    assert "SUCCEEDED" in user.make("run")


def kill_amid_a_run(user: User, *daemons: Callable[[Instance], Daemon]) -> tuple[int, str]:
    """Kills parts of the environment once a run's JVM lives. Returns exit code and output of `make run`."""
    instance = Instance.load(user.folder)
    assert instance is not None
    agent = worker.daemon(instance).process()
    assert agent is not None

    def jvm() -> None:
        if not any(each.name() == "java" for each in agent.children(recursive=True)):
            raise NotReady("no JVM yet")

    with ThreadPoolExecutor() as pool:
        ended = pool.submit(watched_make, "run", environment=user.environment(), on_line=lambda line, group: None)
        wait_for("the run's JVM", jvm, seconds=60, remedy="see the worker's log")
        for daemon in daemons:
            process = daemon(instance).process()
            assert process is not None
            process.kill()
        return ended.result()


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


def test_report_is_a_page_that_a_browser_shows_whole(user: User, tmp_path: Path) -> None:
    """With it a page of facts that no environment has all at once. The screenshots stay in .local/report-looks/."""
    path, other = tmp_path / "live.html", tmp_path / "unusual.html"
    said = user.make("report", f"OUT={path}")
    assert "the report is " in said and path.name in said
    text = path.read_text(encoding="utf-8")
    want = expected(TOP / "csv_exemplos")
    assert f"{want.read['notas']} linhas de notas lidas; {len(want.rows)} aproveitadas" in text
    assert "A tabela tem também 1 nota de execuções anteriores" in text
    assert "Nota que não é número" in text and "dispensado" in text
    assert "falhou" in text and "Leitura e junção" in text and "A AWS permitiria" in text
    chrome = browser.found()
    other.write_text(page.html(facts()), encoding="utf-8")
    for seen in browser.look(chrome, [path, other], LOCAL / "report-looks"):
        browser.check(seen)


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
