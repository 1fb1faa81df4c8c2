"""Refuses to delete what is in use, where moto-ext 5.1.54 deletes it.

EC2 API reference: DeleteVpc ("you must detach or delete all gateways and resources"), DeleteSubnet, DeleteSecurityGroup
(a group with interfaces, or that another group's rule names), DeleteNetworkAcl (not the default one).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from glue_aurora.corrections.ec2 import endpoints
from glue_aurora.rds.store import rds_stores
from glue_aurora.service.errors import ApiError

_DEFAULT_GROUP = "default"


def check_vpc(backend: Any, vpc_id: str) -> None:
    """Raises:
    ApiError: the VPC has something beside what AWS made with it.
    """
    backend.get_vpc(vpc_id)
    used = [
        *(one.id for one in backend.vpc_end_points.values() if one.vpc_id == vpc_id),
        *(one.id for one in backend.internet_gateways.values() if one.vpc and one.vpc.id == vpc_id),
        *(one.id for one in backend.groups.get(vpc_id, {}).values() if one.name != _DEFAULT_GROUP),
        *(one.id for one in backend.network_acls.values() if one.vpc_id == vpc_id and not one.default),
        *(one.id for one in _interfaces(backend, vpc_id=vpc_id)),
    ]
    if used:
        raise _in_use(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.", used)


def forget_vpc(backend: Any, vpc_id: str) -> None:
    """Removes the network ACL of a deleted VPC. AWS deletes it with the VPC, and moto keeps it."""
    for acl_id in [acl.id for acl in backend.network_acls.values() if acl.vpc_id == vpc_id]:
        del backend.network_acls[acl_id]


def check_subnet(backend: Any, subnet_id: str) -> None:
    """Raises:
    ApiError: the subnet has a network interface.
    """
    backend.get_subnet(subnet_id)
    if used := [one.id for one in _interfaces(backend, subnet_id=subnet_id)]:
        raise _in_use(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.", used)


def check_group(backend: Any, group: Any) -> None:
    """Raises:
    ApiError: the group is a default one, a rule of another group names it, or something runs in it.
    """
    if group.name == _DEFAULT_GROUP:
        message = f'the specified group: "{group.id}" name: "{_DEFAULT_GROUP}" cannot be deleted by a user'
        raise ApiError("CannotDelete", message, remedy="Delete the VPC, which takes its default group with it.")
    others = [one for groups in backend.groups.values() for one in groups.values() if one.id != group.id]
    clusters = rds_stores[backend.account_id][backend.region_name].clusters.values()
    used = [
        *(f"a rule of {one.id}" for one in others if _names_group(one, group.id)),
        *(["an endpoint's groups"] if endpoints.using_group(backend, group.id) else []),
        *(one.id for one in _interfaces(backend, vpc_id=group.vpc_id) if group in one.group_set),
        *("the groups of a cluster" for cluster in clusters if group.id in cluster.security_group_ids),
    ]
    if used:
        raise _in_use(f"resource {group.id} has a dependent object", used)


def check_network_acl(backend: Any, acl_id: str) -> None:
    """Raises:
    ApiError: the ACL is its VPC's default one.
    """
    if backend.get_network_acl(acl_id).default:
        message = f"cannot delete default network ACL {acl_id}"
        raise ApiError("InvalidParameterValue", message, remedy="Delete the VPC, which takes its default ACL with it.")


def check_dhcp_options(backend: Any, options_id: str) -> None:
    """Raises:
    ApiError: a VPC has the options. moto remembers only the last VPC that got them.
    """
    used = [vpc.id for vpc in backend.vpcs.values() if vpc.dhcp_options and vpc.dhcp_options.id == options_id]
    if used:
        raise _in_use(f"The dhcpOptions '{options_id}' has dependencies and cannot be deleted.", used)


def _names_group(group: Any, other_id: str) -> bool:
    rules = (*group.ingress_rules, *group.egress_rules)
    return any((rule.source_group or {}).get("GroupId") == other_id for rule in rules)


def _interfaces(backend: Any, vpc_id: str | None = None, subnet_id: str | None = None) -> Iterator[Any]:
    """Yields the network interfaces there, without those that moto keeps of what is gone."""
    of_deleted = {one._eni.id for one in backend.nat_gateways.values() if one.state == "deleted"}
    for interface in list(backend.enis.values()):
        gone = interface.id in of_deleted or (interface.instance and interface.instance._state.name == "terminated")
        if not gone and vpc_id in (None, interface.subnet.vpc_id) and subnet_id in (None, interface.subnet.id):
            yield interface


def _in_use(message: str, used: Sequence[str]) -> ApiError:
    return ApiError("DependencyViolation", message, remedy=f"Delete or change first: {', '.join(used)}.")
