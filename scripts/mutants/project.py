"""The project in one running environment: a copy of its files is deployed there and its job run, again and again."""

from __future__ import annotations

import time
from typing import Any, Protocol

from scripts.base.console import Pulse, say
from scripts.base.errors import CommandError, TerraformError
from scripts.case import failures, job
from scripts.environment import database, snapshots, tables
from scripts.environment.instance import Instance
from scripts.mutants.judging import Outcome
from scripts.mutants.tree import Tree
from scripts.terraform.root import Terraform

# The modules that are off by default are on, so that a patch to them changes something.
VARIABLES = {"alarms_enabled": "true", "monthly_budget_usd": "15", "alarm_email": "ninguem@example.com"}
LONGEST_RUN_SECONDS = 300
_DROP = "DROP TABLE IF EXISTS performance_academica"


class Project(Protocol):
    """What the runner needs of the project."""

    def deploy(self, *, sql: bool = False) -> Outcome:
        """Deploys the tree as it is now. With `sql` the table is made anew from the tree's files."""

    def run(self) -> Outcome:
        """Runs the job once."""

    def restore(self) -> None:
        """Makes the environment that of the unmutated tree again. No patch may be applied to the tree."""


class LocalProject:
    """The project in an environment of its own. `snapshot` is the name of that of the unmutated project."""

    def __init__(self, instance: Instance, tree: Tree, snapshot: str) -> None:
        self._instance, self._tree, self._snapshot = instance, tree, snapshot
        self._terraform = Terraform(instance, tree.terraform)
        self._outputs: dict[str, Any] = {}
        self._made_by_sql = False

    def prepare(self) -> None:
        """Applies the unmutated tree in a started environment, runs the job once, and makes the snapshot.

        Raises:
            CommandError: the unmutated project fails. No mutant could be judged.
        """
        self._terraform.init()
        say("applying the unmutated terraform/ (about 80 s, most of it fixed waits of the provider)")
        self._terraform.apply(VARIABLES, lines=[])
        self._outputs = self._terraform.outputs()
        self._make_table()
        say("running the unmutated job")
        if (outcome := self.run()).failed_at:
            raise CommandError(
                f"the unmutated project fails, so no mutant can be judged:\n{outcome.said}",
                "run `make e2e`, correct what it names, then `make mutants` again",
            )
        snapshots.make(self._instance, self._snapshot)

    def deploy(self, *, sql: bool = False) -> Outcome:
        """Applies the tree's terraform/ without a refresh, and makes the table."""
        lines: list[str] = []
        try:
            self._terraform.apply(VARIABLES, refresh=False, lines=lines)
        except TerraformError as error:
            said = "".join(lines)
            # Terraform prints the plan before it changes anything.
            planned = "\nPlan: " in said or "\nNo changes." in said
            begin = said.find("Error: ")
            return Outcome("apply" if planned else "plan", said[begin:] if begin >= 0 else str(error))
        self._outputs = self._terraform.outputs()
        anew, self._made_by_sql = sql or self._made_by_sql, sql
        try:
            # Always: a cluster that Terraform made anew has no table.
            self._make_table(anew=anew)
        except CommandError as error:
            return Outcome("deploy", str(error))
        return Outcome("", "")

    def run(self) -> Outcome:
        """Runs the job, and returns what `make run` says about it. A run that lasts too long is stopped."""
        shown: list[str] = []
        pulse, glue, began = Pulse(), self._instance.client("glue"), time.monotonic()
        name = self._outputs["glue_job_performance_academica_name"]

        def waiting(state: str) -> None:
            pulse.alive(state)
            if time.monotonic() - began > LONGEST_RUN_SECONDS:
                runs = glue.get_job_runs(JobName=name, MaxResults=1)["JobRuns"]
                glue.batch_stop_job_run(JobName=name, JobRunIds=[each["Id"] for each in runs])

        try:
            ended = job.run(self._instance, self._outputs, show=shown.append, waiting=waiting)
        except CommandError as error:
            return Outcome("deploy", str(error))
        if ended.state == "SUCCEEDED":
            detail = glue.get_job_run(JobName=name, RunId=ended.id)["JobRun"].get("StateDetail", "")
            return Outcome("", "\n".join([*shown, ended.error, detail]))
        failure = failures.look_into(self._instance, self._outputs, ended, failures.Typed())
        return Outcome("run", "\n".join([*shown, failures.cause(failure), failures.remedy(failure)]))

    def restore(self) -> None:
        """Puts back the snapshot of the unmutated project."""
        say("bringing the environment back")
        snapshots.put_back(self._instance, self._snapshot)
        self._made_by_sql = False
        self._outputs = self._terraform.outputs()

    def _make_table(self, *, anew: bool = False) -> None:
        """Runs the tree's files of sql/, after the table is dropped if it shall be made anew."""
        folder = self._tree.folder / "sql"
        with database.connect(self._instance, self._outputs) as connection:
            way = database.Psycopg(connection)
            if anew:
                connection.execute(_DROP)
            for path in [folder / "01_create_tables.sql", *tables.migrations(folder / "migrations")]:
                way.run(path)
