"""The way of a run's network interface to an AWS service: by a VPC endpoint, or by the internet.

Source: vpc/latest/privatelink/ (interface endpoints, private DNS, gateway endpoints).
"""

from collections.abc import Sequence
from dataclasses import replace

from glue_aurora.parity.network.names import Names, names_of
from glue_aurora.parity.network.packets import Addresses, Peer
from glue_aurora.parity.network.reachability import (
    HTTPS,
    INTERNET,
    Interface,
    Way,
    leaving,
    to_internet,
    to_peers,
    way_by,
)
from glue_aurora.parity.network.services import endpoint_services
from glue_aurora.parity.network.vpc import Description, Vpc


def to_service(vpc: Vpc, interface: Interface, prefix: str, region: str) -> Way:
    """Returns the way to an AWS service of a region. `prefix` is the service's endpoint prefix."""
    names = names_of(vpc, interface)
    if names.stopped_by:
        return Way(False, stopped_by=names.stopped_by, named=False)
    way = _to_address(vpc, interface, endpoint_services(prefix, region), names)
    if not way.reaches or not names.doubt:
        return way
    return replace(way, doubt="; ".join(each for each in (way.doubt, names.doubt) if each))


def _to_address(vpc: Vpc, interface: Interface, services: Sequence[str], names: Names) -> Way:
    peer = replace(INTERNET, prefix_list=vpc.prefix_list_of(services))
    reasons: list[str] = []
    gateways = [each for each in vpc.endpoints_of(services) if each.get("VpcEndpointType", "Gateway") == "Gateway"]
    private = [each for each in vpc.endpoints_of(services) if each.get("VpcEndpointType") == "Interface"]
    taking = [each for each in private if names.private and _takes_the_name(vpc, each)]
    if taking:  # the service's name leads to the endpoint, and to nothing else
        ways = [_by_interface_endpoint(vpc, interface, each) for each in taking]
        return next((way for way in ways if way.reaches), ways[0])
    reasons += [_no_private_name(vpc, each, names) for each in private]
    for endpoint in gateways:
        way = _by_gateway(vpc, interface, endpoint, peer)
        if way.reaches or way.endpoint:
            return way  # a route to the endpoint is more specific than a route to the internet
        reasons.append(way.stopped_by)
    way = to_internet(vpc, interface, HTTPS, peer)
    if way.reaches:
        return way
    if not reasons:
        reasons = [f"{vpc.vpc_id} has no VPC endpoint for {' or '.join(services)}"]
    return Way(False, stopped_by=f"{'; '.join(reasons)}; {way.stopped_by}")


def _by_gateway(vpc: Vpc, interface: Interface, endpoint: Description, peer: Peer) -> Way:
    name = endpoint["VpcEndpointId"]
    table = vpc.route_table_of(interface.subnet)
    if table.get("RouteTableId") not in endpoint.get("RouteTableIds", []):
        where = f"route table {table.get('RouteTableId')} of subnet {interface.subnet}"
        return Way(False, stopped_by=f"gateway endpoint {name} is not associated with {where}")
    return way_by(leaving(vpc, interface, peer, HTTPS), f"gateway endpoint {name}", endpoint=name)


def _takes_the_name(vpc: Vpc, endpoint: Description) -> bool:
    # An interface endpoint of S3 leaves the name to the gateway endpoint, unless told otherwise
    # (AmazonS3/latest/userguide/privatelink-interface-endpoints.html, "Private DNS").
    inbound_only = (endpoint.get("DnsOptions") or {}).get("PrivateDnsOnlyForInboundResolverEndpoint", False)
    private = bool(endpoint.get("PrivateDnsEnabled")) and not inbound_only
    return private and vpc.dns_support and vpc.dns_hostnames


def _no_private_name(vpc: Vpc, endpoint: Description, names: Names) -> str:
    name = endpoint["VpcEndpointId"]
    if not names.private:
        return f"DNS server {names.server} knows no private DNS, so interface endpoint {name} is not on the way"
    if not endpoint.get("PrivateDnsEnabled"):
        return f"interface endpoint {name} has no private DNS, so the service's name leads to a public address"
    if vpc.dns_support and vpc.dns_hostnames:
        return f"the private DNS of interface endpoint {name} is for inbound resolver endpoints only"
    return f"private DNS of interface endpoint {name} needs enableDnsSupport and enableDnsHostnames of {vpc.vpc_id}"


def _by_interface_endpoint(vpc: Vpc, interface: Interface, endpoint: Description) -> Way:
    name = endpoint["VpcEndpointId"]
    groups = tuple(each["GroupId"] for each in endpoint.get("Groups", []))
    addresses = [
        (vpc.interface_subnets[each], f"{vpc.addresses[each]}/32")
        for each in endpoint.get("NetworkInterfaceIds", [])
        if each in vpc.addresses
    ]
    networks = [
        (each, str(vpc.subnets[each]["CidrBlock"])) for each in endpoint.get("SubnetIds", []) if each in vpc.subnets
    ]
    peers = [
        Peer(cidr, groups, subnet=subnet, addresses=Addresses.ONE)
        for subnet, cidr in (addresses if len(addresses) == len(networks) else networks)
    ]
    way = to_peers(vpc, interface, peers, HTTPS, f"interface endpoint {name}")
    return replace(way, through=f"interface endpoint {name}" if way.reaches else "", endpoint=name)
