"""What Glue itself does with a job's role before the script runs, apart from reading the script and the other files.

Sources: glue/latest/dg/create-service-policy.html and connection-properties.html (the list of ec2 actions).
The worker reads the files with the role's credentials, so those reads are judged as they happen.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from glue_aurora.parity.identity.needs.glue import of_connection
from glue_aurora.parity.identity.needs.need import Need
from glue_aurora.service.call import Call

_LOOKS = ("DescribeSubnets", "DescribeSecurityGroups", "DescribeVpcEndpoints", "DescribeRouteTables")
_TAG = {"aws:tagkeys": ("aws-glue-service-resource",)}
_UNKNOWN = ("aws:resourcetag/*", "aws:requesttag/*", "ec2:*")


def needs(call: Call, connections: Sequence[Mapping[str, Any]], vpc: str | None) -> list[Need]:
    """Returns the needs of the launch of a run with these connections. `vpc` is that of the first subnet."""
    found = [need for each in connections for need in of_connection(call, "GetConnection", each["Name"])]
    places = [place for each in connections if (place := each.get("PhysicalConnectionRequirements"))]
    if places:
        found += _of_interface(call, places[0], vpc)
    return found


def _of_interface(call: Call, place: Mapping[str, Any], vpc: str | None) -> list[Need]:
    interface = call.arn("ec2", "network-interface/*")  # as AWS's refusals name it
    created = [
        interface,
        call.arn("ec2", f"subnet/{place.get('SubnetId', '')}"),
        *(call.arn("ec2", f"security-group/{group}") for group in place.get("SecurityGroupIdList") or []),
    ]
    return [
        *(Need(f"ec2:{action}", "*", unknown=_UNKNOWN) for action in _LOOKS),
        Need("ec2:DescribeVpcAttribute", call.arn("ec2", f"vpc/{vpc}") if vpc else None, unknown=_UNKNOWN),
        *(Need("ec2:CreateNetworkInterface", arn, unknown=_UNKNOWN) for arn in created),
        Need("ec2:CreateTags", interface, _TAG, unknown=_UNKNOWN),
        Need("ec2:DeleteNetworkInterface", interface, unknown=_UNKNOWN),
    ]
