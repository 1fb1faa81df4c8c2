"""What LocalStack's models do not know is refused with its name, and with a status that no client repeats."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.kit.aws import refused, unique

pytestmark = pytest.mark.emulator


def _signed(service: str) -> dict[str, str]:
    credential = f"Credential=test/20260101/us-east-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0"}


def ask(environment: Any, service: str, headers: dict[str, str], body: str) -> tuple[int, str]:
    answer = requests.post(environment.endpoint_url, data=body, headers={**_signed(service), **headers}, timeout=60)
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("service", "target"),
    [("logs", "Logs_20140328."), ("glue", "AWSGlue."), ("kms", "TrentService."), ("events", "AWSEvents.")],
)
def test_an_unknown_operation_of_a_json_service_is_refused_with_its_name(
    environment: Any, service: str, target: str
) -> None:
    headers = {"X-Amz-Target": f"{target}DoSomethingNew", "Content-Type": "application/x-amz-json-1.1"}
    status, answer = ask(environment, service, headers, "{}")
    assert (status, "NotSupportedByEmulator" in answer, f"{service}:DoSomethingNew" in answer) == (501, True, True)


@pytest.mark.parametrize("service", ["ec2", "rds", "iam", "sns"])
def test_an_unknown_operation_of_a_query_service_is_refused_with_its_name(environment: Any, service: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, answer = ask(environment, service, headers, "Action=DoSomethingNew&Version=2010-05-08")
    assert (status, "NotSupportedByEmulator" in answer, f"{service}:DoSomethingNew" in answer) == (501, True, True)


def test_a_service_that_nobody_knows_makes_no_bucket(environment: Any) -> None:
    answer = requests.put(f"{environment.endpoint_url}/instance", headers=_signed("newservice"), timeout=60)
    assert (answer.status_code, "newservice is not supported" in answer.text) == (501, True)
    buckets = environment.client("s3").list_buckets()["Buckets"]
    assert "instance" not in [one["Name"] for one in buckets]


def test_a_service_without_a_model_here_is_refused_with_its_name(environment: Any) -> None:
    """Its client is real, and newer than the models of LocalStack."""
    with refused("NotSupportedByEmulator", "interconnect"):
        environment.client("interconnect").list_connections()


def test_a_bucket_is_made_by_a_request_for_s3(environment: Any) -> None:
    answer = requests.put(f"{environment.endpoint_url}/{unique()}", headers=_signed("s3"), timeout=60)
    assert answer.status_code == 200
