"""Makes the AWS calls of a local command: `python -m tests.kit.local_command boto3|init|terraform FOLDER PORT ROOT`.

It goes the way of `python -m scripts`, so that its caller's environment is what is on trial.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import boto3

from scripts.base.isolation import enter_local
from scripts.environment.instance import Instance, Ports
from scripts.terraform.root import Terraform

what, folder, port, root = sys.argv[1:]
enter_local()
instance = Instance.open(Path(folder), Ports(int(port), 2, 3))
if what == "boto3":
    print("client", instance.client("sts").get_caller_identity()["Account"])
    # This stands for a user's program in a shell with the lines of `make env`.
    os.environ.update(instance.aws_environment())
    print("shell", boto3.client("sts").get_caller_identity()["Account"])
    print("buckets", len(boto3.client("s3").list_objects_v2(Bucket="data").get("Contents", [])))
else:
    terraform = Terraform(instance, Path(root))
    if what == "init":
        terraform.init()
    print("terraform", terraform.changes())
