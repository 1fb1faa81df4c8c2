"""Subnets, routes, network ACLs and DHCP options as AWS keeps them, where moto-ext 5.1.54 drops a value."""

from collections.abc import Mapping
from typing import Any

from glue_aurora.service.errors import ApiError, NotSupportedError

_SUBNET_FLAGS = {
    "MapPublicIpOnLaunch": "map_public_ip_on_launch",
    "AssignIpv6AddressOnCreation": "assign_ipv6_address_on_creation",
    "EnableDns64": "enable_dns64",
}
_SUBNET_RECORDS = {
    "EnableResourceNameDnsARecordOnLaunch": "EnableResourceNameDnsARecord",
    "EnableResourceNameDnsAAAARecordOnLaunch": "EnableResourceNameDnsAAAARecord",
}
_SUBNET_HOST_NAME = "PrivateDnsHostnameTypeOnLaunch"
_ROUTE_TARGETS = {
    "CarrierGatewayId": "carrier_gateways",
    "EgressOnlyInternetGatewayId": "egress_only_internet_gateways",
    "GatewayId": None,
    "InstanceId": None,
    "NatGatewayId": "nat_gateways",
    "NetworkInterfaceId": None,
    "TransitGatewayId": "transit_gateways",
    "VpcEndpointId": None,
    "VpcPeeringConnectionId": None,
}
_LOCAL = "LocalTarget"
_DHCP_KEYS = {
    "domain-name-servers",
    "domain-name",
    "ntp-servers",
    "netbios-name-servers",
    "netbios-node-type",
    "ipv6-address-preferred-lease-time",
}
_LAST_RULE = 32767


