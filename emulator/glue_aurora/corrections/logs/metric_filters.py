"""Metric filters: which of a log group's events count, and the values that they give.

LocalStack counts every event of every log group, and takes 1 for a value that it cannot read.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from glue_aurora.corrections.logs.filter_pattern import matcher
from glue_aurora.service.errors import ApiError, NotSupportedError


def check(request: Mapping[str, Any]) -> None:
    """Checks the request of PutMetricFilter.

    Raises:
        ApiError: InvalidParameterException.
        NotSupportedError: the filter takes values or dimensions out of the events.
    """
    matcher(request.get("filterPattern"))
    for transformation in request.get("metricTransformations") or []:
        value = transformation.get("metricValue") or ""
        if value.startswith("$") or transformation.get("dimensions"):
            raise NotSupportedError(
                "A metric filter that takes its value or dimensions from the events", "Give a number as metricValue."
            )
        if _number(value) is None:
            message = f"Invalid metric transformation: metricValue is {value}"
            raise ApiError("InvalidParameterException", message, remedy="Give a number as metricValue.")


def data(filters: Sequence[Mapping[str, Any]], group: str, events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Returns the requests of PutMetricData for `events` that came to `group` together.

    A filter's defaultValue counts once when none of the events matches.
    """
    requests = []
    for one in filters:
        if one["logGroupName"] != group:
            continue
        matches = matcher(one.get("filterPattern"))
        count = sum(matches(event["message"]) for event in events)
        for transformation in one.get("metricTransformations") or []:
            value, default = float(transformation["metricValue"]), transformation.get("defaultValue")
            values = [value] * count or ([] if default is None else [float(default)])
            points = [{"MetricName": transformation["metricName"], "Value": point} for point in values]
            if points:
                requests.append({"Namespace": transformation["metricNamespace"], "MetricData": points})
    return requests


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
