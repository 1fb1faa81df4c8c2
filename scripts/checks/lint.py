"""`make lint` and `make format`: every tool that reads the sources without running them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from scripts.base.console import say
from scripts.base.paths import LOCAL, TOP
from scripts.checks import messages, seams
from scripts.checks.shown import run_shown
from scripts.claims import page
from scripts.supply import java, venvs
from scripts.terraform import module_tables, provider

CHECKOV = ["--quiet", "--compact", "--skip-download", "--framework", "terraform", "--directory", "terraform"]
SOURCES = ["scripts", "emulator", "glue_scripts", "bench", "tests"]
# A command, and the variables that it gets in addition to the clean environment.
Check = tuple[list[str | Path], dict[str, str]]


def lint() -> int:
    """Runs every check, even after a failure. Returns 0 when all passed."""
    bin_ = venvs.lint().parent
    checks = [*_python_checks(bin_), *_text_checks(bin_), *_workflow_checks(bin_), *_terraform_checks(bin_)]
    return max(module_tables.check(), seams.check(), *[run_shown(command, extra) for command, extra in checks])


def format_sources() -> int:
    """Lets ruff and Terraform format the sources, and writes the tables of the documents.

    Returns 0 when all succeeded.
    """
    ruff = venvs.lint().parent / "ruff"
    commands: list[Check] = [
        ([ruff, "check", "--fix", "--show-fixes", *SOURCES], {}),
        ([ruff, "format", *SOURCES], {}),
        (["terraform", "fmt", "-recursive", "terraform"], provider.choose().environment),
        ([venvs.localstack(), "-m", "glue_aurora.operations"], {}),
    ]
    written = [module_tables.write(), page.write(), messages.write(), seams.write()]
    return max(*written, *[run_shown(command, extra) for command, extra in commands])


def _python_checks(bin_: Path) -> list[Check]:
    checks: list[Check] = [
        ([bin_ / "ruff", "check", *SOURCES], {}),
        ([bin_ / "ruff", "format", "--check", *SOURCES], {}),
        # PYTHONPATH for the plugin and the worker. import-linter adds the top folder by itself.
        ([bin_ / "lint-imports", "--no-logo", "--cache-dir", LOCAL / "lint" / "imports"], {"PYTHONPATH": "emulator"}),
    ]
    for python, search, paths in (
        (
            Path(sys.executable),
            "emulator",
            ["scripts", "tests", "--exclude", "tests/job", "--exclude", "scripts/case/shell_startup"],
        ),
        (java.worker(), "glue_scripts", ["scripts/case/shell_startup.py"]),
        (venvs.localstack(), "emulator", ["emulator/glue_aurora"]),
        (java.worker(), "emulator", ["emulator/glue_worker"]),
        (java.worker(), "glue_scripts", ["glue_scripts"]),
        (java.worker(), "glue_scripts:tests/job", ["tests/job"]),
        (venvs.bench(), "", ["bench", "--exclude", "bench/spark"]),
        (java.worker(), "glue_scripts:emulator", ["bench/spark"]),
    ):
        checks.append(([bin_ / "mypy", "--python-executable", python, *paths], {"MYPYPATH": search}))
    checks.append(([venvs.localstack(), "-m", "glue_aurora.operations", "--check"], {}))
    return checks


def _text_checks(bin_: Path) -> list[Check]:
    return [
        # Relative paths: codespell compares its `skip` with what it is given.
        ([bin_ / "codespell", *[path.relative_to(TOP) for path in _tracked("*")]], {}),
        ([bin_ / "shellcheck", *_tracked("*.sh", ".ci/run")], {}),
        ([bin_ / "hadolint", *_tracked("*Dockerfile")], {}),
    ]


def _workflow_checks(bin_: Path) -> list[Check]:
    """The checks of .github/workflows/. actionlint must be on PATH already: no package registry has it built."""
    workflows = _tracked(".github/workflows/*.yml")
    checks: list[Check] = [
        ([bin_ / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows], {}),
        ([bin_ / "zizmor", "--offline", "--quiet", *workflows], {}),
    ]
    if shutil.which("actionlint"):
        checks.append((["actionlint", *workflows], {}))
    else:
        say("actionlint is not on PATH: its check is skipped")
    return checks


def _terraform_checks(bin_: Path) -> list[Check]:
    scratch = LOCAL / "lint"  # checkov leaves a cache in the temporary folder
    scratch.mkdir(parents=True, exist_ok=True)
    checks: list[Check] = [
        (["terraform", "fmt", "-check", "-recursive", "terraform"], provider.choose().environment),
        ([bin_ / "checkov", *CHECKOV], {"TMPDIR": str(scratch)}),
        # Prod has every part switched on.
        ([bin_ / "checkov", *CHECKOV, "--var-file", "terraform/environments/prod.tfvars"], {"TMPDIR": str(scratch)}),
    ]
    if shutil.which("tflint"):
        config = TOP / "terraform" / ".tflint.hcl"
        checks.append((["tflint", "--chdir=terraform", "--recursive", f"--config={config}"], {}))
    else:
        say("tflint is not on PATH: its check is skipped")
    return checks


def _tracked(*patterns: str) -> list[Path]:
    """Returns the files of the repository that match `patterns` and are in the working tree."""
    done = subprocess.run(["git", "ls-files", "--", *patterns], cwd=TOP, capture_output=True, text=True)
    return [path for name in done.stdout.splitlines() if (path := TOP / name).exists()]
