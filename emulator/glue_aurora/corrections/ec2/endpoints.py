"""VPC endpoints as AWS keeps them.

moto-ext 5.1.54 and LocalStack 4.10 check nothing when an endpoint is made, leave the default type out of the answers,
and keep a deleted endpoint. Their ModifyVpcEndpoint ignores security groups, IpAddressType, DnsOptions and ResetPolicy,
and makes neither routes nor network interfaces. Here an endpoint, its routes and its interfaces change together, and a
request that AWS refuses changes nothing. EC2 API reference: CreateVpcEndpoint, ModifyVpcEndpoint. VPC guide, "AWS
PrivateLink": one subnet per zone, private DNS needs both DNS attributes of the VPC.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from moto.ec2.models.vpcs import VPCBackend, VPCEndPoint
from moto.ec2.utils import random_private_ip

from glue_aurora.corrections.ec2.network_rules import has_ipv6
from glue_aurora.service.errors import ApiError, NotSupportedError

GATEWAY, INTERFACE = "Gateway", "Interface"
_MADE_HERE = (GATEWAY, INTERFACE)
_DEFAULT_POLICY = json.dumps(VPCEndPoint.DEFAULT_POLICY)
_ONLY_OF_INTERFACES = ("SubnetIds", "SecurityGroupIds")


def complete_request(backend: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a CreateVpcEndpoint request with AWS's defaults.

    Raises:
        ApiError: AWS would refuse it.
        NotSupportedError: a type of endpoint or a member that the emulator does not have.
    """
    full = {key: value for key, value in request.items() if value is not None}
    type_ = full.setdefault("VpcEndpointType", GATEWAY)
    if type_ not in _MADE_HERE:
        raise NotSupportedError(f"A VPC endpoint of type {type_}")
    _refuse_unsupported(full, ("SubnetConfigurations", "ResourceConfigurationArn", "ServiceNetworkArn"))
    if full.get("ServiceRegion") not in (None, backend.region_name):
        raise NotSupportedError("ServiceRegion: an endpoint service of another region")
    vpc = backend.get_vpc(full["VpcId"])
    _check_service(backend, str(full.get("ServiceName")), type_)
    _check_policy(full.get("PolicyDocument"))
    tables = full.setdefault("RouteTableIds", [])
    if type_ == GATEWAY:
        given = [name for name in _ONLY_OF_INTERFACES if full.get(name)]
        if given:
            message = f"{given[0]} is only supported for Interface type VPC Endpoint."
            remedy = f"Take {given[0]} out, or make VpcEndpointType Interface."
            raise ApiError("InvalidParameter", message, remedy=remedy)
        full["PrivateDnsEnabled"] = False
        prefix_list = _prefix_list(backend, full["ServiceName"])
        _check_new_tables(backend, vpc.id, prefix_list, tables)
        return full
    if tables:
        message = "Route table IDs are only supported for Gateway type VPC Endpoint."
        raise ApiError("InvalidParameter", message, remedy="Give the endpoint SubnetIds in place of RouteTableIds.")
    full.setdefault("SubnetIds", [])
    _check_subnets(backend, vpc.id, full["SubnetIds"])
    _check_addresses(backend, full.get("IpAddressType"), full["SubnetIds"])
    full["SecurityGroupIds"] = full.get("SecurityGroupIds") or [
        backend.get_security_group_from_name("default", vpc_id=vpc.id).id
    ]
    _check_groups(backend, vpc.id, full["SecurityGroupIds"])
    full.setdefault("PrivateDnsEnabled", True)
    if full["PrivateDnsEnabled"]:
        _check_private_dns(backend, vpc, full["ServiceName"], None)
    return full


def finish(backend: Any, endpoint_id: str, request: Mapping[str, Any]) -> None:
    """Gives an endpoint that moto has made what moto leaves out of it. The request is a complete one."""
    endpoint = backend.vpc_end_points[endpoint_id]
    _set_options(endpoint, request)
    for interface_id, subnet_id in zip(endpoint.network_interface_ids, endpoint.subnet_ids or [], strict=False):
        _dress_interface(backend, endpoint, backend.enis[interface_id], subnet_id)


