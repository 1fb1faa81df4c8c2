"""The commands read from Terraform's files the values that Terraform itself reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.base.errors import CommandError
from scripts.cloud import account, state_bucket
from scripts.terraform import provider

pytestmark = pytest.mark.unit


def test_state_bucket_is_the_one_of_the_backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "backend.tf").write_text(
        '# bucket = "of-a-comment"\nterraform {\n  backend "s3" {\n    bucket = "of-the-backend"\n  }\n}\n'
    )
    monkeypatch.setattr(state_bucket, "TERRAFORM", tmp_path)
    assert state_bucket.default_name() == "of-the-backend"


def test_provider_is_the_locked_one_whatever_the_order_of_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".terraform.lock.hcl").write_text(
        f'provider "{provider.ADDRESS}" {{\n  constraints = "~> 5.0"\n  version     = "5.1.0"\n}}\n'
    )
    monkeypatch.setattr(provider, "TERRAFORM", tmp_path)
    assert provider.version() == "5.1.0"


@pytest.fixture
def tfvars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the environment `dev`, the only file that sets anything."""
    monkeypatch.setattr(account, "TERRAFORM", tmp_path)
    monkeypatch.setattr(account, "ENVIRONMENTS", tmp_path)
    (tmp_path / "terraform.tfvars").touch()
    return tmp_path / "dev.tfvars"


def test_variable_is_no_line_of_a_longer_text(tfvars: Path) -> None:
    tfvars.write_text('note = <<-END\nregion = "of-a-text"\nEND\n  region = "sa-east-1"\n')
    assert account._tfvars("region", "dev") == "sa-east-1"


def test_file_that_is_no_hcl_is_named(tfvars: Path) -> None:
    tfvars.write_text('region = "sa-east-1\n')
    with pytest.raises(CommandError, match=r"dev\.tfvars is not HCL"):
        account._tfvars("region", "dev")
