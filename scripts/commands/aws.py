"""The commands for an AWS account."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from scripts.base.console import out, say, step
from scripts.base.errors import CommandError
from scripts.base.paths import relative
from scripts.case import deployment, job, queries, rows, verification
from scripts.case.data_api import DataApi
from scripts.case.deployment import How
from scripts.cloud import state_bucket, teardown
from scripts.cloud.account import Account
from scripts.commands import look, runs
from scripts.commands.confirming import ask, chosen_account
from scripts.cost import page
from scripts.cost.charges import monthly_cost
from scripts.environment import tables
from scripts.supply import wheels
from scripts.terraform import approval
from scripts.terraform.root import Terraform

ONE_RUN = "costs about $0.03 (2 DPU for a minute or two), and wakes Aurora for some minutes (about $0.01)"


@click.group()
def aws() -> None:
    """Commands of an AWS account. Each says what it will do and what that costs, and asks before a change."""


@aws.command("bootstrap")
def bootstrap() -> None:
    """Create the bucket of Terraform's state."""
    account = chosen_account()
    name = account.state_bucket
    ask(
        account,
        f"will create or complete the S3 bucket {name}: versioned, encrypted, closed to the public, TLS only",
        "costs less than a cent a month; to undo it, empty and delete the bucket once no environment is left",
    )
    partition = account.partition
    created = state_bucket.ensure(account.client("s3"), name, account.account_id, account.region, partition)
    say(f"bucket {name} " + ("is created" if created else "existed; its settings are correct"))
    _next(account, "aws-plan")


@aws.command("plan")
def plan() -> None:
    """Show what an apply would change, and save that plan."""
    account = chosen_account()
    say("will compare terraform/ with the account; this changes nothing and costs nothing")
    terraform, file, outputs = _terraform(account), _plan_file(account), account.folder / "plan.outputs"
    wheels.fetch()
    for old in (file, outputs):
        old.unlink(missing_ok=True)
    terraform.plan(file)
    document = terraform.show(str(file))
    outputs.write_text(approval.outputs(document))
    say(f"once applied, this environment costs {_cost(document)}")
    say(f"hash of this plan: {approval.digest(document)} (aws-apply PLAN_HASH=… refuses every other plan)")
    _next(account, "aws-apply")


@aws.command("apply")
def apply() -> None:
    """Carry out the saved plan."""
    account = chosen_account()
    file = _plan_file(account)
    if not file.exists():
        raise CommandError(
            "no plan is saved for this account and environment", "make a plan and read it: make aws-plan"
        )
    terraform = _terraform(account)
    document = terraform.show(str(file))
    if "PLAN_HASH" in os.environ:
        approval.check(document, os.environ["PLAN_HASH"], os.environ.get("PLAN_CHANGES", ""))
    ask(
        account,
        f"will carry out the plan of {_when(file)}: {_counts(document)}",
        f"costs {_cost(document)}, from now until `make aws-destroy`",
    )
    try:
        terraform.apply_plan(file)
    finally:
        file.unlink(missing_ok=True)  # Terraform takes no plan twice, not even a failed one
    _next(account, "aws-create-tables")


@aws.command("create-tables")
def create_tables() -> None:
    """Make the table or bring it up to date, through the RDS Data API."""
    account = chosen_account()
    outputs = _terraform(account).outputs()
    files = ", ".join(relative(path) for path in (tables.CREATE_TABLES, *tables.migrations()))
    ask(
        account,
        f"will run {files} in {outputs['aurora_cluster_identifier']}; a table that has everything stays as it is",
        "wakes Aurora for some minutes (about $0.01); a new table is undone by DROP TABLE performance_academica",
    )
    say(tables.report(tables.bring_up_to_date(_data_api(account, outputs))))
    _next(account, "aws-run")


@aws.command("query")
@look.query_options
def query(sql: str, names: str) -> None:
    """Show the analyses, those that NAME=… lists, or the result of SQL=…."""
    wanted = queries.chosen(sql, names)
    account = chosen_account()
    outputs = _terraform(account).outputs()
    say("will run a read-only transaction; this wakes Aurora for some minutes (about $0.01)")
    look.show_results(_data_api(account, outputs), wanted)


