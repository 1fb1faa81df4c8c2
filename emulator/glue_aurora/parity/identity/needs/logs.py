"""Amazon CloudWatch Logs.

Source: service-authorization/latest/reference/list_amazoncloudwatchlogs.html. AWS's pages write a group's ARN in two
ways, with `:*` at its end and without (logs/latest/userguide/iam-access-control-overview-cwl.html). They do not say
which actions take which, so either is enough for an action on a group. A stream's ARN has one form.
"""

from glue_aurora.parity.identity.needs.need import Facts, Need
from glue_aurora.service.call import Call

_STREAM = frozenset({"PutLogEvents", "GetLogEvents", "DeleteLogStream"})
_UNKNOWN = ("aws:resourcetag/*",)


def needs(call: Call, facts: Facts) -> list[Need]:
    """Returns the needs of an operation of CloudWatch Logs."""
    action = f"logs:{call.operation}"
    if call.operation == "DescribeLogGroups":
        # As AWS's refusals name it. With a prefix the form is not known.
        named = call.text("logGroupNamePrefix") or call.text("logGroupNamePattern")
        return [Need(action, None if named else call.arn("logs", "log-group::log-stream:"), unknown=_UNKNOWN)]
    identifier = call.text("logGroupIdentifier") or call.text("resourceArn") or call.text("resourceIdentifier")
    group = call.text("logGroupName") or identifier.partition(":log-group:")[2].removesuffix(":*")
    if not group:
        return [Need(action, None, unknown=_UNKNOWN)]
    if call.operation in _STREAM:
        stream = call.arn("logs", f"log-group:{group}:log-stream:{call.text('logStreamName')}")
        return [Need(action, stream, unknown=_UNKNOWN)]
    forms = (call.arn("logs", f"log-group:{group}:log-stream:"), call.arn("logs", f"log-group:{group}:*"))
    return [Need(action, call.arn("logs", f"log-group:{group}"), unknown=_UNKNOWN, also=forms)]
