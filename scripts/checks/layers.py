"""Runs the checks, a layer at a time, each in the venv that it needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from scripts.base.console import out, say
from scripts.base.isolation import clean_environment
from scripts.base.paths import LOCAL, TOP
from scripts.base.processes import run_foreground
from scripts.environment import lifecycle, postgres
from scripts.environment.instance import Instance, Ports
from scripts.environment.superuser import SUPERUSER
from scripts.supply import java, venvs, wheels
from scripts.terraform import module_tables, provider

CHECKOV = ["--quiet", "--compact", "--skip-download", "--framework", "terraform", "--directory", "terraform"]
SOURCES = ["scripts", "emulator", "glue_scripts", "bench", "tests"]


def run(layers: tuple[str, ...]) -> int:
    """Runs ``layers`` in order, all of them even after a failure; 0 when every one passed."""
    results = []
    for layer in layers:
        out.rule(layer)
        began = time.monotonic()
        code = LAYERS[layer]()
        results.append((layer, code, time.monotonic() - began))
    if len(results) > 1:
        out.rule("summary")
        for layer, code, seconds in results:
            say(f"{'ok    ' if code == 0 else 'FAILED'} {layer:<10} {seconds:6.1f} s")
    return int(any(code for _, code, _ in results))


def lint() -> int:
    bin_ = venvs.lint().parent
    shell = [path for path in _tracked("*.sh", ".ci/run") if path.exists()]
    scratch = LOCAL / "lint"  # checkov leaves a cache in the temporary folder
    scratch.mkdir(parents=True, exist_ok=True)
    checks: list[tuple[list[str | Path], dict[str, str]]] = [
        ([bin_ / "ruff", "check", *SOURCES], {}),
        ([bin_ / "ruff", "format", "--check", *SOURCES], {}),
        ([bin_ / "shellcheck", *shell], {}),
        ([bin_ / "hadolint", *_tracked("*Dockerfile")], {}),
        *_workflow_checks(bin_),
        (["terraform", "fmt", "-check", "-recursive", "terraform"], provider.choose().environment),
        ([bin_ / "checkov", *CHECKOV], {"TMPDIR": str(scratch)}),
        # Prod has every part switched on.
        ([bin_ / "checkov", *CHECKOV, "--var-file", "terraform/environments/prod.tfvars"], {"TMPDIR": str(scratch)}),
    ]
    if shutil.which("tflint"):
        config = TOP / "terraform" / ".tflint.hcl"
        checks.append((["tflint", "--chdir=terraform", "--recursive", f"--config={config}"], {}))
    else:
        say("tflint is not on PATH: left out")
    for python, search, paths in (
        (Path(sys.executable), "emulator", ["scripts", "tests", "--exclude", "tests/job"]),
        (venvs.localstack(), "emulator", ["emulator/glue_aurora"]),
        (java.worker(), "emulator", ["emulator/glue_worker"]),
        (java.worker(), "glue_scripts", ["glue_scripts"]),
        (java.worker(), "glue_scripts:tests/job", ["tests/job"]),
        (venvs.bench(), "", ["bench", "--exclude", "bench/spark"]),
        (java.worker(), "glue_scripts:emulator", ["bench/spark"]),
    ):
        checks.append(([bin_ / "mypy", "--python-executable", python, *paths], {"MYPYPATH": search}))
    return max(module_tables.check(), *[_command(command, extra) for command, extra in checks])


def _workflow_checks(bin_: Path) -> list[tuple[list[str | Path], dict[str, str]]]:
    """For .github/workflows/; actionlint only where it is, since no registry of packages has it built."""
    workflows = _tracked(".github/workflows/*.yml")
    checks: list[list[str | Path]] = [
        [bin_ / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows],
        [bin_ / "zizmor", "--offline", "--quiet", *workflows],
    ]
    if shutil.which("actionlint"):
        checks.append(["actionlint", *workflows])
    else:
        say("actionlint is not on PATH: left out")
    return [(check, {}) for check in checks]


def unit() -> int:
    """Neither Spark, nor a server, nor Terraform: tests/unit/conftest.py fails a test that starts one."""
    return _pytest(Path(sys.executable), "unit", "tests/unit", "-n", "2", "--dist", "loadscope")


def isolation() -> int:
    # Two sessions: each test waits for a command in a process of its own, most of them for Terraform.
    return _pytest(Path(sys.executable), "isolation", "tests/isolation", "-n", "2")


def job() -> int:
    """Spark and a PostgreSQL server of its own, removed afterwards."""
    lifecycle.setup("embedded")
    instance = Instance.open(LOCAL / f"test-job-{os.getpid()}", Ports.free())
    try:
        postgres.start(instance)
        password = postgres.superuser_password(instance)
        dsn = f"host=127.0.0.1 port={instance.ports.postgres} user={SUPERUSER} dbname=postgres"
        extra = {
            "PYTHONPATH": str(wheels.importable()),
            "TEST_POSTGRES_DSN": f"{dsn} password={password}",
            "JAVA_HOME": str(java.home()),
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
        return _pytest(java.worker(), "job", "tests/job", extra=extra)
    finally:
        lifecycle.remove(instance)


def emulator() -> int:
    lifecycle.setup("embedded")
    # Two sessions, each with an environment of its own: much of the layer waits for Terraform or Spark.
    return _pytest(Path(sys.executable), "emulator", "tests/emulator", "-n", "2", "--dist", "loadfile")


def bench() -> int:
    return _pytest(Path(sys.executable), "bench", "tests/bench", "-p", "no:randomly", "-x")


def e2e() -> int:
    return _pytest(
        Path(sys.executable), "e2e", "tests/e2e/test_road.py", "-p", "no:randomly", "-x", "--quiet", "--no-header"
    )


def commands() -> int:
    # Two sessions, each with an environment of its own: most of it waits for Terraform.
    files = [f"tests/e2e/test_{name}.py" for name in ("commands", "aws_commands", "closed_terminal")]
    return _pytest(Path(sys.executable), "e2e", *files, "-p", "no:randomly", "-x", "-n", "2", "--dist", "loadfile")


def faults() -> int:
    """A few of them; FAULTS=n for more."""
    return _pytest(Path(sys.executable), "faults", "tests/faults", "-p", "no:randomly")


def compose() -> int:
    return _pytest(Path(sys.executable), "compose", "tests/compose", "-p", "no:randomly")


def terraform() -> int:
    """``terraform test`` with mocked providers; needs no environment."""
    folder = LOCAL / "terraform-test"
    env = {**provider.choose().environment, "TF_DATA_DIR": str(folder), "CHECKPOINT_DISABLE": "true"}
    environments = sorted(path.stem for path in (TOP / "terraform" / "environments").glob("*.tfvars"))
    for arguments in (
        ["init", "-backend=false", "-input=false", "-lockfile=readonly"],
        ["validate"],
        ["test"],
        *(
            ["test", f"-test-directory=tests/environments/{name}", f"-var-file=environments/{name}.tfvars"]
            for name in environments
        ),
    ):
        if _command(["terraform", "-chdir=terraform", *arguments], env):
            return 1
    return _terraform_of_the_pipeline(env)


def _terraform_of_the_pipeline(env: dict[str, str]) -> int:
    """The roles of the workflows, a root of their own."""
    env = {**env, "TF_DATA_DIR": str(LOCAL / "terraform-test-github-oidc")}
    for arguments in (["init", "-backend=false", "-input=false", "-lockfile=readonly"], ["validate"], ["test"]):
        if _command(["terraform", "-chdir=terraform/github_oidc", *arguments], env):
            return 1
    return 0


def format_sources() -> int:
    ruff = venvs.lint().parent / "ruff"
    commands: list[tuple[list[str | Path], dict[str, str]]] = [
        ([ruff, "check", "--fix", *SOURCES], {}),
        ([ruff, "format", *SOURCES], {}),
        (["terraform", "fmt", "-recursive", "terraform"], provider.choose().environment),
    ]
    return max(module_tables.write(), *[_command(command, extra) for command, extra in commands])


LAYERS: dict[str, Callable[[], int]] = {
    "lint": lint,
    "unit": unit,
    "isolation": isolation,
    "terraform": terraform,
    "job": job,
    "emulator": emulator,
    "bench": bench,
    "faults": faults,
    "compose": compose,
    "commands": commands,
    "e2e": e2e,
}


def _pytest(python: Path, marker: str, *arguments: str, extra: dict[str, str] | None = None) -> int:
    temporary = LOCAL / "pytest" / f"{marker}-{os.getpid()}"
    temporary.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _command([python, "-m", "pytest", "-m", marker, f"--basetemp={temporary}", *arguments], extra or {})
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _command(command: list[str | Path], extra: dict[str, str]) -> int:
    say("$ " + " ".join(_short(part) for part in command))
    return run_foreground(command, {**clean_environment(), **extra})


def _short(part: str | Path) -> str:
    return os.path.relpath(part, TOP) if isinstance(part, Path) and part.is_absolute() else str(part)


def _tracked(*patterns: str) -> list[Path]:
    done = subprocess.run(["git", "ls-files", "--", *patterns], cwd=TOP, capture_output=True, text=True)
    return [TOP / name for name in done.stdout.splitlines()]
