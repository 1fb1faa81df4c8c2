"""Parts of the commands that need no server."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import click
import psutil
import pytest

from scripts.__main__ import cli
from scripts.base.errors import CommandError
from scripts.base.paths import TOP
from scripts.base.processes import Daemon
from scripts.case import job, summary
from scripts.environment import database
from scripts.environment.instance import Instance, Ports, user_instance_folder
from scripts.terraform import provider
from tests.kit.commands import command
from tests.kit.report_facts import SUMMARY

pytestmark = pytest.mark.unit
FOREVER = [sys.executable, "-c", "import signal; signal.pause()"]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("", {}),
        ("--key value", {"--key": "value"}),
        ("--flag --key 'two words'", {"--flag": "", "--key": "two words"}),
        ("--key=--value", {"--key": "--value"}),
    ],
)
def test_arguments_of_a_run(text: str, arguments: dict[str, str]) -> None:
    assert job.parse_arguments(text) == arguments


def test_password_file_keeps_colons_and_backslashes_apart() -> None:
    """libpq, "The Password File": an entry with : or \\ has it escaped with \\."""
    found = {"host": "aurora.private", "port": 5432, "dbname": "letrus", "user": "admin", "password": "a:b\\c"}
    assert database.pgpass_line(found) == "aurora.private:5432:letrus:admin:a\\:b\\\\c\n"


def test_argument_without_a_key_is_refused_with_the_way_to_write_it() -> None:
    with pytest.raises(CommandError, match=r"follows no --key[\s\S]*ARGS="):
        job.parse_arguments("value --key value")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("--conf a=1 --conf b=2", r"--conf is given twice[\s\S]*ARGS='--conf \"a=1 --conf b=2\"'"),
        ("--csv_encoding=utf-8 --x y --csv_encoding windows-1252", r"--csv_encoding is given twice[\s\S]*leave one"),
    ],
)
def test_argument_that_is_given_twice_is_refused(text: str, says: str) -> None:
    """The run would succeed without the first value."""
    with pytest.raises(CommandError, match=says):
        job.parse_arguments(text)


def test_several_settings_of_spark_are_one_value() -> None:
    assert job.parse_arguments('--conf "a=1 --conf b=2"') == {"--conf": "a=1 --conf b=2"}


def test_argument_with_an_open_quotation_mark_is_refused() -> None:
    with pytest.raises(CommandError, match=r"ARGS=--key it's[\s\S]*quotation mark"):
        job.parse_arguments("--key it's")


def test_summary_is_the_last_one_that_the_job_printed() -> None:
    first, second = ({"event": "run_summary", **SUMMARY, "kept": kept} for kept in (1, 2))
    lines = [json.dumps(first), '{"event": "other"}', "text", json.dumps(second), '{"run_summary" is no JSON', ""]
    assert job.summary_of(lines) == second
    assert job.summary_of(["no summary"]) is None


@pytest.mark.parametrize("name", SUMMARY)
def test_summary_that_lacks_a_count_is_none(name: str) -> None:
    """A user who edits the script may leave out what the commands read."""
    for changed in ({other: SUMMARY[other] for other in SUMMARY if other != name}, {**SUMMARY, name: None}):
        assert summary.lacking(changed) == [name]
        assert job.summary_of([json.dumps({"event": "run_summary", **changed})]) is None


def test_folder_of_an_instance_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs run in folders of their own, where a relative one is another."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LETRUS_INSTANCE", "mine/env")
    assert user_instance_folder() == tmp_path / "mine" / "env"


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1", "²", "٤٥٦٦"])
def test_port_that_is_none_is_refused_by_its_name(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_PORT", port)
    with pytest.raises(CommandError, match=f"POSTGRES_PORT={port}"):
        Ports.chosen()


def test_taken_port_is_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        (found,) = Ports(number, *_two_free()).taken()
    assert f"port {number} is taken" in found.what and "LOCALSTACK_PORT=" in found.remedy


def _two_free() -> tuple[int, int]:
    free = Ports.free()
    return free.postgres, free.worker


def test_secrets_are_for_their_owner_only_and_stay(tmp_path: Path) -> None:
    instance = Instance.open(tmp_path / "instance", Ports.free())
    path = instance.secret_file("token")
    first = path.read_text()
    assert len(first) >= 32
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert instance.secret_file("token").read_text() == first


def test_instance_is_found_again_with_its_ports(tmp_path: Path) -> None:
    opened = Instance.open(tmp_path / "instance", Ports(1, 2, 3))
    assert Instance.load(tmp_path / "instance") == opened
    assert Instance.load(tmp_path / "other") is None


def test_aws_variables_leave_no_way_to_a_real_account(tmp_path: Path) -> None:
    variables = Instance.open(tmp_path / "instance", Ports(4566, 2, 3)).aws_environment()
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert variables["AWS_CONFIG_FILE"] == variables["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert "127.0.0.1" in variables["NO_PROXY"].split(",")


def test_daemon_ends_with_what_it_started(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path, "parent")
    child = f"import subprocess, sys; p = subprocess.Popen({FOREVER!r}); print(p.pid, flush=True); p.wait()"
    daemon.start([sys.executable, "-c", child], os.environ, cwd=tmp_path)
    parent = daemon.process()
    assert parent is not None
    while not daemon.log.read_text().strip():
        daemon.check_alive()
    child_pid = int(daemon.log.read_text())
    assert daemon.stop()
    assert daemon.process() is None
    assert not psutil.pid_exists(child_pid) or psutil.Process(child_pid).status() == psutil.STATUS_ZOMBIE


def test_daemon_is_found_although_its_command_was_killed_before_it_noted_the_pid(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path, "server")
    daemon.start(FOREVER, os.environ, cwd=tmp_path)
    started = daemon.process()
    (tmp_path / "processes" / "server.json").write_text(json.dumps({"starting": True}))
    assert started is not None and daemon.process() == started
    assert daemon.stop()
    (tmp_path / "processes" / "server.json").write_text(json.dumps({"starting": True}))
    assert daemon.process() is None


class Ending(Daemon):
    """A daemon whose process ends right after `process` returned it."""

    def process(self) -> psutil.Process | None:
        found = super().process()
        if found:
            found.kill()
            found.wait()
        return found


def test_daemon_that_ends_by_itself_meanwhile_is_stopped_too(tmp_path: Path) -> None:
    daemon = Ending(tmp_path, "server")
    daemon.start(FOREVER, os.environ, cwd=tmp_path)
    assert daemon.stop()
    assert Daemon(tmp_path, "server").stop() is False


def test_process_that_got_our_old_pid_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(FOREVER) as stranger:
        (tmp_path / "processes").mkdir()
        (tmp_path / "processes" / "server.json").write_text(json.dumps({"pid": stranger.pid, "started": 1.0}))
        assert Daemon(tmp_path, "server").stop() is False
        assert stranger.poll() is None
        stranger.kill()


def test_daemon_that_ended_is_reported_with_its_last_words(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path, "server")
    daemon.start([sys.executable, "-c", "raise SystemExit('no disk left')"], os.environ, cwd=tmp_path)
    process = daemon.process()
    if process:
        process.wait()
    with pytest.raises(CommandError, match="no disk left"):
        daemon.check_alive()


def test_own_terraform_configuration_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "company.tfrc"
    own.write_text("")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(own))
    assert provider.choose.__wrapped__().environment == {"TF_CLI_CONFIG_FILE": str(own)}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_configuration_of_another_user_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other").mkdir(mode=0o000)
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "other" / ".terraformrc"))
    monkeypatch.setattr(provider, "LOCAL", tmp_path)
    assert "as your" not in provider.choose.__wrapped__().reason
    (tmp_path / "other").chmod(0o700)


def test_mirror_with_the_locked_version_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mirror is used although TF_CLI_CONFIG_FILE names a missing file: Terraform only warns then."""
    platform = provider._platform()
    (tmp_path / "mirror" / provider.ADDRESS / provider.version() / platform).mkdir(parents=True)
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "absent"))
    monkeypatch.setenv("TF_PROVIDER_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(provider, "LOCAL", tmp_path)
    source = provider.choose.__wrapped__()
    assert f'path    = "{tmp_path / "mirror"}"' in Path(source.environment["TF_CLI_CONFIG_FILE"]).read_text()


@pytest.mark.parametrize("name", ["run", "logs", "env", "status"])
def test_command_without_an_environment_says_how_to_get_one(name: str, tmp_path: Path) -> None:
    done = command(name, LETRUS_INSTANCE=str(tmp_path / "none"))
    assert done.returncode == 3
    assert "make local-up" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (["status"], {"LETRUS_INSTANCE": "/dev/null/env"}, "/dev/null/env/config.json: Not a directory\n  -> "),
        (["cost"], {"PLAN": "{folder}/plan"}, "plan can't be read: "),
        (["status"], {"LETRUS_INSTANCE": "{folder}"}, "a value can't be used: "),
    ],
)
def test_what_a_user_got_wrong_is_said_with_its_remedy(
    arguments: list[str], variables: dict[str, str], said: str, tmp_path: Path
) -> None:
    for name in ("plan", "config.json"):
        (tmp_path / name).write_bytes(b"\xff")
    done = command(*arguments, **{name: value.format(folder=tmp_path) for name, value in variables.items()})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ") and said in done.stderr and "\n  -> " in done.stderr


def test_process_ends_with_a_message_and_no_traceback() -> None:
    """The module of the cache folder reads XDG_CACHE_HOME at its import, so this command gets a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts", "wheels"],
        cwd=TOP,
        env={**os.environ, "XDG_CACHE_HOME": "/dev/null/cache"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: /dev/null/cache") and "\n  -> " in done.stderr
    assert "Traceback" not in done.stderr


def test_traceback_is_shown_on_request() -> None:
    with pytest.raises(NotADirectoryError):
        command("status", LETRUS_INSTANCE="/dev/null/env", TRACEBACK="1")


def test_every_target_calls_a_command_that_exists() -> None:
    recipes = re.findall(r"^\t\$\(RUN\) (.+)$", (TOP / "Makefile").read_text(), re.M)
    assert recipes
    for recipe in (each for each in recipes if each != "doctor"):  # bootstrap.sh runs it, without a venv
        found: click.Command = cli
        words = recipe.split()
        while isinstance(found, click.Group):
            found = found.commands[words.pop(0)]
        assert not words or found.name == "test", recipe
