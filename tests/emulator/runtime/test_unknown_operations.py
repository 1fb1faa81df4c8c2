"""What LocalStack's models do not know is refused with its name, and with a status that no client repeats."""

from __future__ import annotations

from typing import Any

import pytest
import requests

pytestmark = pytest.mark.emulator


def ask(environment: Any, service: str, headers: dict[str, str], body: str) -> tuple[int, str]:
    credential = f"Credential=test/20260101/us-east-1/{service}/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0"
    answer = requests.post(
        environment.endpoint_url, data=body, headers={"Authorization": authorization, **headers}, timeout=60
    )
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
