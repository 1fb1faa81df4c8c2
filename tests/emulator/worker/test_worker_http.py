"""The agent's HTTP interface."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from tests.kit.worker import Agent, Cloud, Phone

pytestmark = pytest.mark.emulator


def test_health_needs_no_token_and_gives_versions(agent: Agent) -> None:
    answer = agent.request("GET", "/health", headers={})
    assert answer.status_code == 200
    health = answer.json()
    assert (health["status"], health["spark"]) == ("ok", "3.5.6")
    assert health["python"].startswith("3.11.")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
@pytest.mark.parametrize(("method", "path"), [("POST", "/runs"), ("GET", "/runs/x"), ("DELETE", "/runs/x")])
def test_everything_else_needs_the_token(agent: Agent, method: str, path: str, header: dict[str, str]) -> None:
    answer = agent.request(method, path, headers=header, data="{}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("run_id", "../x"),
        ("script_location", "file:///etc/passwd"),
        ("arguments", {"--a": 1}),
        ("credentials", {"access_key_id": "a"}),
        ("timeout_seconds", 0),
        ("timeout_seconds", True),
        ("internet", "no"),
        ("log_groups", {"output": "a"}),
        ("log_stream", None),
    ],
)
def test_wrong_field_is_refused_by_name(agent: Agent, cloud: Cloud, field: str, value: object) -> None:
    body = cloud.body("print()") | {field: value}
    answer = agent.request("POST", "/runs", json=body)
    assert answer.status_code == 400
    assert field in answer.json()["error"]
    del body[field]
    assert field in agent.request("POST", "/runs", json=body).json()["error"]


def test_body_that_is_not_json_is_refused(agent: Agent) -> None:
    assert agent.request("POST", "/runs", data="{").status_code == 400
    assert agent.request("POST", "/runs", json=[]).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/runs/jr_unknown"),
        ("POST", "/runs/jr_unknown/stop"),
        ("DELETE", "/runs/jr_unknown"),
        ("GET", "/else"),
        ("POST", "/runs/../health"),
    ],
)
def test_unknown_is_404(agent: Agent, method: str, path: str) -> None:
    answer = agent.request(method, path)
    assert answer.status_code == 404
    assert answer.json()["error"]


def test_poll_answers_at_once_when_there_is_news_and_a_known_id_is_409(
    agent: Agent, cloud: Cloud, phone: Phone
) -> None:
    body = cloud.body(phone.prelude + "call().recv(1)")
    first = agent.start(body)
    assert (first["state"], first["version"], first["error_message"]) == ("STARTING", 1, None)
    assert agent.request("POST", "/runs", json=body).status_code == 409
    connection, _ = phone.answer()
    running = agent.request("GET", f"/runs/{body['run_id']}?after={first['version']}&wait_seconds=60").json()
    assert running["state"] == "RUNNING" and running["version"] > first["version"]
    same = agent.request("GET", f"/runs/{body['run_id']}?after={running['version']}&wait_seconds=0.1").json()
    assert same == running
    connection.sendall(b".")
    ended = agent.request("GET", f"/runs/{body['run_id']}?after={running['version']}&wait_seconds=60").json()
    assert ended["state"] == "SUCCEEDED" and ended["version"] > running["version"]


def test_a_folder_belongs_to_one_agent(start_agent: Callable[..., Agent]) -> None:
    first = start_agent()
    with pytest.raises(AssertionError):
        start_agent(GLUE_WORKER_HOME=str(first.home))
    assert requests.get(f"{first.url}/health", timeout=5).ok
