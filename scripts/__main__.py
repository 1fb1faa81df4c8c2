"""The commands behind make: ``python -m scripts COMMAND``."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from pathlib import Path

import click
from botocore.exceptions import BotoCoreError, ClientError

from scripts.base.console import err, say
from scripts.base.errors import CommandError, NotRunningError, TerraformError
from scripts.base.isolation import enter_local
from scripts.base.paths import WHEELS, relative
from scripts.case import job
from scripts.checks import bench, images, layers
from scripts.commands import aws
from scripts.commands.cost import cost
from scripts.environment import database, lifecycle, runtime
from scripts.environment.instance import DEFAULT_PORTS, Instance, Ports, user_instance_folder
from scripts.supply import locking, wheels
from scripts.terraform.root import Terraform


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """Commands of the local environment, and (aws-…) of an AWS account; the Makefile's targets call them."""
    # Profiles, keys, endpoints of the user's: in an AWS command they lead to the account, elsewhere they have no say.
    to_aws = (context.invoked_subcommand or "").startswith("aws-")
    context.obj = [] if to_aws else enter_local()


@cli.command()
def setup() -> None:
    """Fetch and build all that the environment needs."""
    name, reason = runtime.choose()
    say(f"runtime: {name} ({reason})")
    lifecycle.setup(name)
    say("set-up is complete")


@cli.command()
def up() -> None:
    """Start the environment, apply terraform/, create the tables."""
    folder = user_instance_folder()
    instance = Instance.load(folder)
    if instance is None or runtime.of(instance).idle(instance) == runtime.ALL:
        instance = lifecycle.new(folder, Ports.chosen())
    else:
        _check_asked_is(instance)
        lifecycle.setup(instance.runtime)
    already = lifecycle.is_running(instance)
    with lifecycle.stopped_on_interrupt(instance):
        lifecycle.start(instance)
        changed = lifecycle.provision(instance)
    if already and not changed:
        say("the environment was up already: nothing changed")
    _summary(instance)


def _check_asked_is(instance: Instance) -> None:
    """Raises CommandError when the user asks for other ports or another runtime than those of the live instance."""
    if any(os.environ.get(name) for name in DEFAULT_PORTS) and Ports.chosen() != instance.ports:
        raise CommandError("the environment runs on other ports", "end it first: make local-down")
    if os.environ.get("RUNTIME", "auto") not in ("auto", instance.runtime):
        raise CommandError(f"the environment runs in the {instance.runtime} runtime", "end it first: make local-down")


@cli.command()
def down() -> None:
    """Stop the environment; its database stays for the next start."""
    instance = Instance.load(user_instance_folder())
    stopped = lifecycle.stop(instance) if instance else False
    say("the environment is down" if stopped else "nothing was running")


@cli.command()
def reset() -> None:
    """Stop the environment and remove its data."""
    instance = Instance.load(user_instance_folder())
    if instance:
        lifecycle.remove(instance)
    say("the environment and its data are gone; the next `make local-up` begins anew")


@cli.command()
@click.option(
    "--data",
    envvar="DATA",
    type=click.Path(path_type=Path),
    help="Folder whose CSVs are uploaded to raw/ first.",
)
@click.option("--args", "arguments", envvar="ARGS", default="", help="Arguments of this run: --key value …")
def run(data: Path | None, arguments: str) -> None:
    """Run the job once, following its log."""
    instance = _running()
    outputs = Terraform(instance).outputs()
    parsed = job.parse_arguments(arguments)
    if data:
        for key in job.upload(instance, outputs["bucket_data_name"], data):
            say(f"uploaded {key}")
    ended = job.run(instance, outputs, parsed, show=say)
    aws.report(ended, "its Spark log: make logs RUN_ID=" + ended.id)


