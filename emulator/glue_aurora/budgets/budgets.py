"""Budgets: created, read, changed, deleted, with AWS's defaults. There is no spending here to compare them with."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.budgets import notifications
from glue_aurora.budgets.store import Budget, check_account, find, locked, not_found, store_of
from glue_aurora.service.errors import ApiError, NotSupportedError

_END = datetime(2087, 6, 15, tzinfo=UTC)  # AWS's default (API reference, TimePeriod)
_KEPT = ("BudgetName", "BudgetLimit", "CostFilters", "CostTypes", "TimeUnit", "TimePeriod", "BudgetType")
_COST_TYPES = {
    "IncludeTax": True,
    "IncludeSubscription": True,
    "UseBlended": False,
    "IncludeRefund": True,
    "IncludeCredit": True,
    "IncludeUpfront": True,
    "IncludeRecurring": True,
    "IncludeOtherSubscription": True,
    "IncludeSupport": True,
    "IncludeDiscount": True,
    "UseAmortized": False,
}


@locked
def create_budget(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """CreateBudget, with notifications and tags."""
    check_account(context, request)
    definition = _definition(request["Budget"], None)
    budgets, name = store_of(context).budgets, definition["BudgetName"]
    if name in budgets:
        raise ApiError("DuplicateRecordException", f"Error creating budget: {name} - the budget already exists.")
    budget = Budget(definition, tags={tag["Key"]: tag["Value"] for tag in request.get("ResourceTags") or []})
    for one in request.get("NotificationsWithSubscribers") or []:
        notifications.add(budget, notifications.new(one["Notification"], one["Subscribers"]))
    budgets[name] = budget
    return {}


@locked
def describe_budget(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """DescribeBudget."""
    return {"Budget": find(context, request).definition}


@locked
def describe_budgets(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """DescribeBudgets, all on one page."""
    check_account(context, request)
    return {"Budgets": [budget.definition for _, budget in sorted(store_of(context).budgets.items())]}


@locked
def update_budget(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """UpdateBudget: replaces all but name, notifications, tags."""
    budget = find(context, {**request, "BudgetName": request["NewBudget"]["BudgetName"]})
    budget.definition = _definition(request["NewBudget"], budget.definition)
    return {}


@locked
def delete_budget(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """DeleteBudget, with its notifications."""
    find(context, request)
    del store_of(context).budgets[request["BudgetName"]]
    return {}


@locked
def list_tags(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """ListTagsForResource."""
    tags = _tags_of(context, request)
    return {"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]}


@locked
def tag_resource(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """TagResource."""
    _tags_of(context, request).update({tag["Key"]: tag["Value"] for tag in request["ResourceTags"]})
    return {}


@locked
def untag_resource(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """UntagResource."""
    tags = _tags_of(context, request)
    for key in request["ResourceTagKeys"]:
        tags.pop(key, None)
    return {}


def _definition(wanted: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    given = {name: value for name, value in wanted.items() if value is not None}
    unknown = sorted(set(given) - {*_KEPT, "CalculatedSpend", "LastUpdatedTime"})
    if unknown:
        raise NotSupportedError(f"A budget with {', '.join(unknown)}")
    if given["BudgetType"] != "COST":
        raise NotSupportedError(f"A budget of type {given['BudgetType']}", "Use type COST.")
    if "BudgetLimit" not in given:
        raise ApiError("InvalidParameterException", "Unable to create/update budget - please provide a BudgetLimit.")
    now = datetime.now(UTC)
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    period = {"Start": first, "End": _END, **(before or {}).get("TimePeriod", {}), **given.get("TimePeriod", {})}
    return {
        **{name: given[name] for name in _KEPT if name in given},
        "CostFilters": given.get("CostFilters", {}),
        "CostTypes": {**_COST_TYPES, **given.get("CostTypes", {})},
        "TimePeriod": period,
        "CalculatedSpend": {"ActualSpend": {"Amount": "0.0", "Unit": given["BudgetLimit"]["Unit"]}},
        "LastUpdatedTime": now,
    }


def _tags_of(context: RequestContext, request: Mapping[str, Any]) -> dict[str, str]:
    name = request["ResourceARN"].partition(":budget/")[2]
    if name not in store_of(context).budgets:
        raise not_found(name)
    tags: dict[str, str] = store_of(context).budgets[name].tags
    return tags