def modify(backend: Any, request: Mapping[str, Any]) -> None:
    """Changes an endpoint as ModifyVpcEndpoint asks.

    Raises:
        ApiError: AWS would refuse it. Nothing has changed then.
        NotSupportedError: the request has SubnetConfigurations.
    """
    _refuse_unsupported(request, ("SubnetConfigurations",))
    endpoint = backend.get_vpc_end_point(request["VpcEndpointId"])
    vpc = backend.get_vpc(endpoint.vpc_id)
    gateway = (endpoint.vpc_endpoint_type or GATEWAY) == GATEWAY
    wrong = ("SubnetIds", "SecurityGroupIds") if gateway else ("RouteTableIds",)
    for name in wrong:
        if request.get(f"Add{name}") or request.get(f"Remove{name}"):
            other = INTERFACE if gateway else GATEWAY
            message = f"{name} is only supported for {other} type VPC Endpoint."
            raise ApiError("InvalidParameter", message, remedy=f"Take Add{name} and Remove{name} out.")
    if request.get("ResetPolicy") and request.get("PolicyDocument"):
        message = "PolicyDocument and ResetPolicy can't be used together."
        raise ApiError("InvalidParameterCombination", message, remedy="Give one of the two.")
    _check_policy(request.get("PolicyDocument"))

    new_tables, old_tables = _changes(request, "RouteTableIds", endpoint.route_table_ids)
    new_subnets, old_subnets = _changes(request, "SubnetIds", endpoint.subnet_ids)
    new_groups, old_groups = _changes(request, "SecurityGroupIds", endpoint.security_group_ids)
    _check_new_tables(backend, vpc.id, endpoint.destination_prefix_list_id, new_tables)
    kept = [one for one in endpoint.subnet_ids or [] if one not in old_subnets]
    _check_subnets(backend, vpc.id, [*kept, *new_subnets])
    if not gateway:
        addresses = request.get("IpAddressType") or getattr(endpoint, "ip_address_type", "ipv4")
        _check_addresses(backend, addresses, [*kept, *new_subnets])
    _check_groups(backend, vpc.id, new_groups)
    if request.get("PrivateDnsEnabled"):
        if gateway:
            message = "Private DNS is only supported for Interface type VPC Endpoint."
            raise ApiError("InvalidParameter", message, remedy="Take PrivateDnsEnabled out.")
        _check_private_dns(backend, vpc, endpoint.service_name, endpoint.id)

    # Everything is checked: nothing below refuses.
    if request.get("ResetPolicy"):
        endpoint.policy_document = _DEFAULT_POLICY
    elif request.get("PolicyDocument"):
        endpoint.policy_document = request["PolicyDocument"]
    _change_routes(backend, endpoint, new_tables, old_tables)
    groups = [one for one in endpoint.security_group_ids if one not in old_groups]
    endpoint.security_group_ids = [*groups, *new_groups]
    _change_interfaces(backend, endpoint, new_subnets, old_subnets)
    if request.get("PrivateDnsEnabled") is not None:
        endpoint.private_dns_enabled = bool(request["PrivateDnsEnabled"])
    _set_options(endpoint, request)


