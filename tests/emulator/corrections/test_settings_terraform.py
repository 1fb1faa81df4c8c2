"""Terraform changes in place every resource type of terraform/, and finds afterwards what it wrote."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.base.isolation import clean_environment
from scripts.base.paths import TERRAFORM
from scripts.terraform import provider
from tests.kit.aws import unique

pytestmark = pytest.mark.emulator

ROOT = Path(__file__).with_name("changed.tf")


def test_every_change_in_place_is_applied_and_kept(environment: Any, tmp_path: Path) -> None:
    shutil.copy(ROOT, tmp_path / "main.tf")
    shutil.copy(TERRAFORM / ".terraform.lock.hcl", tmp_path)
    variables = {
        **clean_environment(),
        **environment.instance.aws_environment(),
        **provider.choose().environment,
        "CHECKPOINT_DISABLE": "true",
        "TF_VAR_name": unique("changed"),
    }

    def terraform(*arguments: str, changed: bool = True) -> str:
        command = ["terraform", f"-chdir={tmp_path}", arguments[0], "-no-color", *arguments[1:]]
        settings = {**variables, "TF_VAR_changed": str(changed).lower()}
        done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        return done.stdout

    terraform("init", "-input=false")
    for changed in (False, True):
        applied = terraform("apply", "-input=false", "-auto-approve", changed=changed)
        assert "0 destroyed" in applied
        terraform("plan", "-input=false", "-detailed-exitcode", changed=changed)  # 0: nothing to change
    terraform("destroy", "-input=false", "-auto-approve")
