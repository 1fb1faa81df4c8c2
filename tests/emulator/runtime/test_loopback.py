"""LocalStack listens on the loopback interface only, so no other machine on the network can start a job."""

from __future__ import annotations

from typing import Any

import psutil
import pytest

from scripts.environment import localstack

pytestmark = pytest.mark.emulator


def test_localstack_listens_on_loopback_only(environment: Any) -> None:
    process = localstack.daemon(environment.instance).process()
    assert process is not None
    family = [process, *process.children(recursive=True)]
    listening = [
        connection.laddr
        for each in family
        for connection in each.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert environment.instance.ports.localstack in [address.port for address in listening]
    assert {address.ip for address in listening} <= {"127.0.0.1", "::1"}
