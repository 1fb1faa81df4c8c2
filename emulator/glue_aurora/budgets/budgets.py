"""Creates, reads, changes and deletes budgets, with AWS's defaults. Nothing is spent here to compare them with."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.budgets import notifications
from glue_aurora.budgets.dialect import PAGES, TAGS
from glue_aurora.budgets.store import Budget, check_account, find, not_found, store_of
from glue_aurora.service import tags
from glue_aurora.service.errors import ApiError, NotSupportedError
from glue_aurora.service.tags import Tags

_END = datetime(2087, 6, 15, tzinfo=UTC)  # AWS's default (API reference, TimePeriod)
_KEPT = ("BudgetName", "BudgetLimit", "CostFilters", "CostTypes", "TimeUnit", "TimePeriod", "BudgetType")
# AWS takes the currency of the account's bill, which is the dollar outside China
# (https://github.com/awslabs/landing-zone-accelerator-on-aws/issues/682).
_CURRENCY = "USD"
# The names that AWS's sentence lists (https://github.com/hashicorp/terraform/issues/19370).
_LISTED_FILTERS = (
    *("PurchaseType", "TagKeyValue", "UsageTypeGroup", "Service", "AZ", "Region", "Operation", "InstanceType"),
    *("UsageType", "BillingEntity", "LinkedAccount"),
)
# Later names, written the same way: Terraform's page about aws_budgets_budget, and the dimensions of Cost Explorer.
_FILTERS = frozenset(
    {
        *_LISTED_FILTERS,
        *("CacheEngine", "CostCategory", "DatabaseEngine", "DeploymentOption", "InstanceTypeFamily"),
        *("InvoicingEntity", "LegalEntityName", "LinkedAccountName", "OperatingSystem", "PaymentOption", "Platform"),
        *("RecordType", "ReservationId", "ResourceId", "SavingsPlanArn", "SavingsPlansType", "Scope", "ServiceCode"),
        *("SubscriptionId", "Tag", "TagKey", "Tenancy"),
    }
)
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


def create_budget(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Creates a cost budget with its notifications and tags."""
    check_account(context, request)
    definition = _definition(request["Budget"], None)
    budgets, name = store_of(context).budgets, definition["BudgetName"]
    if name in budgets:
        raise ApiError("DuplicateRecordException", f"Error creating budget: {name} - the budget already exists.")
    budget = Budget(definition, tags=TAGS.checked(tags.from_list(request.get("ResourceTags"))))
    for one in request.get("NotificationsWithSubscribers") or []:
        notifications.add(budget, notifications.new(one["Notification"], one["Subscribers"]))
    budgets[name] = budget
    return {}


def describe_budget(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns a budget. Its actual spend is always zero."""
    return {"Budget": find(context, request).definition}


def describe_budgets(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns all budgets of the account, by name."""
    check_account(context, request)
    definitions = [budget.definition for _, budget in sorted(store_of(context).budgets.items())]
    return PAGES.page(request, "Budgets", definitions, key=lambda budget: str(budget["BudgetName"]))


def update_budget(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Replaces a budget's definition. Its notifications and tags stay."""
    budget = find(context, {**request, "BudgetName": request["NewBudget"]["BudgetName"]})
    budget.definition = _definition(request["NewBudget"], budget.definition)
    return {}


def delete_budget(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Deletes a budget with its notifications."""
    find(context, request)
    del store_of(context).budgets[request["BudgetName"]]
    return {}


def list_tags(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the tags of a budget."""
    return {"ResourceTags": tags.as_list(_tags_of(context, request))}


def tag_resource(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Adds tags to a budget, or changes their values."""
    TAGS.add(_tags_of(context, request), tags.from_list(request["ResourceTags"]))
    return {}


def untag_resource(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Removes tags of a budget. A missing key is no error."""
    tags.remove(_tags_of(context, request), request["ResourceTagKeys"])
    return {}


def _definition(wanted: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    unknown = sorted(set(wanted) - {*_KEPT, "CalculatedSpend", "LastUpdatedTime"})
    if unknown:
        raise NotSupportedError(f"A budget with {', '.join(unknown)}")
    if wanted["BudgetType"] != "COST":
        raise NotSupportedError(f"A budget of type {wanted['BudgetType']}", "Use type COST.")
    if "BudgetLimit" not in wanted:
        raise ApiError("InvalidParameterException", "Unable to create/update budget - please provide a BudgetLimit.")
    _check_unit_and_filters(wanted)
    now = datetime.now(UTC)
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    period = {"Start": first, "End": _END, **(before or {}).get("TimePeriod", {}), **wanted.get("TimePeriod", {})}
    return {
        **{name: wanted[name] for name in _KEPT if name in wanted},
        "CostFilters": wanted.get("CostFilters", {}),
        "CostTypes": {**_COST_TYPES, **wanted.get("CostTypes", {})},
        "TimePeriod": period,
        "CalculatedSpend": {"ActualSpend": {"Amount": "0.0", "Unit": wanted["BudgetLimit"]["Unit"]}},
        "LastUpdatedTime": now,
    }


def _check_unit_and_filters(wanted: Mapping[str, Any]) -> None:
    """Checks the limit's currency and the names of the cost filters.

    Raises:
        ApiError: InvalidParameterException. [AWS] Both sentences.
    """
    unit = wanted["BudgetLimit"]["Unit"]
    if unit != _CURRENCY:
        raise ApiError(
            "InvalidParameterException",
            f"Unable to create/update budget - {unit} is not in the supported unit set: [{_CURRENCY}]",
            remedy=f"Give BudgetLimit in {_CURRENCY}.",
        )
    unknown = next((name for name in wanted.get("CostFilters", {}) if name not in _FILTERS), None)
    if unknown is not None:
        raise ApiError(
            "InvalidParameterException",
            f"Unable to create/update budget - {unknown} is not in the supported in cost budget dimension set: "
            f"[{', '.join(_LISTED_FILTERS)}]",
            remedy="Name a dimension in CostFilters as the list has it. Tags are values of TagKeyValue.",
        )


def _tags_of(context: RequestContext, request: Mapping[str, Any]) -> Tags:
    name = request["ResourceARN"].partition(":budget/")[2]
    if name not in store_of(context).budgets:
        raise not_found(name)
    return store_of(context).budgets[name].tags