def subnet_request(backend: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a CreateSubnet request with a zone's name.

    moto takes us-east-1a in every region, and files a subnet with AvailabilityZoneId alone where nobody finds it.
    """
    full = {key: value for key, value in request.items() if value is not None}
    zone_id = full.get("AvailabilityZoneId")
    if not full.get("AvailabilityZone"):
        zones = backend.describe_availability_zones()
        names = sorted(zone.name for zone in zones if zone_id in (None, zone.zone_id))
        if not names:
            message = f"Value ({zone_id}) for parameter availabilityZoneId is invalid."
            raise ApiError("InvalidParameterValue", message, remedy="DescribeAvailabilityZones has this region's.")
        full["AvailabilityZone"] = names[0]
        full.pop("AvailabilityZoneId", None)
    return full


def finish_subnet(subnet: Any, answer: dict[str, Any]) -> None:
    """Takes from a new subnet what moto gives to the first one of a zone: only AWS makes default subnets."""
    subnet.default_for_az = subnet.map_public_ip_on_launch = False
    answer.update(DefaultForAz=False, MapPublicIpOnLaunch=False)
    describe_subnet(subnet, answer)


def describe_subnet(subnet: Any, answer: dict[str, Any]) -> None:
    """Completes a subnet of an answer."""
    answer["EnableDns64"] = bool(getattr(subnet, "enable_dns64", False))
    answer["PrivateDnsNameOptionsOnLaunch"] = dict(dns_options(subnet))
    answer["MapCustomerOwnedIpOnLaunch"] = False


def dns_options(subnet: Any) -> dict[str, Any]:
    """Returns a subnet's own options of private DNS names. The moto of LocalStack's image, 5.1.15, has none."""
    fresh = {
        "HostnameType": "ip-name",
        "EnableResourceNameDnsARecord": False,
        "EnableResourceNameDnsAAAARecord": False,
    }
    options: dict[str, Any] = subnet.__dict__.setdefault("private_dns_name_options_on_launch", fresh)
    return options


def modify_subnet(backend: Any, request: Mapping[str, Any]) -> None:
    """Changes a subnet's attributes.

    Raises:
        NotSupportedError: an attribute that the emulator does not have.
    """
    known = {"SubnetId", _SUBNET_HOST_NAME, *_SUBNET_FLAGS, *_SUBNET_RECORDS}
    for name, value in request.items():
        if value is not None and name not in known:
            raise NotSupportedError(f"{name} of a subnet")
    subnet = backend.get_subnet(request["SubnetId"])
    for name, attribute in _SUBNET_FLAGS.items():
        if request.get(name):
            setattr(subnet, attribute, request[name]["Value"])
    for name, option in _SUBNET_RECORDS.items():
        if request.get(name):
            dns_options(subnet)[option] = request[name]["Value"]
    if request.get(_SUBNET_HOST_NAME):
        dns_options(subnet)["HostnameType"] = request[_SUBNET_HOST_NAME]


def check_route(backend: Any, request: Mapping[str, Any], *, new: bool) -> None:
    """Checks a CreateRoute or ReplaceRoute.

    Raises:
        ApiError: the route has no target, several ones, or one that does not exist; or a new route is not new.
        NotSupportedError: a target that moto would drop.
    """
    for name in ("CoreNetworkArn", "LocalGatewayId", "OdbNetworkArn"):
        if request.get(name):
            raise NotSupportedError(f"{name} as a route's target")
    given = [name for name in (*_ROUTE_TARGETS, _LOCAL) if request.get(name)]
    if len(given) != 1:
        names = ", ".join(name[0].lower() + name[1:] for name in _ROUTE_TARGETS)
        code = "InvalidParameterCombination" if given else "MissingParameter"
        message = f"The request must contain exactly one of {names}"
        raise ApiError(code, message, remedy=f"Give the route one target. It has {len(given)}.")
    (target,) = given
    collection = _ROUTE_TARGETS.get(target)
    if collection and request[target] not in getattr(backend, collection):
        kind = target.removesuffix("Id")
        message = f"The {kind[0].lower()}{kind[1:]} ID '{request[target]}' does not exist"
        raise ApiError(f"Invalid{kind}ID.NotFound", message, remedy="Make the route's target first.")
    prefix_list = request.get("DestinationPrefixListId")
    if prefix_list and prefix_list not in backend.managed_prefix_lists:
        message = f"The prefix list ID '{prefix_list}' does not exist"
        remedy = "Name a prefix list of this region. DescribeManagedPrefixLists has them."
        raise ApiError("InvalidPrefixListID.NotFound", message, remedy=remedy)
    destination = request.get("DestinationIpv6CidrBlock") or prefix_list
    if new and destination and _route(backend, request):
        message = f"The route identified by {destination} already exists."
        raise ApiError("RouteAlreadyExists", message, remedy="Replace the route, or choose another destination.")


def finish_replaced_route(backend: Any, request: Mapping[str, Any]) -> None:
    """Makes a replaced route local, or no longer local. moto keeps both targets."""
    route = _route(backend, request)
    if route is not None:
        route.local = bool(request.get(_LOCAL))


def _route(backend: Any, request: Mapping[str, Any]) -> Any:
    names = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    destination = next((request[name] for name in names if request.get(name)), None)
    table = backend.get_route_table(request["RouteTableId"])
    return table.routes.get(f"{table.id}~{destination}")


def add_last_entries(backend: Any, acl_id: str) -> None:
    """Gives a new network ACL the entries that deny what no other entry allows."""
    for egress in (True, False):
        backend.create_network_acl_entry(
            network_acl_id=acl_id,
            rule_number=_LAST_RULE,
            protocol="-1",
            rule_action="deny",
            egress=egress,
            cidr_block="0.0.0.0/0",
            icmp_code=None,
            icmp_type=None,
            port_range_from=None,
            port_range_to=None,
            ipv6_cidr_block=None,
        )


def check_acl_entry(backend: Any, request: Mapping[str, Any]) -> None:
    """Raises:
    ApiError: the network ACL has no such entry.
    """
    if _entry(backend, request) is None:
        direction = "egress" if request["Egress"] else "ingress"
        number, acl = request["RuleNumber"], request["NetworkAclId"]
        message = f"The {direction} entry with rule number {number} does not exist in network ACL {acl}"
        raise ApiError("InvalidNetworkAclEntry.NotFound", message, remedy="Create the entry first.")


def keep_icmp(backend: Any, request: Mapping[str, Any]) -> None:
    """Gives an entry its ICMP type and code, which moto looks for under another name."""
    entry, icmp = _entry(backend, request), request.get("IcmpTypeCode")
    if entry is not None and icmp:
        entry.icmp_type, entry.icmp_code = icmp.get("Type"), icmp.get("Code")


def describe_network_acl(backend: Any, answer: dict[str, Any]) -> None:
    """Completes the entries of a network ACL in an answer: moto leaves out zeros."""
    acl = backend.get_network_acl(answer["NetworkAclId"])
    answer["OwnerId"] = backend.account_id
    answer["Entries"] = [_described(entry) for entry in acl.network_acl_entries]


def _entry(backend: Any, request: Mapping[str, Any]) -> Any:
    for entry in backend.get_network_acl(request["NetworkAclId"]).network_acl_entries:
        if (int(entry.rule_number), _is_egress(entry)) == (request["RuleNumber"], request["Egress"]):
            return entry
    return None


def _is_egress(entry: Any) -> bool:
    """The moto of LocalStack's image, 5.1.15, keeps words for it."""
    return str(entry.egress).lower() == "true"


def _described(entry: Any) -> dict[str, Any]:
    answer = {
        "RuleNumber": int(entry.rule_number),
        "Protocol": str(entry.protocol),
        "RuleAction": entry.rule_action,
        "Egress": _is_egress(entry),
        "CidrBlock": entry.cidr_block,
        "Ipv6CidrBlock": entry.ipv6_cidr_block,
    }
    if entry.port_range_from is not None or entry.port_range_to is not None:
        answer["PortRange"] = {"From": entry.port_range_from, "To": entry.port_range_to}
    if entry.icmp_type is not None or entry.icmp_code is not None:
        answer["IcmpTypeCode"] = {"Type": entry.icmp_type, "Code": entry.icmp_code}
    return {key: value for key, value in answer.items() if value is not None}


def check_dhcp_options(request: Mapping[str, Any]) -> None:
    """Raises:
    ApiError: AWS has no such option. moto drops it.
    """
    for option in request.get("DhcpConfigurations") or []:
        if option.get("Key") not in _DHCP_KEYS:
            message = f"Value ({option.get('Key')}) for parameter name is invalid. Unknown DHCP option"
            raise ApiError("InvalidParameterValue", message, remedy=f"Use one of {', '.join(sorted(_DHCP_KEYS))}.")


def finish_dhcp_options(backend: Any, request: Mapping[str, Any], answer: dict[str, Any]) -> None:
    """Gives new DHCP options their tags, and the option that moto does not know."""
    options = backend.dhcp_options_sets[answer["DhcpOptionsId"]]
    for option in request.get("DhcpConfigurations") or []:
        options._options[option["Key"]] = option.get("Values") or []
    for specification in request.get("TagSpecifications") or []:
        if specification.get("ResourceType") == "dhcp-options":
            options.add_tags({tag["Key"]: tag.get("Value") or "" for tag in specification.get("Tags") or []})
    describe_dhcp_options(backend, answer)


def describe_dhcp_options(backend: Any, answer: dict[str, Any]) -> None:
    """Completes DHCP options of an answer."""
    options = backend.dhcp_options_sets[answer["DhcpOptionsId"]]
    answer["OwnerId"] = backend.account_id
    answer["DhcpConfigurations"] = [
        {"Key": key, "Values": [{"Value": value} for value in values]}
        for key, values in options.options.items()
        if values
    ]
    answer["Tags"] = [{"Key": tag["key"], "Value": tag["value"]} for tag in options.get_tags()]
