"""What the doctor says of the user's shell, and what its quick form makes of it for a command."""

from __future__ import annotations

import re
import socket
import subprocess
from pathlib import Path

import pytest

from scripts.base.paths import TOP
from scripts.doctor import settings
from scripts.doctor.finding import FAILURE, OK, WARNING
from tests.kit.doctor import PYTHON, Patient

pytestmark = pytest.mark.unit


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    return Patient.new(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "check", "state", "said"),
    [
        ("HOME", "/nowhere", "home", WARNING, "HOME=/nowhere is no folder"),
        ("TMPDIR", "/nowhere", "home", WARNING, "TMPDIR=/nowhere is no folder"),
        ("TMPDIR", "/tmp/" + "x" * 80, "home", WARNING, "TMPDIR=/tmp/x"),
        ("SSL_CERT_FILE", "/nowhere.pem", "certificates", FAILURE, "can't be read -> name a PEM file"),
        ("SSL_CERT_FILE", "/dev/null", "certificates", FAILURE, "holds no certificate"),
        ("AWS_CA_BUNDLE", "/nowhere.pem", "certificates", WARNING, "AWS_CA_BUNDLE=/nowhere.pem holds no certificate"),
        ("HTTP_PROXY", "ftp://proxy:21", "proxies", FAILURE, "is no address of a proxy -> write it as"),
        ("all_proxy", "http://proxy:port", "proxies", FAILURE, "is no address of a proxy"),
        ("RUNTIME", "podman", "settings", FAILURE, "use RUNTIME=auto, docker or embedded"),
        ("PARITY", "strict", "settings", FAILURE, "use PARITY=enforce, warn or off"),
        ("WARM", "yes", "settings", FAILURE, "WARM=yes is no number -> WARM=0 turns"),
        ("POSTGRES_PORT", "0", "settings", FAILURE, "POSTGRES_PORT=0 is not a port number"),
        ("POSTGRES_PORT", "4570", "settings", FAILURE, "POSTGRES_PORT and WORKER_PORT are both 4570"),
        ("LETRUS_INSTANCE", "/elsewhere", "settings", WARNING, "unset LETRUS_INSTANCE"),
        ("NAME", "DESKTOP-1", "settings", WARNING, "unset NAME"),
        ("TF_PLUGIN_CACHE_DIR", "/nowhere", "variables", FAILURE, "Terraform stops there -> make the folder"),
        ("TF_LOG", "trace", "variables", WARNING, "secrets too -> unset TF_LOG"),
        ("LD_LIBRARY_PATH", "/opt/conda/lib", "variables", WARNING, "unset LD_LIBRARY_PATH"),
        ("PIP_INDEX_URL", "https://mirror.example/simple", "variables", WARNING, "export UV_DEFAULT_INDEX="),
        ("AWS_PROFILE", "production", "variables", OK, "leave out AWS_PROFILE ("),
        ("PGHOST", "db", "variables", OK, "leave out PGHOST ("),
        ("TF_VAR_project_name", "x", "variables", OK, "leave out TF_VAR_project_name ("),
        ("SPARK_HOME", "/opt/spark", "variables", OK, "leave out SPARK_HOME ("),
        ("PYTHONPATH", "/lib", "variables", OK, "leave out PYTHONPATH ("),
    ],
)
def test_variable(patient: Patient, name: str, value: str, check: str, state: str, said: str) -> None:
    patient.variables[name] = value
    assert said in patient.one(check, state)


def test_proxy(patient: Patient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        patient.variables["HTTPS_PROXY"] = f"http://ana:secret@127.0.0.1:{port}"
        assert "HTTPS_PROXY=http://…@127" in patient.one("proxies", OK)
        assert f"-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort={port}" in patient.one("proxies", WARNING)
        assert "secret" not in patient.run().stdout
    patient.variables["JAVA_TOOL_OPTIONS"] = "-Dhttps.proxyHost=127.0.0.1"
    assert "does not answer" in patient.one("proxies", WARNING)


def test_options_of_all_commands_are_known() -> None:
    """An exported one applies to every command."""
    sources = [path.read_text(encoding="utf-8") for path in (TOP / "scripts" / "commands").glob("*.py")]
    named = {name for text in sources for name in re.findall(r'envvar="([A-Z_]+)"', text)}
    meant_to_stay = {"JSON", "ACCOUNT", "ENVIRONMENT", "STATE_BUCKET"}
    assert named - meant_to_stay - set(settings.OPTIONS) == set()


@pytest.mark.parametrize("command", ["rows", "run", "down", "test unit", "test job"])
def test_quick_form_says_nothing_when_all_is_well(patient: Patient, command: str) -> None:
    done = patient.run("--quick", *command.split())
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["up", "aws plan", "test lint unit", "test e2e", "mutants", "format"])
def test_quick_form_asks_for_terraform_where_a_command_starts_it(patient: Patient, command: str) -> None:
    done = patient.run("--quick", *command.split())
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: terraform is not on PATH\n  -> install Terraform 1.11")


def test_quick_form_names_every_failure_with_its_remedy(patient: Patient) -> None:
    patient.variables |= {"RUNTIME": "podman", "WORKER_PORT": "x"}
    patient.umask = 0o700
    done = patient.run("--quick", "rows")
    assert done.returncode == 1
    assert [line[:6] for line in done.stderr.splitlines()] == [
        "error:",
        "  -> u",
        "error:",
        "  -> u",
        "error:",
        "  -> t",
    ]


def test_quick_form_of_a_set_up_names_the_python(patient: Patient) -> None:
    done = patient.run("--quick", "--set-up", "rows")
    assert f"python={patient.programs}/python3.11\n" in done.stdout
    (patient.programs / "python3.11").unlink()
    done = patient.run("--quick", "--set-up", "rows")
    assert done.returncode == 1 and "Python 3.11 (with its venv module) was not found" in done.stderr


def test_code_of_the_quick_form_makes_the_environment_of_a_command(patient: Patient) -> None:
    value = """it's "$HOME" `x`"""
    patient.variables |= {"PYTHONPATH": "/lib", "SPARK_HOME": "/s", "XDG_CACHE_HOME": value, "TMPDIR": "/nowhere"}
    code = patient.run("--quick", "rows").stdout
    script = f"{code}\nexport -p; echo TMPDIR is $TMPDIR"
    done = subprocess.run(["bash", "-c", script], env=patient.variables, capture_output=True, text=True, check=True)
    assert "TMPDIR is /tmp" in done.stdout
    assert not re.search(r" (PYTHONPATH|SPARK_HOME)=", done.stdout)
    assert re.search(r' LC_ALL="\w+\.UTF-8"', done.stdout)


def test_only_the_standard_library_is_imported() -> None:
    script = (
        "import runpy, sys\n"
        "sys.argv = ['doctor', '--json']\n"
        "try:\n"
        "    runpy.run_path(sys.argv.pop() and 'scripts/doctor', run_name='__main__')\n"
        "except SystemExit:\n"
        "    pass\n"
        "names = {name for name in sys.modules if name.split('.')[0] not in sys.stdlib_module_names}\n"
        "print('others', sorted(names - {'__main__'}), file=sys.stderr)\n"
    )
    done = subprocess.run([PYTHON, "-I", "-S", "-c", script], cwd=TOP, capture_output=True, text=True, env={})
    (others,) = re.findall(r"^others (.*)$", done.stderr, re.M)
    assert all(name.startswith("scripts") for name in re.findall(r"'([\w.]+)'", others)), others
    assert "scripts.doctor.door" in others
