"""Local commands in environments that would lead them to AWS or elsewhere. Every call stays on this machine.

Two servers record the requests that reach them. `here` stands in for LocalStack. Each environment leads to `elsewhere`,
which is also the proxy, so that a call to the real AWS arrives there too.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.base.paths import CACHE, TERRAFORM, TOP
from scripts.terraform import provider
from tests.kit.recorder import Recorder, Request

pytestmark = pytest.mark.isolation
ROOT = """
terraform {
  backend "s3" {
    bucket = "letrus-de-case-terraform-state"
    key    = "global/terraform.tfstate"
    region = "us-east-1"
  }
}

provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = var.allowed_account_ids
  max_retries         = 1
}

variable "allowed_account_ids" {
  type = list(string)
}

variable "aurora_ca_bundle" {
  type = string
}

variable "colour" {
  default = "blue"
}

data "aws_caller_identity" "current" {}

output "found" {
  value = "${data.aws_caller_identity.current.account_id} ${var.colour}"
}
"""
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAREALLOOKINGKEY12", "AWS_SECRET_ACCESS_KEY": "real"}


@dataclass(frozen=True)
class Place:
    """What an environment can name: a server that is not ours, and a home folder."""

    elsewhere: str
    home: Path

    def config(self, text: str) -> dict[str, str]:
        (self.home / ".aws").mkdir(exist_ok=True)
        (self.home / ".aws" / "config").write_text(text)
        return {}

    def file(self, name: str, text: str) -> str:
        (self.home / name).write_text(text)
        return str(self.home / name)


Hostile = Callable[[Place], dict[str, str]]
PROFILE = "[{name}]\naws_access_key_id = AKIAREALLOOKINGKEY12\naws_secret_access_key = real\nregion = eu-west-1\n"
HOSTILE: dict[str, Hostile] = {
    "keys": lambda place: {**KEYS, "AWS_SESSION_TOKEN": "real"},
    "profile": lambda place: {"AWS_PROFILE": "work", **place.config(PROFILE.format(name="profile work"))},
    "profile_that_is_not_there": lambda place: {"AWS_PROFILE": "gone", "AWS_DEFAULT_PROFILE": "gone"},
    "default_profile_with_endpoint": lambda place: place.config(
        PROFILE.format(name="default") + f"endpoint_url = {place.elsewhere}\n"
    ),
    "default_profile_with_services": lambda place: place.config(
        PROFILE.format(name="default")
        + f"services = local\n[services local]\nsts =\n  endpoint_url = {place.elsewhere}\n"
        + f"s3 =\n  endpoint_url = {place.elsewhere}\n"
    ),
    "config_that_ignores_endpoints": lambda place: place.config(
        "[default]\nignore_configured_endpoint_urls = true\nuse_fips_endpoint = true\nregion = us-gov-west-1\n"
    ),
    "config_file_elsewhere": lambda place: {
        "AWS_CONFIG_FILE": place.file("other", f"[default]\nendpoint_url = {place.elsewhere}\n"),
        "AWS_SHARED_CREDENTIALS_FILE": place.file("keys", PROFILE.format(name="default")),
    },
    "sso_session": lambda place: {
        "AWS_PROFILE": "sso",
        **place.config(
            "[profile sso]\nsso_session = us\nsso_account_id = 123456789012\nsso_role_name = Admin\n"
            f"[sso-session us]\nsso_region = us-east-1\nsso_start_url = {place.elsewhere}\n"
        ),
    },
    "credential_process": lambda place: place.config(f"[default]\ncredential_process = touch {place.home}/was_run\n"),
    "assumed_role": lambda place: place.config(
        PROFILE.format(name="profile base")
        + "[default]\nrole_arn = arn:aws:iam::123456789012:role/Admin\nsource_profile = base\n"
    ),
    "web_identity": lambda place: {
        "AWS_WEB_IDENTITY_TOKEN_FILE": place.file("token", "token"),
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/Admin",
    },
    "container_credentials": lambda place: {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{place.elsewhere}/keys",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token",
    },
    "instance_metadata": lambda place: {
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": place.elsewhere,
        "AWS_EC2_METADATA_DISABLED": "false",
    },
    "boto_2_config": lambda place: {
        "BOTO_CONFIG": place.file("boto", "[Credentials]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n")
    },
    "endpoint": lambda place: {"AWS_ENDPOINT_URL": place.elsewhere},
    "endpoint_of_each_service": lambda place: {
        f"AWS_ENDPOINT_URL_{name}": place.elsewhere for name in ("S3", "STS", "IAM", "SSO", "GLUE", "RDS")
    },
    "terraforms_own_endpoints": lambda place: {
        f"{prefix}_{name}_ENDPOINT": place.elsewhere for prefix in ("AWS", "TF_AWS") for name in ("S3", "STS", "IAM")
    },
    "endpoints_ignored": lambda place: {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    "fips_and_dual_stack": lambda place: {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
    "regional_endpoints": lambda place: {
        "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "regional",
        "AWS_STS_REGIONAL_ENDPOINTS": "legacy",
    },
    "region_of_another_partition": lambda place: {"AWS_REGION": "cn-north-1", "AWS_DEFAULT_REGION": "cn-north-1"},
    "certificates": lambda place: {"AWS_CA_BUNDLE": "/nowhere", "REQUESTS_CA_BUNDLE": "/nowhere"},
    "proxies": lambda place: {
        **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"), place.elsewhere),
        "NO_PROXY": "example.com",
        "no_proxy": "",
    },
    "service_models": lambda place: {"AWS_DATA_PATH": str(place.home), "AWS_SDK_LOAD_CONFIG": "1"},
    "terraform_variables": lambda place: {
        "TF_VAR_allowed_account_ids": '["123456789012"]',
        "TF_VAR_colour": "red",
    },
    "terraform_arguments": lambda place: {
        "TF_CLI_ARGS": "-var=colour=red",
        "TF_CLI_ARGS_plan": '-var=allowed_account_ids=["123456789012"]',
    },
    "terraform_workspace": lambda place: {"TF_WORKSPACE": "production"},
    "terraform_folder": lambda place: {"TF_DATA_DIR": str(place.home)},
    "terraform_provider": lambda place: {"TF_REATTACH_PROVIDERS": '{"registry.terraform.io/hashicorp/aws": {}}'},
}


TOGETHER = {
    "credentials": ["keys", "web_identity", "container_credentials", "instance_metadata", "boto_2_config"],
    "profile": ["profile"],
    "profile_that_is_not_there": ["profile_that_is_not_there"],
    "shared_config": ["default_profile_with_endpoint", "config_file_elsewhere"],
    "config": ["config_that_ignores_endpoints"],
    "services": ["default_profile_with_services"],
    "sso": ["sso_session"],
    "process": ["credential_process", "service_models"],
    "role": ["assumed_role"],
    "endpoints": ["endpoint", "endpoint_of_each_service"],
    "terraforms_own_endpoints": ["terraforms_own_endpoints"],
    "switches": ["endpoints_ignored", "fips_and_dual_stack", "regional_endpoints", "region_of_another_partition"],
    "network": ["certificates", "proxies"],
    "variables": ["terraform_variables", "terraform_arguments"],
    "switches_of_terraform": ["terraform_workspace", "terraform_folder", "terraform_provider"],
}


@dataclass(frozen=True)
class Trial:
    """Runs local commands in a given environment, with two servers that record requests."""

    here: Recorder
    elsewhere: Recorder
    folder: Path
    root: Path

    def run(self, what: str, home: Path, variables: dict[str, str]) -> str:
        for recorder in (self.here, self.elsewhere):
            recorder.requests.clear()
        done = subprocess.run(
            [sys.executable, "-m", "tests.kit.local_command", what, self.folder, str(self.here.port), self.root],
            cwd=TOP,
            env={**_bare(home), "HTTP_PROXY": self.elsewhere.url, "HTTPS_PROXY": self.elsewhere.url, **variables},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def signed(self) -> list[Request]:
        """Returns the signed requests that arrived here. Each must have the local key and region in its signature."""
        found = [request for request in self.here.requests if request.scope]
        assert {tuple(request.scope.split("/")[::2][:2]) for request in found} == {("test", "us-east-1")}
        return found


def _bare(home: Path) -> dict[str, str]:
    """Returns the variables by which a command finds Terraform and its provider, and no others."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CACHE_HOME": str(CACHE.parent),
        **provider.choose().environment,
    }


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    root, folder = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("instance")
    (root / "main.tf").write_text(ROOT)
    (root / ".terraform.lock.hcl").write_bytes((TERRAFORM / ".terraform.lock.hcl").read_bytes())
    with Recorder().running() as here, Recorder("123456789012").running() as elsewhere:
        made = Trial(here, elsewhere, folder, root)
        made.run("init", folder, {name: os.environ[name] for name in os.environ if "PROXY" in name.upper()})
        yield made


