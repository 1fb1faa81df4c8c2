"""Runs the checks layer by layer, each in the venv that it needs."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from psycopg.conninfo import make_conninfo

from scripts.base.console import out, say
from scripts.base.paths import LOCAL, TOP
from scripts.checks import coverage, lanes
from scripts.checks.lint import lint
from scripts.checks.shown import run_shown
from scripts.environment import lifecycle, postgres
from scripts.environment.instance import Instance, Ports
from scripts.environment.superuser import SUPERUSER
from scripts.supply import java, venvs, wheels
from scripts.terraform import provider

# A JVM that gets ready after each run takes the cores from the tests. "e2e" and "faults" try it, and so do tests of its
# own in "emulator".
_COLD = {"WARM": "0"}
# These take the two cores, or fail fast, so they run alone and first. The others wait a lot.
_ALONE = ("lint", "unit")


def run(layers: tuple[str, ...]) -> int:
    """Runs `layers`, all of them even after a failure. Returns 0 when every layer passed.

    With the unit tests several layers are measured, and the coverage of scripts/ is shown before the summary. Layers
    that wait a lot run beside each other, in the order given.
    """
    if len(layers) == 1:
        out.rule(layers[0])
        return LAYERS[layers[0]]()
    at_once = lanes.count()
    measured = "unit" in layers
    if measured:
        coverage.start()
    results = []
    for layer in (each for each in layers if each in _ALONE):
        out.rule(layer)
        began = time.monotonic()
        code = LAYERS[layer]()
        results.append(lanes.Ended(layer, code, time.monotonic() - began))
    if together := [each for each in layers if each not in _ALONE]:
        out.rule("layers beside each other")
        lifecycle.setup("embedded")
        results += lanes.Lanes(together, at_once).run()
    if measured:
        coverage.report()
    out.rule("summary")
    for ended in results:
        say(f"{'ok    ' if ended.code == 0 else 'FAILED'} {ended.layer:<10} {ended.seconds:6.1f} s")
    return int(any(ended.code for ended in results))


def unit() -> int:
    """Runs the unit tests. tests/unit/conftest.py fails a test that starts Spark, a server or Terraform."""
    return _pytest(Path(sys.executable), "unit", "tests/unit", "-n", "2", "--dist", "loadscope")


def isolation() -> int:
    # Two sessions: each test waits for a command in a process of its own, most of them for Terraform.
    return _pytest(Path(sys.executable), "isolation", "tests/isolation", "-n", "2")


def job() -> int:
    """Runs the job's tests with Spark and a PostgreSQL server, which it removes afterwards."""
    lifecycle.setup("embedded")
    instance = Instance.open(LOCAL / f"test-job-{os.getpid()}", Ports.free())
    try:
        postgres.start(instance)
        dsn = make_conninfo(
            host="127.0.0.1",
            port=instance.ports.postgres,
            user=SUPERUSER,
            dbname="postgres",
            sslmode="verify-full",
            sslrootcert=str(instance.authority),
            password=postgres.superuser_password(instance),
        )
        extra = {
            "PYTHONPATH": str(wheels.importable()),
            "TEST_POSTGRES_DSN": dsn,
            "JAVA_HOME": str(java.home()),
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
        return _pytest(java.worker(), "job", "tests/job", extra=extra)
    finally:
        lifecycle.remove(instance)


def emulator() -> int:
    lifecycle.setup("embedded")
    # Two sessions, each with an environment of its own: much of the layer waits for Terraform or Spark.
    return _pytest(Path(sys.executable), "emulator", "tests/emulator", "-n", "2", "--dist", "loadfile", extra=_COLD)


def bench() -> int:
    return _pytest(Path(sys.executable), "bench", "tests/bench", "-p", "no:randomly", "-x")


def e2e() -> int:
    return _pytest(
        Path(sys.executable), "e2e", "tests/e2e/test_road.py", "-p", "no:randomly", "-x", "--quiet", "--no-header"
    )


# These files of tests/e2e/ share one environment, in this order: the first starts it, the last removes it.
ONE_ENVIRONMENT = tuple(
    f"test_{name}.py"
    for name in ("starting", "running", "terminals", "killed_parts", "report", "saved_files", "dev", "stopping")
)


def commands() -> int:
    # The tests' own shells lead to no network, so what their targets fetch is fetched here.
    lifecycle.setup("embedded")
    venvs.charts()
    # Two sessions, each with an environment of its own: most of it waits for Terraform.
    files = [f"tests/e2e/{name}" for name in (*ONE_ENVIRONMENT, "test_aws_commands.py", "test_closed_terminal.py")]
    return _pytest(
        Path(sys.executable), "e2e", *files, "-p", "no:randomly", "-x", "-n", "2", "--dist", "loadfile", extra=_COLD
    )


def faults() -> int:
    """Runs a few faults, or as many as FAULTS says."""
    return _pytest(Path(sys.executable), "faults", "tests/faults", "-p", "no:randomly")


def roles() -> int:
    """Plans, applies, changes and destroys `dev` by the roles of GitHub, in an environment of its own."""
    return _pytest(Path(sys.executable), "roles", "tests/roles", "-p", "no:randomly", "-x", extra=_COLD)


def mutants() -> int:
    """Tries a dozen quick mutants in an environment of their own."""
    python: list[str | Path] = [Path(sys.executable)]
    return run_shown([*python, "-m", "scripts", "mutants", "--quick"], _COLD, tells=True)


def compose() -> int:
    return _pytest(Path(sys.executable), "compose", "tests/compose", "-p", "no:randomly", extra=_COLD)


def terraform() -> int:
    """Runs `terraform test` with mocked providers. It needs no environment."""
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
        if run_shown(["terraform", "-chdir=terraform", *arguments], env):
            return 1
    return _terraform_of_the_pipeline(env)


def _terraform_of_the_pipeline(env: dict[str, str]) -> int:
    """Tests the roles of the workflows, which have a root of their own."""
    env = {**env, "TF_DATA_DIR": str(LOCAL / "terraform-test-github-oidc")}
    for arguments in (["init", "-backend=false", "-input=false", "-lockfile=readonly"], ["validate"], ["test"]):
        if run_shown(["terraform", "-chdir=terraform/github_oidc", *arguments], env):
            return 1
    return 0


LAYERS: dict[str, Callable[[], int]] = {
    "lint": lint,
    "unit": unit,
    "isolation": isolation,
    "terraform": terraform,
    "job": job,
    "emulator": emulator,
    "bench": bench,
    "faults": faults,
    "roles": roles,
    "mutants": mutants,
    "compose": compose,
    "commands": commands,
    "e2e": e2e,
}


def _pytest(python: Path, marker: str, *arguments: str, extra: dict[str, str] | None = None) -> int:
    temporary = LOCAL / "pytest" / f"{marker}-{os.getpid()}"
    temporary.parent.mkdir(parents=True, exist_ok=True)
    program = coverage.pytest() if python == Path(sys.executable) else [python, "-m", "pytest"]
    try:
        progress = ("-p", "scripts.checks.progress")
        command = [*program, *progress, "-m", marker, f"--basetemp={temporary}", *arguments]
        return run_shown(command, extra or {}, tells=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        _remove_left()


def _remove_left() -> None:
    """Removes the environments of tests whose process has ended: pytest-xdist kills its sessions on an interrupt."""
    for folder in sorted(LOCAL.glob("test-*-*")):
        number = folder.name.rpartition("-")[2]
        if number.isdecimal() and not psutil.pid_exists(int(number)) and (left := Instance.load(folder)):
            lifecycle.remove(left)
