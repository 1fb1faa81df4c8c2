"""The commands behind make: ``python -m scripts COMMAND``."""

from __future__ import annotations

import signal
import sys

import click
from botocore.exceptions import BotoCoreError, ClientError

from scripts.base.console import err
from scripts.base.errors import CommandError
from scripts.base.isolation import enter_local
from scripts.commands import checks, local
from scripts.commands.aws import aws
from scripts.commands.cost import cost


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """Commands of the local environment and, below `aws`, of an AWS account. The Makefile's targets call them."""
    # Only the AWS commands may see the user's profiles, keys and endpoints.
    context.obj = [] if context.invoked_subcommand == aws.name else enter_local()


for command in (*local.COMMANDS, *checks.COMMANDS, cost, aws):
    cli.add_command(command)


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
