"""Amazon EC2: networks.

Source: service-authorization/latest/reference/list_amazonec2.html. Describe actions know no resource, but for
DescribeVpcAttribute and a few others; a resource that is made is `TYPE/*` in the question.
"""

from collections.abc import Iterator

from glue_aurora.parity.identity.needs.need import Facts, Need
from glue_aurora.parity.identity.needs.tags import keys_of, tags_of
from glue_aurora.service.call import Call

_TYPES = {
    "vpc": "vpc",
    "subnet": "subnet",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "rtb": "route-table",
    "vpce": "vpc-endpoint",
    "eni": "network-interface",
    "acl": "network-acl",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "eipalloc": "elastic-ip",
    "dopt": "dhcp-options",
    "pl": "prefix-list",
}
_MADE = {
    "CreateVpc": "vpc",
    "CreateSubnet": "subnet",
    "CreateSecurityGroup": "security-group",
    "CreateRouteTable": "route-table",
    "CreateVpcEndpoint": "vpc-endpoint",
    "CreateNetworkInterface": "network-interface",
    "CreateNetworkAcl": "network-acl",
    "CreateInternetGateway": "internet-gateway",
    "CreateNatGateway": "natgateway",
    "AllocateAddress": "elastic-ip",
}
_UNKNOWN = ("aws:resourcetag/*", "ec2:*")


def needs(call: Call, facts: Facts) -> list[Need]:
    """Returns the needs of an operation of EC2."""
    action = f"ec2:{call.operation}"
    if call.operation.startswith("Describe") and call.operation != "DescribeVpcAttribute":
        return [Need(action, "*", unknown=_UNKNOWN)]
    context = keys_of(tags_of(call))
    made = _MADE.get(call.operation)
    resources: list[str | None] = [*([call.arn("ec2", f"{made}/*")] if made else []), *_named(call)]
    found = [Need(action, resource, context, unknown=_UNKNOWN) for resource in resources or [None]]
    if made and context:
        creating = {**context, "ec2:createaction": (call.operation,)}
        found.append(Need("ec2:CreateTags", call.arn("ec2", f"{made}/*"), creating, unknown=_UNKNOWN))
    return found


def _named(call: Call) -> Iterator[str]:
    """Yields the ARNs of the resources that the request's own members name by id."""
    for value in call.parameters.values():
        for each in value if isinstance(value, list) else [value]:
            kind = _TYPES.get(str(each).partition("-")[0]) if isinstance(each, str) and "-" in each else None
            if kind and each.partition("-")[2].isalnum():
                yield call.arn("ec2", f"{kind}/{each}")
