"""FilterLogEvents: the events of a log group that match, by time (API reference, FilterLogEvents)."""

from collections.abc import Iterator, Mapping
from typing import Any

from glue_aurora.corrections.logs.filter_pattern import matcher
from glue_aurora.service.errors import ApiError

_MOST_EVENTS = 10_000
# Times are milliseconds since 1970. An event's number grows with each event that LocalStack takes.
Position = tuple[int, int]


def filtered(groups: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a page of the events that match, the oldest first, from all streams that the request names.

    `groups` are moto's log groups by name.

    Raises:
        ApiError: members of the request contradict each other, the token is not one of ours, or the group or a named
            stream does not exist.
    """
    limit = request.get("limit") or _MOST_EVENTS
    after = _position(request["nextToken"]) if request.get("nextToken") else None
    matches = matcher(request.get("filterPattern"))
    found = sorted(
        (
            (event.timestamp, event.event_id, stream, event)
            for stream in _streams(_group(groups, request), request)
            for event in _between(stream, request)
            if matches(event.message)
        ),
        key=lambda one: one[:2],
    )
    rest = [one for one in found if after is None or one[:2] > after]
    page = rest[:limit]
    answer: dict[str, Any] = {
        "events": [{**event.to_filter_dict(), "logStreamName": stream.log_stream_name} for _, _, stream, event in page],
        "searchedLogStreams": [],  # empty on AWS since June 2020
    }
    if len(page) < len(rest):
        answer["nextToken"] = "{}/{}".format(*page[-1])
    return answer


def _group(groups: Mapping[str, Any], request: Mapping[str, Any]) -> Any:
    name, identifier = request.get("logGroupName"), request.get("logGroupIdentifier")
    if bool(name) == bool(identifier):
        raise ApiError(
            "InvalidParameterException",
            "Exactly one of logGroupName and logGroupIdentifier must be specified.",
            remedy="Give one of the two.",
        )
    found = groups.get(str(name or str(identifier).removesuffix(":*").rsplit(":", 1)[-1]))
    if found is None:
        raise ApiError(
            "ResourceNotFoundException",
            "The specified log group does not exist.",
            remedy="Take a name that DescribeLogGroups shows.",
        )
    return found


def _streams(group: Any, request: Mapping[str, Any]) -> list[Any]:
    names, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix")
    if names and prefix:
        raise ApiError(
            "InvalidParameterException",
            "logStreamNamePrefix and logStreamNames are mutually exclusive parameters.",
            remedy="Give one of the two.",
        )
    streams = dict(group.streams)
    if names:
        if not set(names) <= set(streams):
            raise ApiError(
                "ResourceNotFoundException",
                "The specified log stream does not exist.",
                remedy="Take names that DescribeLogStreams shows.",
            )
        return [streams[name] for name in dict.fromkeys(names)]
    return [stream for name, stream in streams.items() if name.startswith(prefix or "")]


def _between(stream: Any, request: Mapping[str, Any]) -> Iterator[Any]:
    """Yields the events from startTime to endTime, both included."""
    start, end = request.get("startTime"), request.get("endTime")
    for event in list(stream.events):
        if (start is None or event.timestamp >= start) and (end is None or event.timestamp <= end):
            yield event


def _position(token: str) -> Position:
    timestamp, _, number = token.partition("/")
    if not (timestamp.isdecimal() and number.isdecimal()):
        raise ApiError(
            "InvalidParameterException",
            "The specified nextToken is invalid.",
            remedy="Give the nextToken of an answer as it is.",
        )
    return int(timestamp), int(number)
