"""The job and the Terraform do not know where they run. No file names a machine's path or a registry's host."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.base.paths import REQUIREMENTS, TOP

pytestmark = pytest.mark.unit
JOB = sorted((TOP / "glue_scripts").glob("*.py"))
TERRAFORM = [*sorted((TOP / "terraform").rglob("*.tf")), TOP / "terraform" / "terraform.tfvars"]
LOCAL = re.compile(
    r"localstack|localhost|127\.0\.0\.1|host\.docker|:4566|emulat|\bmoto\b|minio|endpoint_url|AWS_ENDPOINT", re.I
)


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=TOP, capture_output=True, text=True, check=True).stdout.splitlines()
    return [TOP / name for name in names if (TOP / name).is_file()]


@pytest.mark.parametrize("path", JOB + TERRAFORM, ids=lambda path: str(path.relative_to(TOP)))
def test_knows_of_no_local_run(path: Path) -> None:
    found = [line for line in path.read_text(encoding="utf-8").splitlines() if LOCAL.search(line)]
    assert found == []


@pytest.mark.parametrize("path", JOB, ids=lambda path: path.name)
def test_job_reads_no_environment_variable(path: Path) -> None:
    """A branch on the place of the run would need one. A job gets its settings from Glue's arguments."""
    names = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert not names & {"environ", "getenv", "putenv"}


@pytest.mark.parametrize("path", JOB, ids=lambda path: path.name)
def test_job_imports_only_what_glue_has(path: Path) -> None:
    own = {module.stem for module in JOB}
    allowed = own | {"awsglue", "boto3", "botocore", "psycopg2", "py4j", "pyarrow", "pyspark"}
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported - sys.stdlib_module_names <= allowed


@pytest.mark.parametrize(
    "variant",
    [
        "local-exec",
        "null_resource",
        r"^\s*skip_(?!final_snapshot)\w+\s*=",
        r"^\s*endpoints\s*{",
        r'dynamic "endpoints"',
        r"prevent_destroy\s*=\s*true",
    ],
)
def test_terraform_has_no_local_variant(variant: str) -> None:
    assert [path.name for path in TERRAFORM if re.search(variant, path.read_text(), re.M)] == []


def test_every_requirement_is_locked_by_hash_and_names_no_index() -> None:
    locks = sorted(REQUIREMENTS.glob("*.txt"))
    assert {path.stem for path in locks} == {path.stem for path in REQUIREMENTS.glob("*.in")}
    for lock in locks:
        text = lock.read_text()
        assert "://" not in text, f"{lock.name} names an address"
        for requirement in re.findall(r"^[a-zA-Z0-9].*?(?=^[a-zA-Z0-9]|\Z)", text, re.M | re.S):
            assert "==" in requirement and "--hash=sha256:" in requirement, requirement.splitlines()[0]


def test_no_file_names_a_registry_host_or_a_path_of_a_machine() -> None:
    host = re.compile(
        r"(?:files\.)?pythonhosted\.org|pypi\.org|repo1?\.maven|maven\.org|/root/|/home/(?!hadoop)\w+/|/Users/\w+"
    )
    found = []
    for path in tracked():
        if path == Path(__file__) or path.suffix in {".png", ".jar"}:
            continue
        found += [f"{path.name}: {line}" for line in path.read_text(encoding="utf-8").splitlines() if host.search(line)]
    assert found == []
