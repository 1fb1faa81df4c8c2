"""What the emulator remembers of budgets: one store an account, for Budgets knows no region."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.stores import AccountRegionBundle, BaseStore, CrossRegionAttribute

from glue_aurora.service.errors import ApiError

Handler = Callable[[RequestContext, Mapping[str, Any]], Mapping[str, Any]]


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
    tags: dict[str, str] = field(default_factory=dict)


class BudgetsStore(BaseStore):
    """Budgets by name. Hold `lock` while reading or changing any of them."""

    lock: Any = CrossRegionAttribute(default=threading.RLock)
    budgets: Any = CrossRegionAttribute(default=dict)


# Not validated: a request comes with the caller's region, which Budgets has not.
budgets_stores: AccountRegionBundle[BudgetsStore] = AccountRegionBundle("budgets", BudgetsStore, validate=False)


def locked(handler: Handler) -> Handler:
    """`handler` while it holds the lock of its account's budgets."""

    @wraps(handler)
    def run(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
        with store_of(context).lock:
            return handler(context, request)

    return run


def store_of(context: RequestContext) -> BudgetsStore:
    """Store of the account that a request is made to."""
    store: BudgetsStore = budgets_stores[context.account_id][context.region]
    return store


def find(context: RequestContext, request: Mapping[str, Any]) -> Budget:
    """The request's budget. Raises ApiError NotFoundException, AccessDeniedException."""
    check_account(context, request)
    budget: Budget | None = store_of(context).budgets.get(request["BudgetName"])
    if budget is None:
        raise not_found(request["BudgetName"])
    return budget


def check_account(context: RequestContext, request: Mapping[str, Any]) -> None:
    """Raises ApiError AccessDeniedException when the request names another account than the caller's."""
    if request["AccountId"] != context.account_id:
        raise ApiError("AccessDeniedException", f"Account {context.account_id} may not see {request['AccountId']}.")


def not_found(name: str) -> ApiError:
    """NotFoundException, as AWS words it."""
    return ApiError("NotFoundException", f"Unable to get budget: {name} - the budget doesn't exist.")
