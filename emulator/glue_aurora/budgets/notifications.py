"""Notifications of a budget and their subscribers. They are kept and never sent: nothing here costs anything."""

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.budgets.store import Budget, Notification, find
from glue_aurora.service.errors import ApiError

# API reference, NotificationWithSubscribers. The limits of a notification's subscribers are in the model.
_MOST_NOTIFICATIONS = 5


def new(settings: Mapping[str, Any], subscribers: list[dict[str, str]]) -> Notification:
    """Returns a checked notification.

    Raises:
        ApiError: InvalidParameterException, for more than one topic.
    """
    topics = [one for one in subscribers if one["SubscriptionType"] == "SNS"]
    if len(topics) > 1:
        message = "A notification has 1 to 11 subscribers, one of them at most an SNS topic."
        raise ApiError("InvalidParameterException", message)
    return Notification(_identity(settings), [dict(one) for one in subscribers])


def add(budget: Budget, notification: Notification) -> None:
    """Adds a notification to a budget.

    Raises:
        ApiError: DuplicateRecordException, CreationLimitExceededException.
    """
    if any(one.settings == notification.settings for one in budget.notifications):
        raise ApiError("DuplicateRecordException", "Notification already exists for the budget.")
    if len(budget.notifications) >= _MOST_NOTIFICATIONS:
        raise ApiError("CreationLimitExceededException", f"A budget has at most {_MOST_NOTIFICATIONS} notifications.")
    budget.notifications.append(notification)


def create_notification(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Adds a notification with its subscribers to a budget. It is never sent."""
    add(find(context, request), new(request["Notification"], request["Subscribers"]))
    return {}


def delete_notification(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Removes a notification with its subscribers."""
    budget = find(context, request)
    budget.notifications.remove(_find(budget, request))
    return {}


def describe_notifications(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the notifications of a budget on one page: there are 5 at most."""
    shown = [{**one.settings, "NotificationState": "OK"} for one in find(context, request).notifications]
    return {"Notifications": shown}


def describe_subscribers(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the subscribers of a notification on one page: there are 11 at most."""
    return {"Subscribers": _find(find(context, request), request).subscribers}


def _find(budget: Budget, request: Mapping[str, Any]) -> Notification:
    wanted = _identity(request["Notification"])
    for one in budget.notifications:
        if one.settings == wanted:
            return one
    raise ApiError("NotFoundException", "Unable to find the notification: it does not exist.")


def _identity(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the members by which a notification is known. Its state is not one; PERCENTAGE is the default."""
    members = ("NotificationType", "ComparisonOperator", "Threshold")
    return {name: settings[name] for name in members} | {"ThresholdType": settings.get("ThresholdType") or "PERCENTAGE"}
