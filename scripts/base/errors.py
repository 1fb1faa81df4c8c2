"""The errors that commands raise for the user. Each says what happened and what to do."""

from __future__ import annotations

import errno
import os
import shlex
from subprocess import CalledProcessError


class CommandError(Exception):
    """A command can't go on. `cause` is one sentence on what is wrong, `remedy` one on what to do about it.

    `exit_code` is the command's (docs/interfaces.md).
    """

    exit_code = 1

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause, remedy)
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.cause}\n  -> {self.remedy}" if self.remedy else self.cause


class OptionError(CommandError):
    """The command has no such option, or its value is of another kind."""

    exit_code = 2


class SetupError(CommandError):
    """Something that the project needs could not be fetched, checked or built."""


class StartError(CommandError):
    """A process of the environment did not start, or did not become ready in time."""

    exit_code = 3


class NotRunningError(CommandError):
    """The command needs a live environment."""

    exit_code = 3

    def __init__(
        self, what: str = "the local environment is not running", remedy: str = "start it with `make local-up`"
    ) -> None:
        super().__init__(what, remedy)


class NoAnswerError(CommandError):
    """AWS, or what stands in for it here, can't be reached."""

    exit_code = 3


class TerraformError(CommandError):
    """terraform is missing, too old, or ended with an error.

    `resource_exists` says that it found a resource which it should make, `cut_off` that it or its provider was killed.
    """

    def __init__(self, cause: str, remedy: str, *, resource_exists: bool = False, cut_off: bool = False) -> None:
        super().__init__(cause, remedy)
        self.resource_exists = resource_exists
        self.cut_off = cut_off


class JobError(CommandError):
    """A job run did not end as SUCCEEDED."""

    exit_code = 4


class GuardError(CommandError):
    """A command for AWS refuses to continue: the user named no account, or the environment leads elsewhere."""


class DatabaseError(CommandError):
    """The database refused a statement, or did not wake up."""


_REMEDIES = {
    errno.EACCES: "give yourself the right to write there (chown, chmod), or use a folder of your own",
    errno.EPERM: "give yourself the right to write there (chown, chmod), or use a folder of your own",
    errno.EROFS: "make the file system writable, or use a folder elsewhere",
    errno.ENOSPC: "free some space, then type the same command again",
    errno.ENOTDIR: "a part of this path is a file: remove it, or choose another path",
}


def remedy_for(said: str, otherwise: str) -> str:
    """Returns the remedy for what a program said when it failed: a full disk, a closed folder, or `otherwise`."""
    for number, remedy in _REMEDIES.items():
        if os.strerror(number).lower() in said.lower():
            return remedy
    return otherwise


def of_user(error: OSError | ValueError | CalledProcessError) -> CommandError:
    """Returns the message for an error that no command expected: what failed, why, and what to do."""
    again = "TRACEBACK=1 before the same command shows where it failed"
    if isinstance(error, CalledProcessError):
        said = str(error.stderr or error.stdout or "").strip()[-1500:]
        return CommandError(
            f"{shlex.join(map(str, error.cmd))} ended with {error.returncode}: {said or 'it said nothing'}",
            remedy_for(said, f"correct what the message names; {again}"),
        )
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return CommandError(f"{where}{error.strerror or error}", _REMEDIES.get(error.errno or 0, again))
    return CommandError(f"a value can't be used: {error}", f"correct it; {again}")
