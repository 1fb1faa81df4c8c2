"""The real Terraform in the midst of an apply, when its terminal or the reader of its output goes away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.base.paths import TOP

pytestmark = pytest.mark.e2e
# The second resource is made after the gate has opened: Terraform must be alive to begin with it.
ROOT = """
variable "allowed_account_ids" {}

resource "terraform_data" "first" {
  provisioner "local-exec" {
    command = "echo at the gate; cat '${path.root}/gate'; seq 20000"
  }
}

resource "terraform_data" "second" {
  depends_on = [terraform_data.first]
}
"""
APPLY = """
import sys
from pathlib import Path
from scripts.environment.instance import Instance, Ports
from scripts.terraform.root import Terraform
root = Path(sys.argv[1])
terraform = Terraform(Instance.open(root / "instance", Ports(1, 2, 3)), root)
terraform.run("init", "-input=false", quiet=True)
terraform.run("apply", "-input=false", "-auto-approve", "-var=allowed_account_ids=[]", patient=True)
"""


@pytest.mark.parametrize("hang_up", [False, True], ids=["reader gone", "terminal gone"])
def test_apply_comes_to_its_end_and_the_log_says_how(hang_up: bool, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(ROOT)
    os.mkfifo(tmp_path / "gate")
    command = [sys.executable, "-c", APPLY, str(tmp_path)]
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True, process_group=0) as process:
        assert process.stdout is not None
        assert any("at the gate" in line and "(local-exec): at" in line for line in process.stdout)
        if hang_up:
            os.killpg(process.pid, signal.SIGHUP)
        process.stdout.close()
        (tmp_path / "gate").write_text("")
        assert process.wait() == 0
    log = (tmp_path / "instance" / "logs" / "terraform.log").read_text()
    assert "terraform_data.second: Creation complete" in log
    assert log.endswith("terraform apply ended with exit code 0\n")
