"""The environment in which faults strike the job: a real one without Docker, with only what one job needs.

The resources are made by API calls, not by Terraform: LocalStack is killed now and then and forgets them, and they must
be there again in a second.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from glue_scripts.table import NAME as TABLE
from scripts.base.paths import TOP, WHEELS
from scripts.base.processes import Daemon
from scripts.base.waiting import NotReady, wait_for
from scripts.case.job import ENDED
from scripts.environment import lifecycle, postgres, worker
from scripts.environment.database import connect_as_superuser
from scripts.environment.instance import Instance
from scripts.environment.tables import CREATE_TABLES
from tests.kit.expected import EVERY_ROW, Row, in_order
from tests.kit.glue import EVERYTHING, TRUST_GLUE
from tests.kit.warm import of_a_run, until_ready

BUCKET = "faults"
JOB = "etl"
DATABASE = "letrus"
USER = "job"
BUNDLE = "certificates/aurora-ca-bundle.pem"
APPLICATION = "etl_performance_academica"
STAGING = f"{TABLE}_staging_%"


@dataclass
class Site:
    """A started instance. `port` is the proxy's port, at which the job finds its database."""

    instance: Instance
    port: int

    def __post_init__(self) -> None:
        self._password = secrets.token_urlsafe(16)
        with self.superuser("postgres") as connection:
            names = {"user": sql.Identifier(USER), "name": sql.Identifier(DATABASE)}
            create = sql.SQL("CREATE ROLE {user} LOGIN PASSWORD {password}")
            connection.execute(create.format(password=sql.Literal(self._password), **names))
            connection.execute(sql.SQL("CREATE DATABASE {name} OWNER {user}").format(**names))
            self._admit(connection)
        with self.superuser() as connection:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(USER)))
            connection.execute(CREATE_TABLES.read_bytes())
            connection.execute(f"CREATE TABLE saved AS TABLE {TABLE}")
        self.provision()

    def _admit(self, connection: psycopg.Connection) -> None:
        """Admits the job's user over TLS, by the file that pg_hba.conf includes."""
        row = connection.execute("SHOW hba_file").fetchone()
        assert row is not None
        rules = Path(row[0]).with_name("emulator_hba.conf")
        rule = f"hostssl {DATABASE} {USER} 127.0.0.1/32 scram-sha-256"
        connection.execute(sql.SQL("COPY (SELECT {}) TO {}").format(sql.Literal(rule), sql.Literal(str(rules))))
        connection.execute("SELECT pg_reload_conf()")

    def client(self, service: str) -> Any:
        return self.instance.client(service)

    def superuser(self, database: str = DATABASE) -> psycopg.Connection:
        connection = connect_as_superuser(self.instance, database)
        connection.autocommit = True
        return connection

    def provision(self) -> None:
        """Makes bucket, scripts, wheel, secret, role and job in an empty LocalStack."""
        s3 = self.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        scripts = sorted((TOP / "glue_scripts").glob("*.py"))
        wheel = next(WHEELS.glob("*.whl"))
        s3.upload_file(str(self.instance.authority), BUCKET, BUNDLE)
        for path in (*scripts, wheel):
            s3.upload_file(str(path), BUCKET, f"{'wheels' if path == wheel else 'scripts'}/{path.name}")
        secret = self.client("secretsmanager").create_secret(
            Name="job", SecretString=json.dumps({"username": USER, "password": self._password})
        )
        iam = self.client("iam")
        role = iam.create_role(RoleName="job", AssumeRolePolicyDocument=json.dumps(TRUST_GLUE))
        iam.put_role_policy(RoleName="job", PolicyName="everything", PolicyDocument=json.dumps(EVERYTHING))
        modules = [path.name for path in scripts if path.stem != APPLICATION]
        self.client("glue").create_job(
            Name=JOB,
            Role=role["Role"]["Arn"],
            GlueVersion="5.1",
            WorkerType="G.1X",
            NumberOfWorkers=2,
            Timeout=10,
            Command={
                "Name": "glueetl",
                "PythonVersion": "3",
                "ScriptLocation": f"s3://{BUCKET}/scripts/{APPLICATION}.py",
            },
            DefaultArguments={
                "--extra-py-files": ",".join(f"s3://{BUCKET}/scripts/{name}" for name in modules),
                "--extra-files": f"s3://{BUCKET}/{BUNDLE}",
                "--additional-python-modules": f"s3://{BUCKET}/wheels/{wheel.name}",
                "--data_bucket": BUCKET,
                "--raw_prefix": "raw/",
                "--processed_prefix": "processed/",
                "--aurora_host": "127.0.0.1",
                "--aurora_port": str(self.port),
                "--aurora_database": DATABASE,
                "--aurora_table": TABLE,
                "--aurora_secret_arn": secret["ARN"],
                "--aurora_ca_bundle": Path(BUNDLE).name,
            },
        )

    def upload(self, folder: Path) -> None:
        """Uploads the three files of `folder` to `raw/` and empties `processed/`."""
        s3 = self.client("s3")
        for path in sorted(folder.glob("*.csv")):
            s3.upload_file(str(path), BUCKET, f"raw/{path.name}")
        for key in self.keys("processed/"):
            s3.delete_object(Bucket=BUCKET, Key=key)

    def keys(self, prefix: str) -> list[str]:
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [each["Key"] for page in pages for each in page.get("Contents", [])]

    def start(self) -> str:
        """Starts a run and returns its id."""
        return str(self.client("glue").start_job_run(JobName=JOB)["JobRunId"])

    def choose_jvm(self, waiting: bool) -> None:
        """Makes the next run get the JVM that waits for it, or one of its own."""
        wanted = "1" if waiting else "0"  # It does its small job once: how warm it is does not matter.
        if os.environ.get("WARM") != wanted:
            os.environ["WARM"] = wanted
            self.kill(worker.daemon)
            self.recover()
        if waiting:
            until_ready(self.instance)

    def look(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client("glue").get_job_run(JobName=JOB, RunId=run_id)["JobRun"]
        return found

    def finish(self, run_id: str) -> dict[str, Any]:
        """Waits for the run's end and returns the run."""

        def ended() -> dict[str, Any]:
            run = self.look(run_id)
            if run["JobRunState"] not in ENDED:
                raise NotReady(run["JobRunState"])
            return run

        return wait_for("the end of the run", ended, seconds=240, remedy="see the worker's log")

    def processes(self) -> list[psutil.Process]:
        """Returns the processes below the worker: a run's JVM, its Python, and Spark's Python workers."""
        agent = worker.daemon(self.instance).process()
        return agent.children(recursive=True) if agent else []

    def quiet(self) -> None:
        """Returns when no process and no database session of a run is left."""

        def gone() -> None:
            if [each for each in self.processes() if of_a_run(each)]:
                raise NotReady("a run's processes are alive")
            with self.superuser() as connection:
                query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
                if connection.execute(query, [APPLICATION]).fetchone() != (0,):
                    raise NotReady("a run's sessions are open")

        wait_for("the end of all that was left of the run", gone, seconds=120, remedy="see the worker's log")

    def rows(self) -> list[Row]:
        with self.superuser() as connection:
            return in_order(connection.execute(EVERY_ROW).fetchall())

    def relations(self) -> list[str]:
        """Returns the names of the staging tables."""
        with self.superuser() as connection:
            query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE %s"
            return [name for (name,) in connection.execute(query, [STAGING]).fetchall()]

    def save(self) -> None:
        """Keeps the table's rows for `restore`."""
        with self.superuser() as connection, connection.transaction():
            connection.execute(f"TRUNCATE saved; INSERT INTO saved TABLE {TABLE}")

    def restore(self) -> None:
        """Restores the saved rows, and removes staging tables and the trigger."""
        with self.superuser() as connection, connection.transaction():
            for name in self.relations():
                connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
            connection.execute(
                f"DROP FUNCTION IF EXISTS hold CASCADE; TRUNCATE {TABLE}; INSERT INTO {TABLE} TABLE saved"
            )

    def kill(self, daemon: Callable[[Instance], Daemon]) -> None:
        """Kills a part of the environment and all processes that it started, with SIGKILL."""
        process = daemon(self.instance).process()
        assert process is not None
        everything = [process, *process.children(recursive=True)]
        for each in everything:
            try:
                each.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(everything, timeout=30)

    def recover(self, *, forgot: bool = False) -> None:
        """Starts the parts that do not run. `forgot` says that LocalStack lost its resources."""
        lifecycle.start(self.instance)
        if forgot:
            self.provision()

    def restart_postgres(self) -> None:
        self.kill(postgres.daemon)
        postgres.start(self.instance)
