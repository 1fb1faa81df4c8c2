"""The endpoint that jobs get has an IP address, looked up anew for each run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from glue_worker.config import Config
from glue_worker.endpoint import with_address, with_addresses
from glue_worker.errors import EndpointError, UnknownRunError
from glue_worker.registry import Registry
from glue_worker.request import RunRequest

pytestmark = pytest.mark.unit

NOWHERE = "emulator.invalid"  # RFC 2606: resolves nowhere


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "token").write_text("secret-token\n")
    return Config.from_environment(
        {
            "GLUE_WORKER_LISTEN": "0.0.0.0:0",
            "GLUE_WORKER_TOKEN_FILE": str(tmp_path / "token"),
            "GLUE_WORKER_HOME": str(tmp_path),
            "GLUE_WORKER_AWS_ENDPOINT_URL": f"http://{NOWHERE}:4566",
            "GLUE_WORKER_S3A_ENDPOINT_URL": "http://localhost:4567",
            "GLUE_WORKER_SPARK_SUBMIT": "/bin/sh",
        }
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:4566", "http://127.0.0.1:4566"),
        ("http://localhost", "http://127.0.0.1"),
        ("http://LOCALHOST:4566/path", "http://127.0.0.1:4566/path"),
        ("http://10.1.2.3:4566", "http://10.1.2.3:4566"),
        ("http://[::1]:4566", "http://[::1]:4566"),
        # Its certificate is for the name.
        ("https://localhost:4566", "https://localhost:4566"),
    ],
)
def test_host_gives_way_to_its_address(url: str, expected: str) -> None:
    assert with_address(url) == expected


def test_both_endpoints_are_looked_up(config: Config) -> None:
    with pytest.raises(EndpointError, match=NOWHERE):
        with_addresses(config)
    found = with_addresses(_with_endpoint(config, "http://localhost:4566"))
    assert (found.endpoint_url, found.s3a_endpoint_url) == ("http://127.0.0.1:4566", "http://127.0.0.1:4567")


def test_run_is_refused_while_the_endpoint_has_no_address(config: Config, tmp_path: Path) -> None:
    registry = Registry(config)
    with pytest.raises(EndpointError, match="start the emulator") as caught:
        registry.create(_request())
    assert caught.value.status == 503
    with pytest.raises(UnknownRunError):
        registry.get("jr_1")
    assert not list(tmp_path.glob("glue-job-*"))


def test_agent_listens_on_every_interface_when_told_so(config: Config) -> None:
    assert (config.host, config.port) == ("0.0.0.0", 0)  # noqa: S104


def _with_endpoint(config: Config, url: str) -> Config:
    return replace(config, endpoint_url=url)


def _request() -> RunRequest:
    return RunRequest.parse(
        {
            "run_id": "jr_1",
            "job_name": "job",
            "script_location": "s3://bucket/job.py",
            "arguments": {},
            "credentials": {"access_key_id": "a", "secret_access_key": "b", "session_token": "c"},
            "region": "us-east-1",
            "timeout_seconds": 60,
            "log_groups": {"output": "o", "error": "e"},
            "log_stream": "s",
            "internet": False,
        }
    )
