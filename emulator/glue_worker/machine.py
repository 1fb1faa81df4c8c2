"""Says what of this machine a run's script may use, where a run is not in Glue's image.

Source of the programs: Amazon Linux 2023, on which Glue 5.1 runs, with Python and Java. AWS publishes no list, so
this one has what POSIX asks for and no more. `psql`, `git`, `aws`, `terraform` and their like are not on it.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
from pathlib import Path

from glue_worker.config import Config
from glue_worker.machine_guard import HIDDEN, READ, WRITE
from glue_worker.runscript import MACHINE

PROGRAMS = frozenset(
    # One string: nobody reads a hundred lines of one word.
    "awk base64 basename bash cat chgrp chmod chown cksum cmp comm cp csplit curl cut date dd df "  # noqa: SIM905
    "diff dirname du echo egrep env expand expr factor false fgrep find fmt fold gawk getconf grep "
    "groups gunzip gzip head hostname id install join kill link ln logname ls md5sum mkdir mkfifo "
    "mknod mktemp mv nice nl nohup nproc numfmt od paste pathchk pr printenv printf ptx pwd "
    "readlink realpath rm rmdir sed seq sh sha1sum sha256sum sha512sum shred shuf sleep sort split "
    "stat stdbuf sum sync tac tail tar tee test timeout touch tr true truncate tsort tty uname "
    "unexpand uniq unlink wc who whoami xargs yes zcat".split()
)


def describe(config: Config, folder: Path, own: Path) -> None:
    """Writes the file that `machine_guard` reads, and a folder with Glue's programs. `own` is the worker's in `folder`.

    Does nothing unless the agent knows the folder of the project whose files Glue does not have.
    """
    if config.laptop is None:
        return
    programs = own / "bin"
    programs.mkdir()
    for name in PROGRAMS:
        if found := shutil.which(name):
            (programs / name).symlink_to(found)
    for names, program in ((("python3", "python"), config.python), (("java",), shutil.which("java"))):
        for name in names if program else ():
            # A link would take Python away from its packages.
            (programs / name).write_text(f'#!/bin/sh\nexec {shlex.quote(str(program))} "$@"\n')
            (programs / name).chmod(0o755)
    places = dict.fromkeys(("/tmp", "/var/tmp", "/dev", "/proc"), WRITE)  # noqa: S108
    # What a user of the machine has. A home that is the root of everything says nothing.
    places |= {str(place): HIDDEN for place in (Path.home(), config.laptop) if len(place.parts) > 1}
    if config.spark_home:
        places[str(config.spark_home)] = READ
    places[str(folder)] = WRITE
    text = {"programs": str(programs), "names": sorted(PROGRAMS | {"python3", "python", "java"}), "places": places}
    (own / MACHINE).write_text(json.dumps(text), encoding="utf-8")


def has(name: str) -> bool:
    """Returns whether this machine has the program or the file `name`."""
    return Path(name).exists() if os.sep in name else shutil.which(name) is not None
