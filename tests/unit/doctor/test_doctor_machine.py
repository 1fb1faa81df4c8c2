"""What the doctor says of a machine: each check is broken once, on a clone of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.doctor import leftovers, machine, surroundings
from scripts.doctor.finding import FAILURE, OK, WARNING
from tests.kit.doctor import Patient

pytestmark = pytest.mark.unit
OLD_PYTHONS = [Path(found) for n in range(6, 11) if (found := shutil.which(f"python3.{n}"))]
OLD_PYTHONS += sorted(Path.home().glob(".pyenv/versions/3.[0-9].*/bin/python3"))
CHECKS = {
    *("python", "venvs", "terraform", "make", "java", "docker", "ports", "disk", "memory", "path", "home", "locale"),
    *("umask", "certificates", "proxies", "clock", "leftovers", "settings", "variables"),
}


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    return Patient.new(tmp_path)


def test_machine_with_nothing_but_python_gets_an_answer_for_each_check(patient: Patient) -> None:
    patient.choose_free_ports()
    before = sorted(patient.top.parent.rglob("*"))
    found = patient.findings()
    assert set(found) == CHECKS
    failed = {name for name, several in found.items() for each in several if each["state"] == FAILURE}
    assert failed <= {"terraform", "disk"}
    assert "not on PATH" in found["terraform"][0]["what"]
    made = {path for path in patient.top.parent.rglob("*") if "__pycache__" not in path.parts}
    assert sorted(made) == before


def test_lines_name_each_check_and_count_them(patient: Patient) -> None:
    done = patient.run()
    assert done.returncode == 1
    assert "FAILURE  terraform     terraform is not on PATH\n" in done.stdout
    assert "-> install Terraform 1.11 or later" in done.stdout
    assert "warnings: " in done.stdout.splitlines()[-1] and not done.stdout.splitlines()[-1].endswith("failures: 0")


def test_option_that_there_is_not_is_refused(patient: Patient) -> None:
    done = patient.run("--jsn")
    assert done.returncode == 2 and "--jsn" in done.stderr and "-> " in done.stderr


@pytest.mark.skipif(not OLD_PYTHONS, reason="this machine has no Python before 3.11")
@pytest.mark.parametrize("python", OLD_PYTHONS or [Path("none")], ids=str)
def test_old_python_says_that_it_is_too_old(patient: Patient, python: Path) -> None:
    version = subprocess.run([python, "--version"], capture_output=True, text=True)
    if version.returncode:
        pytest.skip(f"{python} does not start")
    (patient.programs / "python3.11").unlink()
    (patient.programs / "python3").symlink_to(python)
    patient.python = str(python)
    done = patient.run()
    assert done.returncode == 1
    assert "Python 3.11" in done.stdout + done.stderr and "-> install it" in done.stdout + done.stderr
    assert version.stdout.split()[1] in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 3.9.6 1 /usr/bin/python3", "python3.11 is 3.9.6"),
        ("echo 3.11.2 0 /usr/bin/python3", "python3.11 is 3.11.2 without its venv module"),
        ("exit 1", "was not found on PATH"),
    ],
)
def test_python_that_does_not_suit(patient: Patient, script: str, said: str) -> None:
    patient.program("python3.11", script)
    found = patient.one("python", FAILURE)
    assert said in found and "python3.11-venv" in found
    (patient.programs / "python3").symlink_to(sys.executable)
    assert "python3)" in patient.one("python", OK)
    patient.variables["PYTHON"] = "python3.11"
    assert "PYTHON=python3.11 is no Python 3.11" in patient.one("python", FAILURE)


def test_venv_whose_python_is_gone(patient: Patient) -> None:
    (patient.top / ".local" / "venv" / "worker" / "bin").mkdir(parents=True)
    (patient.top / ".local" / "venv" / "worker" / "bin" / "python").symlink_to("/nowhere/python3.11")
    assert ".local/venv/worker" in patient.one("venvs", WARNING)


@pytest.mark.parametrize(
    ("script", "state", "said"),
    [
        ("""echo '{"terraform_version": "1.10.5"}'""", FAILURE, "terraform 1.10.5 is too old -> install"),
        ("""echo '{"terraform_version": "1.11.0"}'""", OK, "Terraform 1.11.0"),
        ("""echo '{"terraform_version": "2.0.0-beta1"}'""", OK, "Terraform 2.0.0-beta1"),
        ("echo broken >&2; exit 1", FAILURE, "printed no version number: broken"),
    ],
)
def test_terraform(patient: Patient, script: str, state: str, said: str) -> None:
    patient.program("terraform", script)
    patient.variables["TF_CLI_ARGS"] = "-nonsense"
    assert said in patient.one("terraform", state)


@pytest.mark.parametrize(
    ("script", "state", "said"),
    [
        ("echo GNU Make 3.81", OK, "GNU Make 3.81"),
        ("echo GNU Make 3.80", WARNING, "not GNU make 3.81 or later"),
        ("exit 2", WARNING, "prints no version"),
    ],
)
def test_make(patient: Patient, script: str, state: str, said: str) -> None:
    patient.program("make", script)
    assert said in patient.one("make", state)


def test_java_of_another_version_is_named_and_not_used(patient: Patient) -> None:
    assert "no Java 17" in patient.one("java", OK)
    home = patient.top.parent / "jdk"
    (home / "bin").mkdir(parents=True)
    for version, said in (("21", f"JAVA_HOME={home} is not Java 17"), ("17", f"Java 17 ({home})")):
        (home / "bin" / "java").write_text(f"#!/bin/sh\necho 'openjdk version \"{version}.0.1\"' >&2\n")
        (home / "bin" / "java").chmod(0o755)
        patient.variables["JAVA_HOME"] = str(home)
        assert said in patient.one("java", OK)


def test_docker(patient: Patient) -> None:
    assert "the environment is embedded" in patient.one("docker", OK)
    patient.variables["RUNTIME"] = "docker"
    assert "RUNTIME=docker, but docker is not on PATH -> start Docker" in patient.one("docker", FAILURE)
    patient.program("docker", "exit 1")
    assert "the Docker daemon does not answer" in patient.one("docker", FAILURE)
    patient.program("docker", '[ "$1" = compose ] && echo 2.19.1 || echo amd64')
    assert "docker compose 2.19.1 is too old" in patient.one("docker", FAILURE)
    patient.program("docker", '[ "$1" = compose ] && echo v2.26.1 || echo amd64')
    assert "Docker and Compose answer" in patient.one("docker", OK)
    (patient.top / "emulator").mkdir(mode=0o700)
    assert "containers can't read emulator" in patient.one("docker", WARNING)


def test_port_that_another_program_has(patient: Patient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        patient.choose_free_ports()
        patient.variables["WORKER_PORT"] = str(number)
        assert f"port {number} is taken by another program -> stop it" in patient.one("ports", FAILURE)


@pytest.mark.parametrize(
    ("umask", "state", "said"),
    [(0o022, OK, "0022"), (0o077, OK, "0077"), (0o700, FAILURE, "umask 0700 takes"), (0, WARNING, "every account")],
)
def test_umask(patient: Patient, umask: int, state: str, said: str) -> None:
    patient.umask = umask
    assert said in patient.one("umask", state)


@pytest.mark.parametrize("name", ["a:b", "Silva, Ana", "50%", "C#", "a;b", "a\\b"])
def test_path_that_class_paths_cannot_hold(tmp_path: Path, name: str) -> None:
    assert "-> move the clone" in Patient.new(tmp_path, name).one("path", FAILURE)


def test_path_as_people_name_them(tmp_path: Path) -> None:
    (tmp_path / "Área de Trabalho").mkdir()
    assert "it's" in Patient.new(tmp_path / "Área de Trabalho", """it's "A&B" (1) $HOME""").one("path", OK)


