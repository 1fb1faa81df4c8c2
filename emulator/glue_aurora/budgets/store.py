"""What the emulator remembers of budgets: one store for each account, because Budgets has no regions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.service.errors import ApiError
from glue_aurora.service.stores import Store, Stores, of_account
from glue_aurora.service.tags import Tags


@dataclass
class Notification:
    """`settings` is the API's Notification, `subscribers` its Subscribers."""

    settings: Mapping[str, Any]
    subscribers: list[dict[str, str]]


@dataclass
class Budget:
    """`definition` is the API's Budget as it is returned."""

    definition: dict[str, Any]
    notifications: list[Notification] = field(default_factory=list)
    tags: Tags = field(default_factory=dict)


class BudgetsStore(Store):
    """Budgets by name."""

    LOCKED_TOGETHER = "account"

    budgets: dict[str, Budget] = of_account(dict)


# Not validated: a request has the caller's region, and Budgets has none.
budgets_stores: Stores[BudgetsStore] = Stores("budgets", BudgetsStore, validate=False)
store_of = budgets_stores.of


def find(context: RequestContext, request: Mapping[str, Any]) -> Budget:
    """Returns the request's budget.

    Raises:
        ApiError: NotFoundException, AccessDeniedException.
    """
    check_account(context, request)
    budget = store_of(context).budgets.get(request["BudgetName"])
    if budget is None:
        raise not_found(request["BudgetName"])
    return budget


def check_account(context: RequestContext, request: Mapping[str, Any]) -> None:
    """Checks that a request names the caller's own account.

    Raises:
        ApiError: AccessDeniedException.
    """
    if request["AccountId"] != context.account_id:
        raise ApiError("AccessDeniedException", f"Account {context.account_id} may not see {request['AccountId']}.")


def not_found(name: str) -> ApiError:
    """Returns the error for a budget that does not exist, as AWS words it."""
    return ApiError("NotFoundException", f"Unable to get budget: {name} - the budget doesn't exist.")
