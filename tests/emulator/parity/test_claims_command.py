"""`make test-aws-parity` against the emulator, which poses as AWS: what it says, records, compares and leaves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.base.isolation import ACCOUNT, REGION
from scripts.base.paths import LOCAL
from scripts.claims import leftovers, names
from scripts.claims.place import Place
from scripts.claims.stage import Stage
from tests.emulator.conftest import Environment
from tests.kit.identity import IdentityKit, allow
from tests.kit.make import HOSTILE, try_make, watched_make

pytestmark = pytest.mark.emulator

# The rehearsal of the aws-* targets has the folder of dev, and may run at the same time.
ENVIRONMENT = "prod"
RECORDINGS = LOCAL / "aws" / f"{ACCOUNT}-{ENVIRONMENT}" / "recordings"
# A few of each sort: refused, accepted, asked by a role, about a thing that costs.
SOME = "denied-s3-get,iam-managed-6144,s3-object-eleven-tags,logs-retention,secret-missing,denied-secret-read"


class User:
    """Types the target in a shell that took the variables of `make env`."""

    def __init__(self, environment: Environment) -> None:
        instance = environment.instance
        self.shell = {
            **os.environ,
            **{name: "" for name in HOSTILE if name.startswith("TF_")},
            "AWS_ENDPOINT_URL": instance.endpoint_url,
            "TF_VAR_aurora_ca_bundle": str(instance.authority),
            "ACCOUNT": ACCOUNT,
            "ENVIRONMENT": ENVIRONMENT,
        }
        self.place = Place(ACCOUNT, REGION, f"arn:aws:iam::{ACCOUNT}:root", instance.endpoint_url)

    def types(self, typed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return try_make("test-aws-parity", environment={**self.shell, **variables}, typed=typed)

    def left(self) -> list[str]:
        return [str(each) for each in leftovers.find(self.place).things]


@pytest.fixture(scope="module")
def user(environment: Environment) -> User:
    return User(environment)


@pytest.fixture(scope="module")
def first_run(user: User, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a first run recorded."""
    shutil.rmtree(RECORDINGS, ignore_errors=True)
    done = user.types(CLAIMS=SOME, YES="1")
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(shutil.copytree(RECORDINGS, tmp_path_factory.mktemp("claims") / "first"))


@pytest.fixture(autouse=True)
def nothing_recorded() -> Iterator[None]:
    """Each test begins alike, whichever ran before it and whatever that one recorded."""
    shutil.rmtree(RECORDINGS, ignore_errors=True)
    yield
    shutil.rmtree(RECORDINGS, ignore_errors=True)


@pytest.fixture
def recorded(first_run: Path, nothing_recorded: None) -> Path:
    """The folder of the recordings, as a first run leaves it."""
    return Path(shutil.copytree(first_run, RECORDINGS))


def test_it_says_the_price_first_and_makes_nothing_before_the_account_is_typed(user: User) -> None:
    done = user.types(CLAIMS=SOME, typed="no\n")
    assert done.returncode != 0
    said = done.stdout
    assert "will ask 6 claims" in said and "a secret ($0.0006 an hour)" in said and "costs at most $0.0" in said
    assert said.index("costs at most") < said.index("type the account's number")
    assert "nothing was changed" in done.stderr
    assert user.left() == [] and not RECORDINGS.exists()


def test_it_refuses_another_account(user: User) -> None:
    done = user.types(ACCOUNT="111122223333", YES="1")
    assert done.returncode != 0
    assert "AWS_ENDPOINT_URL is set, so calls would not reach AWS" in done.stderr
    assert user.left() == []


def test_it_records_each_answer_and_leaves_nothing(user: User, recorded: Path) -> None:
    assert {path.stem for path in recorded.iterdir()} == set(SOME.split(","))
    found = json.loads((recorded / "denied-s3-get.json").read_text())
    assert found["source"] == "the emulator"
    assert (found["operation"], found["code"], found["region"]) == ("s3:GetObject", "AccessDenied", REGION)
    assert found["request"] == {"Bucket": "{bucket}", "Key": "object"}
    assert found["sentence"] == (
        'User: {session} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::{prefix}-bucket/object" '
        "because no identity-based policy allows the s3:GetObject action"
    )
    assert json.loads((recorded / "iam-managed-6144.json").read_text())["code"] == ""
    assert not any(names.tells(path.read_text()) for path in recorded.iterdir())
    assert user.left() == []


def test_a_later_run_is_compared_and_red_where_the_recording_differs(user: User, recorded: Path) -> None:
    path = recorded / "s3-object-eleven-tags.json"
    before = path.read_text()
    path.write_text(before.replace('"BadRequest"', '"InvalidTag"'))
    altered = path.read_text()
    chosen = {"CLAIMS": "s3-object-eleven-tags,logs-retention", "YES": "1"}
    done = user.types(**chosen, COLUMNS="300")
    assert done.returncode != 0
    assert "s3-object-eleven-tags" in done.stdout and "InvalidTag" in done.stdout
    assert "1 of 2 claims are as claimed" in done.stdout
    assert path.read_text() == altered  # a difference is a finding, not a new truth
    done = user.types(**chosen, RECORD="1")
    assert done.returncode == 0, done.stdout
    assert json.loads(path.read_text()) == json.loads(before)
    assert user.left() == []


def test_a_caller_without_rights_is_told_which_are_missing(user: User, identity: IdentityKit) -> None:
    """The rehearsal asks by the shell's session. What it can't look for in the end is said too."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/{identity.role(allow('s3:*'))}"
    keys = identity.client("sts").assume_role(RoleArn=arn, RoleSessionName="user")["Credentials"]
    shell = {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    done = user.types(CLAIMS="s3-object-ten-tags,denied-s3-get", YES="1", **shell)
    assert done.returncode != 0
    assert "denied-s3-get or what it needs could not be asked for" in done.stderr
    assert "not authorized to perform: iam:CreateRole" in done.stderr
    assert "could not be looked for: things of the kind role" in done.stdout
    assert user.left() == []  # the bucket is gone


def test_an_interrupted_run_cleans_up(user: User) -> None:
    pending = ["asked "]

    def interrupt(line: str, group: int) -> None:
        if pending and pending[0] in line:
            pending.clear()
            os.killpg(group, signal.SIGINT)

    _, said = watched_make("test-aws-parity", environment={**user.shell, "YES": "1", "KEYS": "1"}, on_line=interrupt)
    assert not pending, said
    assert "nothing is left" in said
    assert user.left() == []


def test_what_a_killed_run_left_is_listed_and_removed(user: User) -> None:
    stage = Stage(user.place)
    for thing in ("bucket", "bounded", "subnet", "security_group", "network_acl", "log_group", "topic", "secret"):
        getattr(stage, thing)
    user.place.client("s3").put_object(Bucket=stage.bucket, Key="k", Body=b"x")
    others = user.place.client("s3")
    others.create_bucket(Bucket="letrus-aws-parity-of-somebody")
    key = stage.key
    done = user.types(CLEAN="1", typed="no\n")
    assert done.returncode != 0
    for name in (
        "bucket",
        "bounded",
        "boundary",
        "subnet",
        "security-group",
        "network-acl",
        "logs",
        "topic",
        "secret",
        "key",
    ):
        assert f"{stage.token}-{name}" in done.stdout, name
    assert user.left()
    done = user.types(CLEAN="1", typed=f"{ACCOUNT}\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert user.left() == []
    assert user.place.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    others.delete_bucket(Bucket="letrus-aws-parity-of-somebody")  # it is still there