@pytest.mark.parametrize("name", HOSTILE)
def test_boto3_stays_here(name: str, trial: Trial, tmp_path: Path) -> None:
    said = trial.run("boto3", tmp_path, HOSTILE[name](Place(trial.elsewhere.url, tmp_path)))
    assert trial.elsewhere.requests == []
    assert not (tmp_path / "was_run").exists()
    assert [request.target.partition("?")[0] for request in trial.signed()] == ["/", "/", "/data"]
    assert said.splitlines() == ["client 000000000000", "shell 000000000000", "buckets 0"]


@pytest.mark.parametrize("name", TOGETHER)
def test_terraform_stays_here(name: str, trial: Trial, tmp_path: Path) -> None:
    """A plan takes seconds, so cases that do not hide each other share one plan."""
    variables: dict[str, str] = {}
    for each in TOGETHER[name]:
        variables |= HOSTILE[each](Place(trial.elsewhere.url, tmp_path))
    said = trial.run("terraform", tmp_path, variables)
    assert trial.elsewhere.requests == []
    assert not (tmp_path / "was_run").exists()
    arrived = trial.signed()
    assert any(b"GetCallerIdentity" in request.body for request in arrived)
    states = {request.target.partition("?")[0] for request in arrived if request.target.count("/") > 1}
    assert states == {"/letrus-de-case-terraform-state/global/terraform.tfstate"}
    assert '+ found = "000000000000 blue"' in said


def test_terraform_is_tried_in_every_case() -> None:
    assert sorted(each for names in TOGETHER.values() for each in names) == sorted(HOSTILE)