def test_path_that_is_too_long(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 200) / ("y" * 200) / ("z" * 200)
    folder.mkdir(parents=True)
    patient = Patient.new(folder, "clone" * 20)
    assert "bytes, and PostgreSQL takes none above 1023" in patient.one("path", FAILURE)


def test_file_system_that_keeps_no_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fchmod", lambda descriptor, mode: None)
    assert [each.state for each in machine.path()] == [FAILURE]


def test_disk_that_is_too_small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = type(shutil.disk_usage(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(0, 0, 10**8))
    monkeypatch.setattr(machine, "VENVS", tmp_path)
    assert machine.disk().state == FAILURE and "0.1 GB free" in machine.disk().what
    for name in ("tools", "worker", "localstack"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(0, 0, 10**6))
    assert machine.disk().state == WARNING


def test_memory_that_is_too_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_limits", lambda: iter([2 * 10**9]))
    assert machine.memory().state == WARNING and "2.0 GB" in machine.memory().what


def test_locale_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "locale", lambda: "xx_YY.UTF-8")
    monkeypatch.setattr(machine, "TOP", Path("/srv/ana"))
    assert machine.locale().state == WARNING
    monkeypatch.setattr(machine, "TOP", Path("/srv/ana/Área de Trabalho"))
    assert machine.locale().state == FAILURE


