"""What a killed command leaves of Terraform: processes that nobody waits for, and the lock of the state.

Local environments only. On AWS a lock may be another person's, and only a person can tell.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from botocore.exceptions import ClientError

from scripts.base import hcl
from scripts.base.console import say
from scripts.base.paths import TERRAFORM
from scripts.cloud.cloud import Cloud

# Terraform and its providers inherit the variable, which names the command that waits for them.
COMMAND = "LETRUS_COMMAND"
_SECONDS_FOR_STATE = 30  # an interrupted Terraform writes its state and gives the lock back


def command() -> str:
    """Returns this command's pid and start, which no other process has."""
    return f"{os.getpid()}:{psutil.Process().create_time()}"


def end_orphans(cloud: Cloud) -> int:
    """Ends Terraform and its providers where the command that started them is gone. Returns how many it ended."""
    orphans = [each for each in _processes(cloud) if not _is_waited_for(each)]
    sockets = [path for each in orphans for path in _sockets(each)]
    terraforms = [each for each in orphans if _name(each) == "terraform"]
    for each in terraforms:
        with suppress(psutil.Error):
            each.terminate()
    psutil.wait_procs(terraforms, timeout=_SECONDS_FOR_STATE)
    for each in orphans:
        with suppress(psutil.Error):
            each.kill()
    psutil.wait_procs(orphans, timeout=5)
    for path in sockets:
        path.unlink(missing_ok=True)
    return len(orphans)


def drop_lock(cloud: Cloud) -> bool:
    """Deletes the lock of a local state, and says so, unless a Terraform of this environment runs."""
    if any(_name(each) == "terraform" for each in _processes(cloud)):
        return False
    backend = _backend()
    bucket, key = backend["bucket"], f"{backend['key']}.tflock"
    s3 = cloud.client("s3")
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    s3.delete_object(Bucket=bucket, Key=key)
    say("a killed Terraform left the lock of this environment's state; no Terraform of it runs, so the lock is dropped")
    return True


def stored_state(cloud: Cloud) -> dict[str, Any]:
    """Returns the state of a local environment as its bucket has it; empty before the first apply."""
    backend = {**_backend(), **cloud.backend()}
    try:
        text = cloud.client("s3").get_object(Bucket=backend["bucket"], Key=backend["key"])["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket"):
            return {}
        raise
    found: dict[str, Any] = json.loads(text)
    return found


def _backend() -> dict[str, str]:
    (terraform,) = hcl.load(TERRAFORM / "backend.tf")["terraform"]
    s3 = dict(hcl.blocks(terraform, "backend"))["s3"]
    return {name: hcl.text(s3[name]) for name in ("bucket", "key")}


def _processes(cloud: Cloud) -> list[psutil.Process]:
    """Returns Terraform's processes on this environment, those of a person who took `make env` too."""
    folder = str(cloud.folder / "terraform")
    found = []
    for process in psutil.process_iter():
        if _name(process).startswith("terraform") and _environment(process).get("TF_DATA_DIR") == folder:
            found.append(process)
    return found


def _is_waited_for(process: psutil.Process) -> bool:
    """Returns whether the command that started the process lives. A person's own Terraform names no command."""
    name = _environment(process).get(COMMAND, "")
    if not name:
        return True
    pid, _, started = name.partition(":")
    try:
        return str(psutil.Process(int(pid)).create_time()) == started
    except (psutil.Error, ValueError):
        return False


def _sockets(process: psutil.Process) -> list[Path]:
    """Returns the files of the sockets on which a provider listens. A killed one leaves them in /tmp."""
    try:
        return [Path(each.laddr) for each in process.net_connections("unix") if each.laddr.startswith("/")]
    except psutil.Error:
        return []


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return dict(process.environ())
    except (psutil.Error, OSError):
        return {}


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.Error:
        return ""
