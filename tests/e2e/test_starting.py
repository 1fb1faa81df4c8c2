"""`make local-up` as a user types it: interrupted, killed, repeated, on a taken port. Other files go on from it."""

from __future__ import annotations

import os
import signal
from typing import Any

import psutil
import pytest

from scripts.base.paths import LOCAL
from tests.kit.make import watched_make
from tests.kit.user import User

pytestmark = pytest.mark.e2e


def test_interrupted_start_leaves_no_process(user: User) -> None:
    status: list[str] = []

    def look_and_interrupt(line: str, group: int) -> None:
        if "Creating..." in line and not status:  # Terraform has begun
            done = user.try_make("status")
            status.append(done.stdout + done.stderr)
            os.killpg(group, signal.SIGINT)

    code, said = watched_make("local-up", environment=user.environment(), on_line=look_and_interrupt)
    assert code != 0
    assert "localstack running" in status[0] and "is not applied" in status[0]
    assert user.processes() == [], said


def test_start_that_is_killed_or_interrupted_amid_an_apply_ends(user: User) -> None:
    """The next test shows that another start takes up what these leave."""
    for strike in (_kill_command, _kill_terraform, _interrupt):
        struck: list[str] = []

        def once(line: str, group: int, strike: Any = strike, struck: list[str] = struck) -> None:
            if "Creating..." in line and not struck:
                struck.append(line)
                strike(user, group)

        code, said = watched_make("local-up", environment=user.environment(), on_line=once)
        assert struck and code != 0, said


def _kill_command(user: User, group: int) -> None:
    os.killpg(group, signal.SIGKILL)


def _kill_terraform(user: User, group: int) -> None:
    (terraform,) = [each for each in psutil.process_iter() if _is_terraform_of(user, each)]
    terraform.kill()


def _is_terraform_of(user: User, process: psutil.Process) -> bool:
    try:
        return process.name() == "terraform" and str(user.folder) in process.environ().get("TF_DATA_DIR", "")
    except psutil.Error:
        return False


def _interrupt(user: User, group: int) -> None:
    os.killpg(group, signal.SIGINT)


def test_start_after_the_interrupt(user: User) -> None:
    said = user.make("local-up")
    assert "Apply complete!" in said
    assert "make run" in said


def test_second_start_changes_nothing_and_says_so(user: User) -> None:
    before = sorted(user.processes())
    assert "nothing changed" in user.make("local-up")
    assert sorted(user.processes()) == before


def test_everything_listens_on_loopback_only(user: User) -> None:
    ports = {user.ports.localstack, user.ports.postgres, user.ports.worker}
    listening = {address for address in _listening() if address.port in ports}
    for process in psutil.process_iter():
        if any(str(user.folder) in text for text in _told(process)):
            listening |= _listening(process)
    assert len(listening) >= 2
    assert {address.ip for address in listening} <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def _listening(process: psutil.Process | None = None) -> set[Any]:
    """Returns the addresses on which the process, or any process, listens."""
    try:
        found = process.net_connections("inet") if process else psutil.net_connections("inet")
    except psutil.AccessDenied:  # macOS shows other users' connections to root only
        return set()
    return {connection.laddr for connection in found if connection.status == psutil.CONN_LISTEN}


def _told(process: psutil.Process) -> list[str]:
    try:
        return [*process.cmdline(), *process.environ().values()]
    except psutil.Error:
        return []


def test_taken_port_is_refused_before_anything_is_changed(user: User) -> None:
    other = User(LOCAL / "test-commands-other", user.ports)
    done = other.try_make("local-up")
    assert done.returncode != 0
    assert f"port {user.ports.localstack} is taken" in done.stderr
    assert "LOCALSTACK_PORT=" in done.stderr
    assert other.processes() == []
    other.try_make("reset")
