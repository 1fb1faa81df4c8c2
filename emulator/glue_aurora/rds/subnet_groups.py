"""DB subnet groups."""

import re
from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.rds import faults, network
from glue_aurora.rds.dialect import page
from glue_aurora.rds.models import SubnetGroup
from glue_aurora.rds.requests import check_printable, refuse_unknown_members, required, tags_of
from glue_aurora.rds.store import arn, store_of


def create(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Creates a DB subnet group of subnets in two or more zones of one VPC."""
    members = ("DBSubnetGroupName", "DBSubnetGroupDescription", "SubnetIds", "Tags")
    refuse_unknown_members("CreateDBSubnetGroup", request, members)
    name = required(request, "DBSubnetGroupName").lower()
    if len(name) > 255 or name == "default" or not re.fullmatch(r"[a-z0-9 ._-]+", name):
        raise faults.invalid_value(
            "The parameter DBSubnetGroupName must be at most 255 letters, digits, spaces, periods, underscores and "
            "hyphens, and not 'default'."
        )
    check_printable(request, "DBSubnetGroupDescription")
    groups = store_of(context).subnet_groups
    if name in groups:
        raise faults.subnet_group_exists(name)
    vpc_id, subnets = network.subnets(context, request["SubnetIds"])
    group = SubnetGroup(
        name=name,
        arn=arn(context, "subgrp", name),
        description=required(request, "DBSubnetGroupDescription"),
        vpc_id=vpc_id,
        subnets=subnets,
        tags=tags_of(request),
    )
    groups[name] = group
    return {"DBSubnetGroup": answer(group)}


def describe(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns one DB subnet group or all."""
    refuse_unknown_members("DescribeDBSubnetGroups", request, ("DBSubnetGroupName", "MaxRecords", "Marker"))
    name = request.get("DBSubnetGroupName")
    groups = [find(context, name)] if name else list(store_of(context).subnet_groups.values())
    return page(request, "DBSubnetGroups", groups, answer, key=lambda group: group.name)


def modify(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Changes the subnets of a DB subnet group within its VPC, and its description."""
    group = find(context, required(request, "DBSubnetGroupName"))
    check_printable(request, "DBSubnetGroupDescription")
    vpc_id, subnets = network.subnets(context, request["SubnetIds"])
    if vpc_id != group.vpc_id:
        raise faults.invalid_subnet(f"The subnets lie in {vpc_id}, the DB subnet group in {group.vpc_id}.")
    group.subnets = subnets
    group.description = request.get("DBSubnetGroupDescription") or group.description
    return {"DBSubnetGroup": answer(group)}


def delete(context: RequestContext, request: Mapping[str, Any]) -> None:
    """Deletes a DB subnet group that no cluster uses."""
    group = find(context, required(request, "DBSubnetGroupName"))
    for cluster in store_of(context).clusters.values():
        if cluster.subnet_group == group.name:
            raise faults.subnet_group_in_use(group.name, cluster.identifier)
    del store_of(context).subnet_groups[group.name]


def find(context: RequestContext, name: str) -> SubnetGroup:
    """Returns the subnet group.

    Raises:
        ApiError: DBSubnetGroupNotFoundFault.
    """
    group = store_of(context).subnet_groups.get(name.lower())
    if group is None:
        raise faults.subnet_group_not_found(name)
    return group


def answer(group: SubnetGroup) -> dict[str, Any]:
    """Returns the group as the API's DBSubnetGroup."""
    return {
        "DBSubnetGroupName": group.name,
        "DBSubnetGroupDescription": group.description,
        "DBSubnetGroupArn": group.arn,
        "VpcId": group.vpc_id,
        "SubnetGroupStatus": "Complete",
        "Subnets": [
            {
                "SubnetIdentifier": subnet.subnet_id,
                "SubnetAvailabilityZone": {"Name": subnet.zone},
                "SubnetOutpost": {},
                "SubnetStatus": "Active",
            }
            for subnet in group.subnets
        ],
        "SupportedNetworkTypes": ["IPV4"],
    }
