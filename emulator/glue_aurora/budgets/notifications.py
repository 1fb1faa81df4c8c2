"""Notifications of a budget and their subscribers: kept, and never sent, for nothing here costs anything."""

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.budgets.store import Budget, Notification, find, locked
from glue_aurora.service.errors import ApiError

# API reference, NotificationWithSubscribers: up to 5 notifications, each with 1 to 11 subscribers, one of them at most
# a topic.
_MOST_NOTIFICATIONS = 5
_MOST_SUBSCRIBERS = 11


def new(settings: Mapping[str, Any], subscribers: list[dict[str, str]]) -> Notification:
    """A checked notification. Raises ApiError InvalidParameterException."""
    topics = [one for one in subscribers if one["SubscriptionType"] == "SNS"]
    if not 1 <= len(subscribers) <= _MOST_SUBSCRIBERS or len(topics) > 1:
        raise ApiError(
            "InvalidParameterException",
            f"A notification has 1 to {_MOST_SUBSCRIBERS} subscribers, one of them at most an SNS topic.",
        )
    return Notification(_identity(settings), [dict(one) for one in subscribers])


def add(budget: Budget, notification: Notification) -> None:
    """Raises ApiError DuplicateRecordException, CreationLimitExceededException."""
    if any(one.settings == notification.settings for one in budget.notifications):
        raise ApiError("DuplicateRecordException", "Notification already exists for the budget.")
    if len(budget.notifications) >= _MOST_NOTIFICATIONS:
        raise ApiError("CreationLimitExceededException", f"A budget has at most {_MOST_NOTIFICATIONS} notifications.")
    budget.notifications.append(notification)


@locked
def create_notification(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """CreateNotification."""
    add(find(context, request), new(request["Notification"], request["Subscribers"]))
    return {}


@locked
def delete_notification(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """DeleteNotification, with its subscribers."""
    budget = find(context, request)
    budget.notifications.remove(_find(budget, request))
    return {}


@locked
def describe_notifications(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """DescribeNotificationsForBudget: all on one page, there are 5 at most."""
    shown = [{**one.settings, "NotificationState": "OK"} for one in find(context, request).notifications]
    return {"Notifications": shown}


@locked
def describe_subscribers(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """DescribeSubscribersForNotification: all on one page, there are 11 at most."""
    return {"Subscribers": _find(find(context, request), request).subscribers}


def _find(budget: Budget, request: Mapping[str, Any]) -> Notification:
    wanted = _identity(request["Notification"])
    for one in budget.notifications:
        if one.settings == wanted:
            return one
    raise ApiError("NotFoundException", "Unable to find the notification: it does not exist.")


def _identity(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The members that tell a notification from others; its state is no part of it, and PERCENTAGE is the default."""
    members = ("NotificationType", "ComparisonOperator", "Threshold")
    return {name: settings[name] for name in members} | {"ThresholdType": settings.get("ThresholdType") or "PERCENTAGE"}