def delete(backend: Any, endpoint_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Deletes endpoints with their routes and interfaces. Returns the unsuccessful items: ids that do not exist."""
    unsuccessful = []
    for endpoint_id in endpoint_ids:
        endpoint = backend.vpc_end_points.get(endpoint_id)
        if endpoint is None:
            message = f"The Vpc Endpoint Id '{endpoint_id}' does not exist"
            error = {"Code": "InvalidVpcEndpoint.NotFound", "Message": message}
            unsuccessful.append({"ResourceId": endpoint_id, "Error": error})
            continue
        _change_routes(backend, endpoint, [], endpoint.route_table_ids)
        _change_interfaces(backend, endpoint, [], endpoint.subnet_ids or [])
        del backend.vpc_end_points[endpoint_id]
        backend.tags.pop(endpoint_id, None)
    return unsuccessful


def describe(backend: Any, answer: dict[str, Any]) -> None:
    """Completes an endpoint of an answer with what moto and LocalStack leave out or change."""
    endpoint = backend.vpc_end_points[answer["VpcEndpointId"]]
    answer["PolicyDocument"] = endpoint.policy_document or _DEFAULT_POLICY
    answer["VpcEndpointType"] = endpoint.vpc_endpoint_type or GATEWAY
    # A route table that is deleted leaves the endpoint.
    answer["RouteTableIds"] = [one for one in endpoint.route_table_ids if one in backend.route_tables]
    answer["PrivateDnsEnabled"] = bool(endpoint.private_dns_enabled)
    answer["RequesterManaged"] = False
    for name in ("SubnetIds", "Groups", "NetworkInterfaceIds", "DnsEntries", "Tags"):
        answer.setdefault(name, [])
    answer["IpAddressType"] = getattr(endpoint, "ip_address_type", "ipv4")
    answer["DnsOptions"] = dict(getattr(endpoint, "dns_options", {"DnsRecordIpType": "ipv4"}))


def filter_value(endpoint: VPCEndPoint, name: str) -> Any:
    """Returns an endpoint's value for a filter of DescribeVpcEndpoints that moto reads wrongly, or None."""
    values: dict[str, Any] = {
        "vpc-endpoint-id": endpoint.id,
        "vpc-endpoint-type": endpoint.vpc_endpoint_type or GATEWAY,
        "ip-address-type": getattr(endpoint, "ip_address_type", "ipv4"),
        "dns-record-ip-type": getattr(endpoint, "dns_options", {}).get("DnsRecordIpType", "ipv4"),
    }
    return values.get(name)


def using_group(backend: Any, group_id: str) -> bool:
    """Returns whether an endpoint has this security group."""
    return any(group_id in endpoint.security_group_ids for endpoint in backend.vpc_end_points.values())


def _refuse_unsupported(request: Mapping[str, Any], names: Sequence[str]) -> None:
    for name in names:
        if request.get(name):
            raise NotSupportedError(f"{name} of a VPC endpoint")


def _check_service(backend: Any, name: str, type_: str) -> None:
    services: Any = VPCBackend._collect_default_endpoint_services(
        account_id=backend.account_id, region=backend.region_name
    )
    types = {kind["ServiceType"] for one in services if one["ServiceName"] == name for kind in one["ServiceType"]}
    if not types:
        message = f"The Vpc Endpoint Service '{name}' does not exist"
        remedy = f"Name a service of this region, com.amazonaws.{backend.region_name}.s3 for example."
        raise ApiError("InvalidServiceName", message, remedy=remedy)
    if type_ not in types:
        listed = ", ".join(sorted(types))
        message = f"Endpoint type ({type_}) does not match available service types ([{listed}])."
        raise ApiError("InvalidParameter", message, remedy=f"Make VpcEndpointType {listed}.")


def _check_policy(document: str | None) -> None:
    if not document:
        return
    try:
        policy = json.loads(document)
    except ValueError:
        policy = None
    if not isinstance(policy, dict) or "Statement" not in policy:
        message = "The specified policy document is not a valid JSON policy document."
        raise ApiError("InvalidPolicyDocument", message, remedy="Write the policy as a JSON object with Statement.")


def _check_new_tables(backend: Any, vpc_id: str, prefix_list_id: str | None, tables: Sequence[str]) -> None:
    for table_id in tables:
        table = backend.route_tables.get(table_id)
        if table is None:
            message = f"The routeTable ID '{table_id}' does not exist"
            raise ApiError("InvalidRouteTableId.NotFound", message, remedy=_of_the_vpc("a route table", vpc_id))
        if table.vpc_id != vpc_id:
            message = f"Route table {table_id} does not belong to {vpc_id}"
            raise ApiError("InvalidParameter", message, remedy=_of_the_vpc("a route table", vpc_id))
        if any(
            route.destination_prefix_list and route.destination_prefix_list.id == prefix_list_id
            for route in table.routes.values()
        ):
            message = f"route table {table_id} already has a route with destination-prefix-list-id {prefix_list_id}"
            remedy = f"Take {table_id} out: another gateway endpoint of this service has it."
            raise ApiError("RouteAlreadyExists", message, remedy=remedy)


def _check_subnets(backend: Any, vpc_id: str, subnet_ids: Sequence[str]) -> None:
    zones: set[str] = set()
    for subnet_id in subnet_ids:
        subnet = _subnet(backend, subnet_id)
        if subnet is None:
            message = f"The subnet ID '{subnet_id}' does not exist"
            raise ApiError("InvalidSubnetId.NotFound", message, remedy=_of_the_vpc("a subnet", vpc_id))
        if subnet.vpc_id != vpc_id:
            message = f"Subnet {subnet_id} does not belong to {vpc_id}"
            raise ApiError("InvalidParameter", message, remedy=_of_the_vpc("a subnet", vpc_id))
        if subnet.availability_zone in zones:
            raise ApiError(
                "DuplicateSubnetsInSameZone",
                f"Found another VPC endpoint subnet in the availability zone of {subnet_id}. VPC endpoint subnets "
                "should be in different availability zones supported by the VPC endpoint service.",
                remedy=f"Take {subnet_id} out, or name one subnet of each zone.",
            )
        zones.add(subnet.availability_zone)


def _check_addresses(backend: Any, type_: str | None, subnet_ids: Sequence[str]) -> None:
    """Raises:
    ApiError: the endpoint would have IPv6 addresses in a subnet without an IPv6 range.

    Source: VPC guide, privatelink/create-interface-endpoint.html, "IP address type". It has the rule without AWS's
    words.
    """
    without = [each for each in subnet_ids if not has_ipv6(_subnet(backend, each))]
    if type_ in ("dualstack", "ipv6") and without:
        message = f"The IP address type {type_} is not supported in subnet {without[0]}, which has no IPv6 CIDR block"
        raise ApiError("InvalidParameter", message, remedy="Give the subnet an IPv6 range, or make the type ipv4.")


def _check_groups(backend: Any, vpc_id: str, group_ids: Sequence[str]) -> None:
    for group_id in group_ids:
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            message = f"The security group '{group_id}' does not exist"
            raise ApiError("InvalidGroup.NotFound", message, remedy=_of_the_vpc("a security group", vpc_id))
        if group.vpc_id != vpc_id:
            message = f"Security group {group_id} does not belong to {vpc_id}"
            raise ApiError("InvalidParameter", message, remedy=_of_the_vpc("a security group", vpc_id))


def _check_private_dns(backend: Any, vpc: Any, service: str, endpoint_id: str | None) -> None:
    if not (_is_true(vpc.enable_dns_support) and _is_true(vpc.enable_dns_hostnames)):
        raise ApiError(
            "InvalidParameter",
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true "
            f"for {vpc.id}",
            remedy=f"Set enable_dns_support and enable_dns_hostnames of {vpc.id} to true.",
        )
    for other in backend.vpc_end_points.values():
        same = other.vpc_id == vpc.id and other.service_name == service and other.id != endpoint_id
        if same and other.vpc_endpoint_type == INTERFACE and other.private_dns_enabled:
            short = service.removeprefix(f"com.amazonaws.{backend.region_name}.")
            raise ApiError(
                "InvalidParameter",
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{short}.{backend.region_name}.amazonaws.com in the VPC {vpc.id}",
                remedy=f"Turn PrivateDnsEnabled off here or in {other.id}, which has the name already.",
            )


def _of_the_vpc(what: str, vpc_id: str) -> str:
    return f"Name {what} of {vpc_id}, the endpoint's VPC."


def _is_true(value: Any) -> bool:
    """moto keeps a VPC's attribute as a boolean or as the word of the request."""
    return str(value).lower() == "true"


def _changes(request: Mapping[str, Any], name: str, present: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Returns the ids to add that are not present, and those to remove.

    Raises:
        ApiError: an id to remove is not present.
    """
    present = present or []
    removed = list(dict.fromkeys(request.get(f"Remove{name}") or []))
    absent = [one for one in removed if one not in present]
    if absent:
        message = f"{absent[0]} is not associated with {request['VpcEndpointId']}"
        raise ApiError("InvalidParameter", message, remedy=f"Take {absent[0]} out of Remove{name}.")
    added = [one for one in dict.fromkeys(request.get(f"Add{name}") or []) if one not in present]
    return added, removed


def _change_routes(backend: Any, endpoint: VPCEndPoint, new: Sequence[str], old: Sequence[str]) -> None:
    for table_id in old:
        table = backend.route_tables.get(table_id)
        for route_id, route in list(table.routes.items()) if table else []:
            if route.gateway is not None and route.gateway.id == endpoint.id:
                del table.routes[route_id]
    for table_id in new:
        backend.create_route(
            table_id,
            None,
            gateway_id=endpoint.id,
            destination_prefix_list_id=endpoint.destination_prefix_list_id,
        )
    endpoint.route_table_ids = [*(one for one in endpoint.route_table_ids if one not in old), *new]


def _change_interfaces(backend: Any, endpoint: VPCEndPoint, new: Sequence[str], old: Sequence[str]) -> None:
    for interface_id in list(endpoint.network_interface_ids):
        interface = backend.enis.get(interface_id)
        if interface is None or interface.subnet.id in old:
            backend.enis.pop(interface_id, None)
            endpoint.network_interface_ids.remove(interface_id)
        else:
            interface._group_set = _groups(backend, endpoint)
    for subnet_id in new:
        cidr = _subnet(backend, subnet_id).cidr_block
        interface = backend.create_network_interface(subnet_id, random_private_ip(cidr))
        _dress_interface(backend, endpoint, interface, subnet_id)
        endpoint.network_interface_ids.append(interface.id)
    endpoint.subnet_ids = [*(one for one in endpoint.subnet_ids or [] if one not in old), *new]


def _dress_interface(backend: Any, endpoint: VPCEndPoint, interface: Any, subnet_id: str) -> None:
    cidr = _subnet(backend, subnet_id).cidr_block
    interface.private_ip_address = random_private_ip(cidr)
    interface.private_ip_addresses = [{"Primary": True, "PrivateIpAddress": interface.private_ip_address}]
    interface.description = f"VPC Endpoint Interface {endpoint.id}"
    interface.interface_type = "vpc_endpoint"
    interface.requester_managed = True
    interface.status = "in-use"
    interface._group_set = _groups(backend, endpoint)


def _groups(backend: Any, endpoint: VPCEndPoint) -> list[Any]:
    return [backend.get_security_group_from_id(one) for one in endpoint.security_group_ids]


def _set_options(endpoint: Any, request: Mapping[str, Any]) -> None:
    if request.get("IpAddressType"):
        endpoint.ip_address_type = request["IpAddressType"]
    if request.get("DnsOptions"):
        default = {"DnsRecordIpType": "ipv4"}
        endpoint.dns_options = {**getattr(endpoint, "dns_options", default), **request["DnsOptions"]}


def _prefix_list(backend: Any, service: str) -> str | None:
    for prefix_list in backend.managed_prefix_lists.values():
        if prefix_list.prefix_list_name == service:
            return str(prefix_list.id)
    return None


def _subnet(backend: Any, subnet_id: str) -> Any:
    for subnets in backend.subnets.values():
        if subnet_id in subnets:
            return subnets[subnet_id]
    return None
