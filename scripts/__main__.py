"""The door: `python -m scripts COMMAND`. It finds the command, and turns errors into messages and exit codes."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

import click

from scripts.base.console import complain, err
from scripts.base.errors import CommandError, OptionError
from scripts.base.isolation import enter_local
from scripts.cloud.refusals import KNOWN, message
from scripts.commands import checks, dev, local, look, mutants, snapshots, terminal
from scripts.commands.aws import aws
from scripts.commands.aws_parity import aws_parity
from scripts.commands.cost import cost
from scripts.commands.parity import parity
from scripts.commands.report import aws_report, report


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """Commands of the local environment and, below `aws`, of an AWS account. The Makefile's targets call them."""
    # Only the AWS commands may see the user's profiles, keys and endpoints.
    context.obj = [] if context.invoked_subcommand == aws.name else enter_local()


_GROUPS = (
    local.COMMANDS,
    dev.COMMANDS,
    snapshots.COMMANDS,
    look.COMMANDS,
    terminal.COMMANDS,
    checks.COMMANDS,
    mutants.COMMANDS,
    [cost, parity, report, aws],
)
for command in (each for group in _GROUPS for each in group):
    cli.add_command(command)

aws.add_command(aws_parity)
aws.add_command(aws_report)


def main() -> None:
    # On a termination or a hang-up too a command tidies up as after Ctrl-C. A shell that starts a command in the
    # background makes it ignore interrupts, and only `nohup` wants a hang-up ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        cli(standalone_mode=False)
    except KNOWN as error:
        if os.environ.get("TRACEBACK") and not isinstance(error, CommandError):
            raise
        _fail(message(error))
    except click.BadParameter as error:
        _fail(_of_parameter(error))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        err.print("interrupted")
        sys.exit(130)


def _of_parameter(error: click.BadParameter) -> OptionError:
    """Names the variable that was typed after the target, which is the option's value."""
    variable = error.param.envvar if error.param else None
    if not isinstance(variable, str):
        return OptionError(error.format_message(), "make help-all shows what each target takes")
    return OptionError(
        f"{variable}={os.environ.get(variable, '')}: {error.message}", f"leave {variable} out, or give it another value"
    )


def _fail(error: CommandError) -> NoReturn:
    complain(error)
    sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
