"""RDS, IAM, SNS, EventBridge, CloudWatch and others, whose actions have the operations' names.

The resources come from the request's own members. Where a request names none, the resource is unknown: an Allow of the
action fits, whatever resource it names. Sources: service-authorization/latest/reference/, one page for each service.
"""

from collections.abc import Iterator, Mapping

from glue_aurora.parity.identity.needs.need import Facts, Need
from glue_aurora.parity.identity.needs.tags import keys_of, tags_of
from glue_aurora.service.call import Call

_UNKNOWN = ("aws:resourcetag/*",)
# The prefix of a service's actions, where it differs from the service's name.
_PREFIXES = {"stepfunctions": "states"}
_RENAMED = {"sns:PublishBatch": "sns:Publish"}
# Members that name a resource, and the form of its ARN. `{here}` is region and account, `{account}` the account alone.
_RESOURCES: Mapping[str, Mapping[str, str]] = {
    "rds": {
        "DBClusterIdentifier": "arn:aws:rds:{here}:cluster:{name}",
        "DBInstanceIdentifier": "arn:aws:rds:{here}:db:{name}",
        "DBSubnetGroupName": "arn:aws:rds:{here}:subgrp:{name}",
        "DBClusterParameterGroupName": "arn:aws:rds:{here}:cluster-pg:{name}",
        "DBParameterGroupName": "arn:aws:rds:{here}:pg:{name}",
        "ResourceName": "{name}",
    },
    "sns": {
        "TopicArn": "{name}",
        "ResourceArn": "{name}",
        "Name": "arn:aws:sns:{here}:{name}",
    },
    "events": {"Rule": "arn:aws:events:{here}:rule/{name}", "ResourceARN": "{name}"},
    "cloudwatch": {
        "AlarmName": "arn:aws:cloudwatch:{here}:alarm:{name}",
        "DashboardName": "arn:aws:cloudwatch::{account}:dashboard/{name}",
        "ResourceARN": "{name}",
    },
    "iam": {
        "UserName": "arn:aws:iam::{account}:user/{name}",
        "GroupName": "arn:aws:iam::{account}:group/{name}",
        "InstanceProfileName": "arn:aws:iam::{account}:instance-profile/{name}",
        "OpenIDConnectProviderArn": "{name}",
    },
}
# Lists of names: each is a resource.
_LISTS = {
    ("cloudwatch", "AlarmNames"): "arn:aws:cloudwatch:{here}:alarm:{name}",
    ("cloudwatch", "DashboardNames"): "arn:aws:cloudwatch::{account}:dashboard/{name}",
}
# Actions that AWS knows for every resource only.
_ALL = frozenset({"rds:DescribeDBEngineVersions", "rds:DescribeOrderableDBInstanceOptions", "iam:ListRoles"})
# What the maker of a tagged resource also needs.
_TAGGING = {
    "rds": "AddTagsToResource",
    "sns": "TagResource",
    "events": "TagResource",
    "cloudwatch": "TagResource",
    "CreateRole": "TagRole",
    "CreatePolicy": "TagPolicy",
    "CreateUser": "TagUser",
}


def needs(call: Call, facts: Facts) -> list[Need]:
    """Returns the action of an operation on each resource that its request names."""
    prefix = _PREFIXES.get(call.service, call.service)
    tags = tags_of(call)
    context = {**keys_of(tags), **_of_iam(call)}
    action = _RENAMED.get(f"{prefix}:{call.operation}", f"{prefix}:{call.operation}")
    resources: list[str | None] = ["*"] if action in _ALL else list(_resources(call, facts)) or [None]
    found = [Need(action, resource, context, ("iam:*",), unknown=_UNKNOWN) for resource in resources]
    tagging = _TAGGING.get(call.service) or _TAGGING.get(call.operation)
    if tags and tagging and call.operation.startswith(("Create", "Put")):
        found.append(Need(f"{prefix}:{tagging}", resources[0], context, unknown=_UNKNOWN))
    return found


def _resources(call: Call, facts: Facts) -> Iterator[str]:
    for member, form in _RESOURCES.get(call.service, {}).items():
        if name := call.text(member):
            yield _arn(form, name.lower() if call.service == "rds" and form != "{name}" else name, call)
    for (service, member), form in _LISTS.items():
        if service == call.service:
            for name in call.parameters.get(member) or []:
                yield _arn(form, str(name), call)
    if call.service == "events" and call.operation.endswith("Rule") and call.text("Name"):
        yield _arn("arn:aws:events:{here}:rule/{name}", call.text("Name"), call)
    if call.service == "iam":
        yield from _of_roles(call, facts)


def _of_roles(call: Call, facts: Facts) -> Iterator[str]:
    path = call.text("Path") or "/"
    if role := call.text("RoleName"):
        known = facts.role(role, call.account)
        yield known[0] if known else f"arn:aws:iam::{call.account}:role{path}{role}"
    elif policy := call.text("PolicyArn"):
        yield policy
    if call.operation == "CreatePolicy":
        yield f"arn:aws:iam::{call.account}:policy{path}{call.text('PolicyName')}"
    if call.operation == "CreateServiceLinkedRole":
        yield f"arn:aws:iam::{call.account}:role/aws-service-role/{call.text('AWSServiceName')}/*"


def _of_iam(call: Call) -> dict[str, tuple[str, ...]]:
    if call.service != "iam":
        return {}
    given = {
        "iam:policyarn": call.text("PolicyArn"),
        "iam:permissionsboundary": call.text("PermissionsBoundary"),
        "iam:awsservicename": call.text("AWSServiceName"),
    }
    return {name: (value,) for name, value in given.items() if value}


def _arn(form: str, name: str, call: Call) -> str:
    if name.startswith("arn:"):
        return name
    return form.format(name=name, here=f"{call.region}:{call.account}", account=call.account)
