"""`make bench-parity`: what judging costs a GetObject. Two environments, one with PARITY=off, answer in turns."""

from __future__ import annotations

import json
import os
import statistics
import time
from contextlib import ExitStack
from typing import Any

import boto3
import click

from scripts.base.console import Pulse, say
from scripts.base.isolation import REGION
from scripts.base.paths import LOCAL
from scripts.environment import lifecycle, localstack
from scripts.environment.instance import Instance, Ports

MODES = ("off", "enforce")
MOST_MS = 1.0
_BUCKET, _ROLE = "bench-parity", "bench-parity"
_WARM_UP = 100


def run() -> int:
    """Measures N requests of each kind (1,000 by default). Returns 1 when BARS=1 and judging takes more than a ms."""
    count = _count(os.environ.get("N") or "1000")
    with ExitStack() as stack:
        instances = {mode: stack.enter_context(_running(mode)) for mode in MODES}
        clients = {mode: _session(instance) for mode, instance in instances.items()}
        say(f"{'GetObject of':<14}{'off, ms':>10}{'enforce, ms':>14}{'more, ms':>10}{'ratio':>8}{'more CPU, ms':>14}")
        slower = [_measured(instances, clients, key, count) for key in ("plain", "encrypted")]
    missed = max(slower) > MOST_MS
    say(f"The bar is at most {MOST_MS:g} ms more, in the median of {count}: {'missed' if missed else 'kept'}.")
    return int(missed and os.environ.get("BARS") == "1")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise click.UsageError(f"N={text} is not a number of requests")
    return int(text)


def _running(mode: str) -> Any:
    instance = Instance.open(LOCAL / f"bench-parity-{mode}-{os.getpid()}", Ports.free())
    return lifecycle.running(instance, localstack_env={"EMULATOR_PARITY": mode})


def _session(instance: Instance) -> Any:
    """Returns S3's client of a session that may read two objects. It makes them, their key and the role."""
    s3, iam, kms, sts = (instance.client(name) for name in ("s3", "iam", "kms", "sts"))
    key = kms.create_key()["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket=_BUCKET)
    s3.put_object(Bucket=_BUCKET, Key="plain", Body=b"x" * 1000)
    with_key = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key, "BucketKeyEnabled": True}
    s3.put_object(Bucket=_BUCKET, Key="encrypted", Body=b"x" * 1000, **with_key)
    account = sts.get_caller_identity()["Account"]
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=_ROLE, AssumeRolePolicyDocument=_document(trust))
    read = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": f"arn:aws:s3:::{_BUCKET}*"}
    use = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}
    iam.put_role_policy(RoleName=_ROLE, PolicyName="read", PolicyDocument=_document(read, use))
    arn = f"arn:aws:iam::{account}:role/{_ROLE}"
    given = sts.assume_role(RoleArn=arn, RoleSessionName="bench")["Credentials"]
    return boto3.client(
        "s3",
        endpoint_url=instance.endpoint_url,
        region_name=REGION,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _cpu(instance: Instance) -> float:
    """Returns the milliseconds of processor time that an instance's LocalStack has used."""
    process = localstack.daemon(instance).process()
    assert process
    used = process.cpu_times()
    return float(used.user + used.system) * 1000


def _measured(instances: dict[str, Instance], clients: dict[str, Any], key: str, count: int) -> float:
    """Shows the medians of one object, and returns by how many milliseconds judging is slower.

    The processor time is a mean. Unlike the medians, it does not grow with what else the machine does.
    """
    taken: dict[str, list[float]] = {mode: [] for mode in clients}
    pulse = Pulse()
    began_cpu: dict[str, float] = {}
    for turn in range(_WARM_UP + count):
        if turn == _WARM_UP:
            began_cpu = {mode: _cpu(instance) for mode, instance in instances.items()}
        # Each request has its neighbour in the other mode, so what else the machine does falls on both.
        for mode in (MODES, MODES[::-1])[turn % 2]:
            began = time.perf_counter()
            clients[mode].get_object(Bucket=_BUCKET, Key=key)["Body"].read()
            if turn >= _WARM_UP:
                taken[mode].append((time.perf_counter() - began) * 1000)
        pulse.alive(f"GetObject {turn} of {_WARM_UP + count}")
    off, enforce = (statistics.median(taken[mode]) for mode in MODES)
    cpu_off, cpu_enforce = ((_cpu(instances[mode]) - began_cpu[mode]) / count for mode in MODES)
    more = f"{enforce - off:>10.2f}{enforce / off:>8.2f}{cpu_enforce - cpu_off:>14.2f}"
    say(f"{key:<14}{off:>10.2f}{enforce:>14.2f}{more}")
    return enforce - off