@aws.command("run")
@runs.run_options
def run(data: Path | None, arguments: str, fresh: bool) -> None:
    """Run the job once, following its log."""
    account = chosen_account()
    request = runs.Request.of(data, arguments, fresh)
    terraform = _terraform(account)
    state = terraform.state()
    outputs = terraform.outputs(state)
    bucket = outputs["bucket_data_name"]
    job.check_idle(account, outputs)
    pending = False
    for each in deployment.differences(account, bucket, state):
        say(f"{each}: this run uses what is in the bucket")
        pending |= each.how is not How.REPLACED
    if pending:
        say("make aws-plan, then make aws-apply, deploy what is saved")
    uploads = [f"will upload {request.data.folder} to s3://{bucket}/{request.data.prefix}"] if request.data else []
    empties = ["will first remove every row of the table, which can't be undone"] if fresh else []
    ask(
        account,
        *uploads,
        *empties,
        f"will start one run of {outputs['glue_job_performance_academica_name']}; Ctrl-C stops it",
        ONE_RUN,
    )

    @contextmanager
    def transaction() -> Iterator[rows.Execute]:
        with _data_api(account, outputs).transaction() as execute:
            yield lambda sql: execute(sql).rows

    ended = runs.carry_out(account, outputs, request, transaction)
    typed = runs.typed("make aws-run", data, arguments, fresh)
    runs.report(account, outputs, ended, typed, transaction)


@aws.command("verify")
def verify() -> None:
    """Check counts, Parquet, table and analyses, and that a second run changes nothing."""
    account = chosen_account()
    outputs = _terraform(account).outputs()
    ask(account, "will read the last run's results and start a second run, which changes nothing", ONE_RUN)
    checks = verification.verify(account, outputs, _data_api(account, outputs), say)
    table = Table("check", "result", "found", title="What is deployed")
    for check in checks:
        result = {True: "[green]passed[/]", False: "[red]FAILED[/]", None: "[yellow]not checked[/]"}[check.passed]
        table.add_row(check.title, result, check.detail)
    out.print(table)
    if failed := [check.title for check in checks if check.passed is False]:
        raise CommandError(
            f"{len(failed)} of {len(checks)} checks failed",
            f"read the last run's log: aws logs tail {outputs['glue_log_group_error']} --since 1h",
        )


@aws.command("destroy")
def destroy() -> None:
    """Remove everything that Terraform made, and say what stays."""
    account = chosen_account()
    terraform = _terraform(account)
    resources = _resources(terraform.show())
    memory = account.folder / "destroying.json"
    known = teardown.known(memory, resources)
    if not known and not resources:
        say("nothing to destroy: the state is empty")
        return
    teardown.check_not_protected(account, known)
    ask(
        account,
        f"will destroy the {len(resources)} resources in this environment's state, the database among them",
        *(f"will first remove every version of every object in s3://{bucket}" for bucket in known.buckets.values()),
        *(f"a last snapshot, {each}, keeps the rows; its key is kept too" for each in known.snapshots.values()),
        *["there will be no snapshot: the rows will be lost"] * (not known.snapshots),
        "can't be undone. All costs end except those listed afterwards",
    )
    for bucket in known.buckets.values():
        with step(f"emptying s3://{bucket}"):
            removed = teardown.empty_bucket(account, bucket)
        say(f"{removed} versions removed")
    terraform.destroy()
    teardown.keep_keys_of_snapshots(account, known)
    say("what stays:")
    for line in teardown.left(account, known):
        say(f"  {line}")
    memory.unlink(missing_ok=True)


def _next(account: Account, target: str) -> None:
    say(f"next: make {target} ACCOUNT={account.account_id} ENVIRONMENT={account.environment}")


def _terraform(account: Account) -> Terraform:
    terraform = Terraform(account)
    terraform.init()
    return terraform


def _data_api(account: Account, outputs: dict[str, Any]) -> DataApi:
    return DataApi(account, outputs, waking=lambda: say("Aurora was paused and is waking up …"))


def _plan_file(account: Account) -> Path:
    return account.folder / "plan"


def _cost(document: dict[str, Any]) -> str:
    """The price of a plan as text. An unknown price is no reason to refuse the plan."""
    try:
        return page.summary(monthly_cost(document))
    except CommandError as error:
        return f"an unknown sum ({error.cause})"


def _when(file: Path) -> str:
    return f"{datetime.fromtimestamp(file.stat().st_mtime):%Y-%m-%d %H:%M}"


def _counts(shown: dict[str, Any]) -> str:
    actions = [each["change"]["actions"] for each in shown.get("resource_changes", []) if each["mode"] == "managed"]
    found = {name: sum(name in each for each in actions) for name in ("create", "update", "delete")}
    return ", ".join(f"{number} to {name}" for name, number in found.items())


def _resources(shown: dict[str, Any]) -> list[dict[str, Any]]:
    """The managed resources of a state, with those of its modules."""

    def of(module: dict[str, Any]) -> list[dict[str, Any]]:
        own = [each for each in module.get("resources", []) if each["mode"] == "managed"]
        return own + [each for child in module.get("child_modules", []) for each in of(child)]

    return of(shown.get("values", {}).get("root_module", {}))
