"""The workflows call targets of the Makefile, so that everything can be tried on a laptop."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.base.paths import TERRAFORM, TOP

pytestmark = pytest.mark.unit
WORKFLOWS = sorted((TOP / ".github" / "workflows").glob("*.yml"))


def test_workflows_are_there() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "terraform.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_target_is_in_the_makefile(path: Path) -> None:
    called = set(re.findall(r"- run: make ([a-z0-9-]+)", path.read_text()))
    targets = set(re.findall(r"^([a-z0-9-]+):.*##", (TOP / "Makefile").read_text(), re.MULTILINE))
    assert called
    assert called <= targets


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_commit_with_its_version(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text())
    assert used
    for each in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)


def test_apply_job_takes_only_the_plan_that_was_approved() -> None:
    plan, apply = re.split(r"^  apply:$", (TOP / ".github" / "workflows" / "terraform.yml").read_text(), flags=re.M)
    names = re.findall(r"^      (\w+): \$\{\{ steps\.approval\.outputs\.\1 \}\}$", plan, re.M)
    assert names == ["hash", "changes"]
    given = re.search(r"- run: make aws-apply.*\n        env:\n((?:          .*\n)+)", apply)
    assert given
    assert [line.strip() for line in given.group(1).splitlines()] == [
        f"PLAN_{name.upper()}: ${{{{ needs.plan.outputs.{name} }}}}" for name in names
    ]


def test_both_roots_have_the_same_provider() -> None:
    lock = ".terraform.lock.hcl"
    assert (TERRAFORM / "github_oidc" / lock).read_text() == (TERRAFORM / lock).read_text()