@pytest.mark.parametrize(("ahead", "state"), [(-60, OK), (3600, WARNING), (3 * 86400, FAILURE)])
def test_clock_that_is_before_the_last_commit(patient: Patient, ahead: int, state: str) -> None:
    patient.link("git")
    when = f"@{int(time.time()) + ahead} +0000"
    who = {"GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": "x", "GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "x"}
    for arguments in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "--message", "x"]):
        variables = {**os.environ, **who, "GIT_COMMITTER_DATE": when}
        subprocess.run(["git", "-C", patient.top, *arguments], env=variables, check=True)
    assert "the last commit" in patient.one("clock", state)


def test_clock_that_is_before_the_clones_files(patient: Patient) -> None:
    (patient.top / "Makefile").touch()
    assert "the clone's newest file" in patient.one("clock", OK)
    os.utime(patient.top / "Makefile", (time.time() + 10**6,) * 2)
    assert "set the clock" in patient.one("clock", FAILURE)


@pytest.fixture
def leftover(patient: Patient) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the clone's own environment, whose record is not written."""
    record = patient.top / ".local" / "env" / "processes" / "worker.json"
    record.parent.mkdir(parents=True)
    variables = {**os.environ, "LETRUS_DAEMON": str(record)}
    with subprocess.Popen([sys.executable, "-c", "input()"], env=variables, stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_process_that_nobody_looks_after(patient: Patient, leftover: subprocess.Popen[bytes]) -> None:
    folder = patient.top / ".local" / "env"
    said = patient.one("leftovers", WARNING)
    assert said.endswith(f"-> kill {leftover.pid}") and ".local/env" in said
    record = folder / "processes" / "worker.json"
    record.write_text(f'{{"pid": {leftover.pid}, "started": 1}}')
    assert "belong to an environment" in patient.one("leftovers", OK)
    record.write_text(f'{{"pid": {os.getpid()}, "started": 1}}')  # a pid that another process has now
    assert f"kill {leftover.pid}" in patient.one("leftovers", WARNING)
    record.write_text(f'{{"pid": {leftover.pid}, "started": 1}}')
    patient.variables["LETRUS_INSTANCE"] = str(patient.top / ".local" / "other")
    assert f"LETRUS_INSTANCE={folder} make reset" in patient.one("leftovers", WARNING)


def test_processes_are_found_as_macos_shows_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its ps writes the variables behind the command, and a path may have spaces."""
    local = tmp_path / "my clone" / ".local"
    record = f"{local}/env/processes/worker.json"
    data = f"TF_DATA_DIR={local}/env/terraform LETRUS_COMMAND=77:1.5"
    (tmp_path / "ps").write_text(
        "#!/bin/sh\n"
        f'echo "  12 /usr/bin/java -cp x HOME=/srv/ana LETRUS_DAEMON={record} LANG=C"\n'
        f'echo "  13 terraform apply {data} LANG=C"\n'
        'echo "  14 /bin/zsh LETRUS_DAEMON=/other/clone/.local/env/processes/worker.json"\n'
    )
    (tmp_path / "ps").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(leftovers, "LOCAL", local)
    monkeypatch.setattr(leftovers, "_from_proc", leftovers._from_ps)
    assert list(leftovers.processes()) == [(12, "java", record, 0), (13, "terraform", "", 77)]


def test_port_of_the_clones_own_environment_is_no_failure(patient: Patient, leftover: subprocess.Popen[bytes]) -> None:
    folder = patient.top / ".local" / "env"
    (folder / "processes" / "worker.json").write_text(f'{{"pid": {leftover.pid}, "started": 1}}')
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        patient.choose_free_ports()
        patient.variables["WORKER_PORT"] = str(number)
        assert patient.one("ports", FAILURE)
        ports = f'{{"localstack": 1, "postgres": 2, "worker": {number}}}'
        (folder / "config.json").write_text(f'{{"runtime": "embedded", "ports": {ports}}}')
        assert f"{number} is this clone's own environment" in [each["what"] for each in patient.findings()["ports"]]


def test_terraform_of_a_killed_command(patient: Patient) -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    folder = patient.top / ".local" / "env"
    folder.mkdir(parents=True)
    (folder / "apply-under-way").touch()
    assert "an apply of terraform/ was cut off" in patient.one("leftovers", WARNING)
    variables = {**os.environ, "TF_DATA_DIR": str(folder / "terraform")}
    for waiting, state in ((str(os.getpid()), OK), (ended.stdout.strip(), WARNING)):
        with subprocess.Popen(
            [sys.executable, "-c", "input()"],
            env={**variables, "LETRUS_COMMAND": f"{waiting}:1.5"},
            stdin=subprocess.PIPE,
        ) as process:
            said = patient.one("leftovers", state)
            process.kill()
        assert (f"({process.pid}) -> type `make local-down`" in said) is (state == WARNING)
