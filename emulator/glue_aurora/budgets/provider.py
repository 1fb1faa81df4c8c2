"""The Budgets service: which function answers which operation. Every other operation answers 501 with its name."""

from localstack.services.plugins import Service

from glue_aurora.budgets import budgets, notifications
from glue_aurora.budgets.store import budgets_stores
from glue_aurora.service import dispatch

_HANDLERS: dict[str, dispatch.Handler] = {
    "CreateBudget": budgets.create_budget,
    "DescribeBudget": budgets.describe_budget,
    "DescribeBudgets": budgets.describe_budgets,
    "UpdateBudget": budgets.update_budget,
    "DeleteBudget": budgets.delete_budget,
    "ListTagsForResource": budgets.list_tags,
    "TagResource": budgets.tag_resource,
    "UntagResource": budgets.untag_resource,
    "CreateNotification": notifications.create_notification,
    "DeleteNotification": notifications.delete_notification,
    "DescribeNotificationsForBudget": notifications.describe_notifications,
    "DescribeSubscribersForNotification": notifications.describe_subscribers,
}
SERVICE = dispatch.Definition("budgets", _HANDLERS, stores=budgets_stores)


def create_service() -> Service:
    """Returns the service for the entry point `budgets:default`."""
    return dispatch.create_service(SERVICE)
