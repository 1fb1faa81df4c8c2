"""Budgets: what Terraform's aws_budgets_budget asks for, and honest refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.kit.aws import refused, unique

pytestmark = pytest.mark.emulator

ACCOUNT = "000000000000"
EIGHTY = {
    "NotificationType": "ACTUAL",
    "ComparisonOperator": "GREATER_THAN",
    "Threshold": 80.0,
    "ThresholdType": "PERCENTAGE",
}
TOPIC = {"SubscriptionType": "SNS", "Address": f"arn:aws:sns:us-east-1:{ACCOUNT}:alarms"}
MAIL = {"SubscriptionType": "EMAIL", "Address": "someone@example.org"}


@pytest.fixture
def budgets(environment: Any) -> Any:
    return environment.client("budgets")


@pytest.fixture
def budget(budgets: Any) -> Iterator[dict[str, str]]:
    """Returns the account and the name of a budget with one notification."""
    name = {"AccountId": ACCOUNT, "BudgetName": unique("budget")}
    budgets.create_budget(
        AccountId=ACCOUNT,
        Budget=definition(name["BudgetName"]),
        NotificationsWithSubscribers=[{"Notification": EIGHTY, "Subscribers": [TOPIC]}],
        ResourceTags=[{"Key": "Project", "Value": "tests"}],
    )
    yield name
    budgets.delete_budget(**name)


def definition(name: str, amount: str = "15.0", **changes: Any) -> dict[str, Any]:
    limit = {"Amount": amount, "Unit": "USD"}
    return {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit, **changes}


def test_budget_comes_back_with_defaults_and_is_changed(budgets: Any, budget: dict[str, str]) -> None:
    shown = budgets.describe_budget(**budget)["Budget"]
    assert (shown["BudgetLimit"], shown["TimeUnit"]) == ({"Amount": "15.0", "Unit": "USD"}, "MONTHLY")
    assert shown["TimePeriod"]["Start"].day == 1
    assert f"{shown['TimePeriod']['End']:%Y-%m-%d}" == "2087-06-15"
    assert shown["CostTypes"]["IncludeTax"] is True
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=definition(budget["BudgetName"], "20.0"))
    changed = budgets.describe_budget(**budget)["Budget"]
    assert (changed["BudgetLimit"]["Amount"], changed["TimePeriod"]) == ("20.0", shown["TimePeriod"])
    assert budget["BudgetName"] in [one["BudgetName"] for one in budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"]]


def test_notifications_are_known_by_what_they_are(budgets: Any, budget: dict[str, str]) -> None:
    with refused("DuplicateRecordException"):
        budgets.create_notification(**budget, Notification=EIGHTY, Subscribers=[MAIL])
    forecast = {**EIGHTY, "NotificationType": "FORECASTED"}
    budgets.create_notification(**budget, Notification=forecast, Subscribers=[MAIL])
    shown = budgets.describe_notifications_for_budget(**budget)["Notifications"]
    assert [one["NotificationType"] for one in shown] == ["ACTUAL", "FORECASTED"]
    found = budgets.describe_subscribers_for_notification(**budget, Notification=shown[1])["Subscribers"]
    assert found == [MAIL]
    budgets.delete_notification(**budget, Notification=EIGHTY)
    with refused("NotFoundException"):
        budgets.describe_subscribers_for_notification(**budget, Notification=EIGHTY)
    with refused("InvalidParameterException", "one of them at most an SNS topic"):
        budgets.create_notification(**budget, Notification=EIGHTY, Subscribers=[TOPIC, {**TOPIC, "Address": "arn:b"}])


def test_tags(budgets: Any, budget: dict[str, str]) -> None:
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/{budget['BudgetName']}"
    budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "stage", "Value": "one"}])
    budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=["Project"])
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "stage", "Value": "one"}]


def test_refusals(budgets: Any, budget: dict[str, str]) -> None:
    name = unique("budget")
    with refused("DuplicateRecordException"):
        budgets.create_budget(AccountId=ACCOUNT, Budget=definition(budget["BudgetName"]))
    with refused("NotFoundException"):
        budgets.describe_budget(AccountId=ACCOUNT, BudgetName=name)
    with refused("AccessDeniedException"):
        budgets.create_budget(AccountId="123456789012", Budget=definition(name))
    euro = definition(name, BudgetLimit={"Amount": "15.0", "Unit": "EUR"})
    with refused("InvalidParameterException", "EUR is not in the supported unit set: [USD]"):
        budgets.create_budget(AccountId=ACCOUNT, Budget=euro)
    for dimension in ("service", "user:Projeto"):
        with refused("InvalidParameterException", f"{dimension} is not in the supported in cost budget dimension set"):
            filters = {"Region": ["us-east-1"], dimension: ["AWS Glue"]}
            budgets.update_budget(AccountId=ACCOUNT, NewBudget=definition(budget["BudgetName"], CostFilters=filters))
    filters = {"Service": ["AWS Glue"], "TagKeyValue": ["user:Projeto$letrus"]}
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=definition(budget["BudgetName"], CostFilters=filters))
    with refused("NotSupportedByEmulator", "type USAGE"):
        budgets.create_budget(AccountId=ACCOUNT, Budget=definition(name, BudgetType="USAGE"))
    with refused("NotSupportedByEmulator", "DescribeBudgetActionsForBudget"):
        budgets.describe_budget_actions_for_budget(**budget)
