"""When a command for AWS continues, and when it refuses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scripts.base.errors import GuardError
from scripts.base.isolation import Keys, aws_variables
from scripts.cloud.account import Account
from tests.kit.commands import command
from tests.kit.recorder import Recorder

pytestmark = pytest.mark.unit
REAL = {"AWS_ACCESS_KEY_ID": "AKIAREALLOOKINGKEY12", "AWS_SECRET_ACCESS_KEY": "real", "ACCOUNT": "123456789012"}
ELSEWHERE = "http://203.0.113.1:4566"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Removes the AWS variables and gives the test a home folder of its own."""
    for name in [*os.environ]:
        if name.startswith(("AWS_", "TF_", "ACCOUNT", "ENVIRONMENT", "STATE_BUCKET")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / ".aws").mkdir()
    return tmp_path / ".aws" / "config"


def refusal(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(GuardError) as caught:
        Account.chosen()
    assert caught.value.remedy
    return str(caught.value)


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"ACCOUNT": ""}, "no AWS account was named"),
        ({"ACCOUNT": "", "AWS_ACCOUNT_ID": "123456789012"}, "no AWS account was named"),
        ({"ACCOUNT": "12345"}, "ACCOUNT=12345"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "AWS_ENDPOINT_URL is set"),
        ({"AWS_ENDPOINT_URL_RDS_DATA": ELSEWHERE}, "AWS_ENDPOINT_URL_RDS_DATA is set"),
        ({"TF_AWS_S3_ENDPOINT": ELSEWHERE}, "TF_AWS_S3_ENDPOINT is set"),
        ({"AWS_STS_ENDPOINT": ELSEWHERE}, "AWS_STS_ENDPOINT is set"),
        ({"AWS_ACCESS_KEY_ID": "test"}, "dummy"),
        ({"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}, "dummy"),
        ({"AWS_ACCESS_KEY_ID": "LKIAQAAAAAAAAAAAAAAA"}, "dummy"),
        ({"AWS_PROFILE": "gone"}, "gone"),
    ],
)
def test_refuses_before_any_call(
    variables: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch, clean: Path
) -> None:
    with Recorder().running() as proxy:
        assert reason in refusal({**REAL, **variables, "HTTPS_PROXY": proxy.url}, monkeypatch)
        assert proxy.requests == []


def test_refuses_without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no AWS credentials" in refusal({"ACCOUNT": "123456789012"}, monkeypatch)


@pytest.mark.parametrize(
    "text",
    [
        f"[default]\nendpoint_url = {ELSEWHERE}\n",
        f"[default]\nservices = local\n[services local]\nglue =\n  endpoint_url = {ELSEWHERE}\n",
        f"[profile work]\nendpoint_url = {ELSEWHERE}\n",
    ],
)
def test_refuses_an_endpoint_in_the_shared_config(text: str, monkeypatch: pytest.MonkeyPatch, clean: Path) -> None:
    clean.write_text(text)
    profile = {"AWS_PROFILE": "work"} if "work" in text else {}
    assert ELSEWHERE in refusal({**REAL, **profile}, monkeypatch)


def test_asks_aws_whose_the_keys_are_with_the_users_own_profile_and_proxy(
    monkeypatch: pytest.MonkeyPatch, clean: Path
) -> None:
    clean.write_text("[profile work]\naws_access_key_id = AKIAREALLOOKINGKEY12\naws_secret_access_key = real\n")
    with Recorder().running() as proxy:
        mine = {"ACCOUNT": "123456789012", "AWS_PROFILE": "work", "HTTPS_PROXY": proxy.url}
        assert "AWS did not say" in refusal(mine, monkeypatch)
        assert {(each.method, each.target) for each in proxy.requests} == {
            ("CONNECT", "sts.us-east-1.amazonaws.com:443")
        }


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({}, "make local-up"),
        ({"AWS_ENDPOINT_URL": ELSEWHERE}, "not on this machine"),
        ({"AWS_ENDPOINT_URL": "http://localstack.example:4566"}, "not on this machine"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ENDPOINT_URL_S3": ELSEWHERE}, "AWS_ENDPOINT_URL_S3"),
    ],
)
def test_account_of_the_local_environment_is_on_this_machine_only(
    variables: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reason in refusal({**REAL, "ACCOUNT": "000000000000", **variables}, monkeypatch)


@pytest.mark.parametrize("name", ["bootstrap", "plan", "apply", "run", "query", "report", "destroy"])
def test_every_command_refuses_another_account_than_that_of_the_keys(name: str) -> None:
    with Recorder("123456789012").running() as other:
        done = command("aws", name, ACCOUNT="000000000000", AWS_ENDPOINT_URL=other.url, YES="1")
        assert [request.method for request in other.requests] == ["POST"]
    assert done.returncode == 1
    assert "123456789012" in done.stderr and "000000000000" in done.stderr


def test_account_of_the_local_environment_needs_the_file_of_its_authority() -> None:
    """Without it, terraform/'s default would ship Amazon's authorities, which never signed for this machine."""
    with Recorder("000000000000").running() as here:
        done = command("aws", "plan", ACCOUNT="000000000000", AWS_ENDPOINT_URL=here.url)
    assert done.returncode == 1
    assert "TF_VAR_aurora_ca_bundle" in done.stderr and "make -s env" in done.stderr


def test_terraform_gets_the_users_profile_but_no_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "TF_VAR_alarm_email", "TF_WORKSPACE", "TF_CLI_ARGS_apply", "TF_DATA_DIR"):
        monkeypatch.setenv(name, "x")
    account = Account("123456789012", "dev", "us-east-1", "arn:aws:iam::123456789012:user/x")
    given = account.inherited_environment()
    assert {"AWS_PROFILE", "TF_VAR_alarm_email"} <= given.keys()
    assert not {"TF_WORKSPACE", "TF_CLI_ARGS_apply", "TF_DATA_DIR"} & given.keys()
    assert account.aws_environment() == {}


def test_states_of_environments_and_accounts_are_apart() -> None:
    places = {
        (account.backend()["bucket"], account.backend()["key"], account.folder)
        for account in (
            Account("123456789012", "dev", "us-east-1"),
            Account("123456789012", "prod", "us-east-1"),
            Account("210987654321", "dev", "us-east-1"),
        )
    }
    assert len(places) == 3
    assert all("123456789012" in bucket or "210987654321" in bucket for bucket, _, _ in places)


SESSION = {"AWS_ACCESS_KEY_ID": "LSIAQAAAAAAAGMKEM7X5", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}


def test_local_environment_takes_the_keys_of_its_own_sessions() -> None:
    keys = Keys.of_session(SESSION)
    assert keys == Keys(SESSION["AWS_ACCESS_KEY_ID"], "s", "t")
    assert SESSION.items() <= aws_variables("http://127.0.0.1:4566", keys).items()


@pytest.mark.parametrize(
    "changed",
    [{"AWS_ACCESS_KEY_ID": "ASIAQAAAAAAAGMKEM7X5"}, {"AWS_SESSION_TOKEN": ""}, {"AWS_ACCESS_KEY_ID": "test"}],
)
def test_local_environment_takes_no_other_keys(changed: dict[str, str]) -> None:
    assert Keys.of_session({**SESSION, **changed}) == Keys()
    assert "AWS_SESSION_TOKEN" not in aws_variables("http://127.0.0.1:4566", Keys.of_session({**SESSION, **changed}))
