"""Requests that break a service's botocore model are refused before the service acts on them, as on AWS."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.aws import refused, unique
from tests.kit.unchecked import unchecked_client

pytestmark = pytest.mark.emulator

ACCOUNT = "000000000000"
BUDGET = {"BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "15.0", "Unit": "USD"}}
NOTIFICATION = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"BudgetName": "a:b"}, "at 'budget.budgetName' failed to satisfy constraint: Member must satisfy regular"),
        ({"BudgetName": "<SCRIPT></SCRIPT>"}, "at 'budget.budgetName' failed to satisfy constraint"),
        ({"BudgetName": "b" * 101}, "Member must have length less than or equal to 100"),
        ({"TimeUnit": "WEEKLY"}, "at 'budget.timeUnit' failed to satisfy constraint: Member must satisfy enum value"),
        ({"BudgetLimit": {"Amount": "much", "Unit": "USD"}}, "Value 'much' at 'budget.budgetLimit.amount' failed"),
        (
            {"BudgetType": None},
            "Value null at 'budget.budgetType' failed to satisfy constraint: Member must not be",
        ),
    ],
)
def test_budgets_words_a_broken_constraint_as_aws(environment: Any, changes: dict[str, Any], message: str) -> None:
    budgets = unchecked_client(environment.endpoint_url, "budgets")
    given = {"BudgetName": unique("budget"), **BUDGET, **changes}
    definition = {name: value for name, value in given.items() if value is not None}
    with refused("ValidationException", message):
        budgets.create_budget(AccountId=ACCOUNT, Budget=definition)
    shown = budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"]
    assert definition["BudgetName"] not in [one["BudgetName"] for one in shown]


@pytest.mark.parametrize(
    "message", ["2 validation errors detected: ", "; Value '[]' at 'subscribers' failed to satisfy"]
)
def test_all_violations_of_a_request_are_named(environment: Any, message: str) -> None:
    budgets = unchecked_client(environment.endpoint_url, "budgets")
    with refused("ValidationException", message):
        budgets.create_notification(AccountId=ACCOUNT, BudgetName="b" * 101, Notification=NOTIFICATION, Subscribers=[])


def test_rds_names_a_missing_parameter(environment: Any) -> None:
    rds = unchecked_client(environment.endpoint_url, "rds")
    with refused("MissingParameter", "The request must contain the parameter DBClusterIdentifier"):
        rds.create_db_cluster(Engine="aurora-postgresql")


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        (
            "modify_db_cluster",
            {"DBClusterIdentifier": "c", "DatabaseInsightsMode": "basic"},
            "Value 'basic' at 'databaseInsightsMode' failed to satisfy constraint: Member must satisfy enum value set: "
            "[standard, advanced]",
        ),
        (
            "modify_db_cluster_parameter_group",
            {
                "DBClusterParameterGroupName": "g",
                "Parameters": [{"ParameterName": "work_mem", "ParameterValue": "64", "ApplyMethod": "later"}],
            },
            "Value 'later' at 'parameters.1.member.applyMethod' failed to satisfy constraint",
        ),
    ],
)
def test_rds_words_a_broken_constraint_as_aws(
    environment: Any, operation: str, request_: dict[str, Any], message: str
) -> None:
    rds = unchecked_client(environment.endpoint_url, "rds")
    with refused("ValidationError", message):
        getattr(rds, operation)(**request_)


def test_an_operation_without_a_handler_says_so_before_its_request_is_checked(environment: Any) -> None:
    rds = unchecked_client(environment.endpoint_url, "rds")
    with refused("NotSupportedByEmulator", "rds:CreateDBSnapshot"):
        rds.create_db_snapshot()
