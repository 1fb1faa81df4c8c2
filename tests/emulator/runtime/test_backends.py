"""The health page names as available only services that answer. The others refuse with the reason, and no download."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import urlopen

import pytest

from tests.emulator.conftest import Environment
from tests.kit.aws import refused

pytestmark = pytest.mark.emulator

# One operation that reads, for each service whose first word LocalStack of Python 3.11 could not import.
IMPORTED = {"firehose": "list_delivery_streams", "stepfunctions": "list_state_machines"}
WITHOUT_BACKEND = {
    "dynamodb": ("list_tables", "DynamoDB Local"),
    "dynamodbstreams": ("list_streams", "DynamoDB Local"),
    "es": ("list_domain_names", "OpenSearch"),
    "kinesis": ("list_streams", "kinesis-mock"),
    "lambda": ("list_functions", "Docker and Lambda's runtime"),
    "opensearch": ("list_domain_names", "OpenSearch"),
    "redshift": ("describe_clusters", "a data warehouse"),
    "transcribe": ("list_transcription_jobs", "Vosk and FFmpeg"),
}


def health(environment: Environment) -> dict[str, str]:
    with urlopen(f"{environment.endpoint_url}/_localstack/health") as answer:  # noqa: S310
        services: dict[str, str] = json.load(answer)["services"]
    return services


@pytest.mark.parametrize("service", IMPORTED)
def test_services_that_need_localstacks_packages_answer(environment: Environment, service: str) -> None:
    answer: dict[str, Any] = getattr(environment.client(service), IMPORTED[service])()
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert health(environment)[service] == "running"


@pytest.mark.parametrize("service", WITHOUT_BACKEND)
def test_a_service_without_its_backend_is_disabled_and_says_why(environment: Environment, service: str) -> None:
    operation, needed = WITHOUT_BACKEND[service]
    assert health(environment)[service] == "disabled"
    with refused("NotSupportedByEmulator", needed):
        getattr(environment.client(service), operation)()
    assert health(environment)[service] == "disabled"


def test_no_other_service_is_disabled(environment: Environment) -> None:
    assert {name for name, state in health(environment).items() if state == "disabled"} == set(WITHOUT_BACKEND)
    assert set(health(environment).values()) <= {"available", "running", "disabled"}