@cli.command()
@click.pass_obj
def env(inherited: list[str]) -> None:
    """Print export lines for terraform, aws, boto3 and psql."""
    instance = _running()
    terraform = Terraform(instance)
    outputs = terraform.outputs()
    variables = terraform.environment()
    found = database.parameters(instance, outputs)
    variables |= {
        "PGHOST": str(found["host"]),
        "PGPORT": str(found["port"]),
        "PGDATABASE": str(found["dbname"]),
        "PGUSER": str(found["user"]),
        "PGSSLMODE": "require",
        **({"PGHOSTADDR": found["hostaddr"]} if "hostaddr" in found else {}),
        "PGPASSFILE": str(database.write_pgpass(instance, outputs)),
    }
    # Whatever else could lead an SDK to a real account is taken out of the shell.
    for name in inherited:
        if name not in variables:
            click.echo(f"unset {name}")
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")


@cli.command()
def status() -> None:
    """Show what runs, where, and the last runs of the job."""
    instance = Instance.load(user_instance_folder())
    if instance is None:
        raise NotRunningError()
    say(f"runtime    {instance.runtime}")
    for line in runtime.of(instance).status(instance):
        say(line)
    if lifecycle.is_running(instance):
        try:
            _summary(instance)
        except TerraformError as error:
            say(str(error))


@cli.command()
@click.option("--run-id", envvar="RUN_ID", default="", help="Run whose log is shown; the last one by default.")
@click.option("--group", envvar="GROUP", type=click.Choice(["output", "error"]), default="error")
def logs(run_id: str, group: str) -> None:
    """Show what a run logged."""
    instance = _running()
    for line in job.log_lines(instance, Terraform(instance).outputs(), run_id, group):
        say(line)


@cli.command()
@click.argument("names", metavar="LAYER…", nargs=-1, required=True, type=click.Choice(list(layers.LAYERS)))
def test(names: tuple[str, ...]) -> None:
    """Run layers of checks."""
    sys.exit(layers.run(names))


@cli.command(name="format")
def format_() -> None:
    """Format the sources."""
    sys.exit(layers.format_sources())


@cli.command(name="bench")
def bench_() -> None:
    """Measure the job against its peers; variables: bench/README.md."""
    sys.exit(bench.run())


@cli.command(name="wheels")
def wheels_() -> None:
    """Fetch the wheels that the job takes to AWS."""
    wheels.fetch()
    say(f"{relative(WHEELS)} has {', '.join(sorted(path.name for path in WHEELS.glob('*.whl')))}")


@cli.command(name="verify-images")
def verify_images() -> None:
    """Check what the project takes for granted about the public images."""
    sys.exit(0 if images.verify() else 1)


@cli.command()
def lock() -> None:
    """Pin the requirements anew."""
    locking.lock()


cli.add_command(cost)
for command in aws.COMMANDS:
    cli.add_command(command)


def _running() -> Instance:
    instance = Instance.load(user_instance_folder())
    if instance is None or not lifecycle.is_running(instance):
        raise NotRunningError()
    return instance


def _summary(instance: Instance) -> None:
    outputs = Terraform(instance).outputs()
    say(f"AWS API      {instance.endpoint_url}")
    where = "{aurora_cluster_endpoint}:{aurora_cluster_port}/{aurora_database_name}".format(**outputs)
    say(f"PostgreSQL   {where}")
    say(f"data bucket  s3://{outputs['bucket_data_name']}")
    say(f"Glue job     {outputs['glue_job_performance_academica_name']}")
    name = outputs["glue_job_performance_academica_name"]
    for each in instance.client("glue").get_job_runs(JobName=name, MaxResults=5)["JobRuns"]:
        say(f"  run {each['Id'][:20]}… {each['JobRunState']} {each['StartedOn']:%Y-%m-%d %H:%M:%S}")
    say('next: `make run`; for your shell: eval "$(make -s env)"')


def main() -> None:
    # Ended by a program, or started in the background by a shell that ignores interrupts: tidy up as after Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        cli(standalone_mode=False)
    except CommandError as error:
        err.print("[red]error:[/red] ", end="")
        err.print(str(error), markup=False)
        sys.exit(1)
    except (BotoCoreError, ClientError) as error:  # a right that is missing, a region that is closed, no network
        err.print("[red]error:[/red] ", end="")
        err.print(f"AWS: {error}", markup=False)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        err.print("interrupted")
        sys.exit(130)


if __name__ == "__main__":
    main()
