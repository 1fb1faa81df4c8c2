"""The way of a run's network interface to a destination.

Sources: glue/latest/dg/setup-vpc-for-glue-access.html, start-connecting.html (the interface has no public address),
vpc/latest/privatelink/ (interface endpoints, private DNS, gateway endpoints), and
vpc/latest/userguide/vpc-nat-gateway.html.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from glue_aurora.parity.network.packets import (
    LINUX_PORTS,
    NAT_PORTS,
    Addresses,
    Peer,
    Verdict,
    acl_verdict,
    covers,
    lets_in,
    lets_out,
)
from glue_aurora.parity.network.services import endpoint_services
from glue_aurora.parity.network.vpc import ANYWHERE, Description, Vpc

HTTPS = 443
INTERNET = Peer(ANYWHERE, addresses=Addresses.PUBLIC)
# Targets of a default route whose further way the emulator can't judge.
_OTHER_TARGETS = (
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "InstanceId",
    "NetworkInterfaceId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
)


@dataclass(frozen=True)
class Interface:
    """A network interface: its subnet and its security groups."""

    subnet: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """How an interface reaches a destination, or the hop that stops it, with the resource to change.

    `endpoint` is the VPC endpoint on the way, whose policy is judged with the call. `doubt` says what the emulator
    can't judge of a way that it lets through.
    """

    reaches: bool
    through: str = ""
    stopped_by: str = ""
    endpoint: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class _Passage:
    verdict: Verdict = Verdict.YES
    reason: str = ""

    def then(self, verdict: Verdict, reason: str) -> "_Passage":
        """Returns the stricter one of this passage and the next hop. The first hop of its kind is kept."""
        return _Passage(verdict, reason) if verdict < self.verdict else self


def to_service(vpc: Vpc, interface: Interface, prefix: str, region: str) -> Way:
    """Returns the way to an AWS service of a region. `prefix` is the service's endpoint prefix."""
    if not vpc.dns_support and not vpc.own_dns_servers:
        return Way(False, stopped_by=f"{vpc.vpc_id} has enableDnsSupport off, so no name resolves in it")
    names = endpoint_services(prefix, region)
    peer = replace(INTERNET, prefix_list=vpc.prefix_list_of(names))
    reasons: list[str] = []
    gateways = [each for each in vpc.endpoints_of(names) if each.get("VpcEndpointType", "Gateway") == "Gateway"]
    private = [each for each in vpc.endpoints_of(names) if each.get("VpcEndpointType") == "Interface"]
    taking = [each for each in private if _takes_the_name(vpc, each)]
    if taking:  # the service's name leads to the endpoint, and to nothing else
        ways = [_by_interface_endpoint(vpc, interface, each) for each in taking]
        return next((way for way in ways if way.reaches), ways[0])
    reasons += [_no_private_name(vpc, each) for each in private]
    for endpoint in gateways:
        way = _by_gateway(vpc, interface, endpoint, peer)
        if way.reaches or way.endpoint:
            return way  # a route to the endpoint is more specific than a route to the internet
        reasons.append(way.stopped_by)
    way = to_internet(vpc, interface, HTTPS, peer)
    if way.reaches:
        return way
    if not reasons:
        reasons = [f"{vpc.vpc_id} has no VPC endpoint for {' or '.join(names)}"]
    return Way(False, stopped_by=f"{'; '.join(reasons)}; {way.stopped_by}")


def to_internet(vpc: Vpc, interface: Interface, port: int = HTTPS, peer: Peer = INTERNET) -> Way:
    """Returns the way to the internet. A Glue interface has no public address, so it needs a NAT gateway."""
    table = vpc.route_table_of(interface.subnet)
    name = f"route table {table.get('RouteTableId', '(none)')} of subnet {interface.subnet}"
    routes = [each for each in table.get("Routes", []) if each.get("DestinationCidrBlock") == ANYWHERE]
    if not routes:
        return Way(False, stopped_by=f"{name} has no route to a NAT gateway")
    route = routes[0]
    if not is_active(route):
        return Way(False, stopped_by=f"the route for {ANYWHERE} in {name} is a {route.get('State')}")
    nat = str(route.get("NatGatewayId") or "")
    if not nat:
        other = next((str(route[each]) for each in _OTHER_TARGETS if route.get(each)), "")
        other = other or (
            str(route.get("GatewayId", "")) if not str(route.get("GatewayId", "")).startswith("igw-") else ""
        )
        if not other:
            reason = (
                f"{name} leads to an internet gateway, and a Glue interface has no public address: route it to a NAT"
            )
            return Way(False, stopped_by=f"{reason} gateway")
        passage = _leaving(vpc, interface, peer, port)
        doubt = passage.reason or f"the emulator can't judge the way beyond {other}"
        return _way(passage, other, doubt=doubt)
    gateway = vpc.nat_gateways.get(nat, {})
    if str(gateway.get("State", "")).lower() != "available":
        return Way(False, stopped_by=f"NAT gateway {nat} in {name} is {gateway.get('State', 'missing')}")
    if gateway.get("ConnectivityType") == "private":
        return Way(False, stopped_by=f"NAT gateway {nat} is private (ConnectivityType)")
    outside = str(gateway.get("SubnetId", ""))
    if reason := _no_internet_gateway(vpc, outside):
        return Way(False, stopped_by=f"NAT gateway {nat}: {reason}")
    passage = _leaving(vpc, interface, peer, port)
    if outside != interface.subnet:
        passage = passage.then(*acl_verdict(vpc, outside, _peer_of(vpc, interface), port, inward=True))
    passage = passage.then(*acl_verdict(vpc, outside, INTERNET, port, inward=False, reply_ports=NAT_PORTS))
    return _way(passage, f"NAT gateway {nat}")


def to_peers(vpc: Vpc, interface: Interface, peers: Sequence[Peer], port: int, name: str) -> Way:
    """Returns the way to a port of other interfaces of the VPC, such as those of a cluster. One of them must do."""
    best = _Passage(Verdict.NO, f"{name} has no network interface in {vpc.vpc_id}")
    for position, peer in enumerate(peers):
        passage = _leaving(vpc, interface, peer, port)
        passage = _arriving(vpc, passage, _peer_of(vpc, interface), peer, port, name)
        if position == 0 or passage.verdict > best.verdict:
            best = passage
    return _way(best, f"{vpc.vpc_id} to {name}")


def from_internet(vpc: Vpc, peers: Sequence[Peer], port: int, name: str) -> Way:
    """Returns the way from the internet to a port of public interfaces of a VPC. One of them must do."""
    best = _Passage(Verdict.NO, f"{name} has no network interface in {vpc.vpc_id}")
    for position, peer in enumerate(peers):
        if reason := _no_internet_gateway(vpc, peer.subnet):
            passage = _Passage(Verdict.NO, reason)
        else:
            passage = _arriving(vpc, _Passage(), INTERNET, peer, port, name)
        if position == 0 or passage.verdict > best.verdict:
            best = passage
    return _way(best, f"the internet to {name}")


def is_active(route: Description) -> bool:
    """Returns whether a route's target exists. EC2 keeps a route whose target is gone as a `blackhole`."""
    return route.get("State") in (None, "active")


def _no_internet_gateway(vpc: Vpc, subnet: str) -> str:
    table = vpc.route_table_of(subnet)
    for route in table.get("Routes", []):
        if route.get("DestinationCidrBlock") == ANYWHERE and str(route.get("GatewayId", "")).startswith("igw-"):
            return "" if is_active(route) else f"the internet gateway in {table['RouteTableId']} is gone"
    return f"route table {table.get('RouteTableId', '(none)')} of subnet {subnet} has no route to an internet gateway"


def _by_gateway(vpc: Vpc, interface: Interface, endpoint: Description, peer: Peer) -> Way:
    name = endpoint["VpcEndpointId"]
    table = vpc.route_table_of(interface.subnet)
    if table.get("RouteTableId") not in endpoint.get("RouteTableIds", []):
        where = f"route table {table.get('RouteTableId')} of subnet {interface.subnet}"
        return Way(False, stopped_by=f"gateway endpoint {name} is not associated with {where}")
    return _way(_leaving(vpc, interface, peer, HTTPS), f"gateway endpoint {name}", endpoint=name)


def _takes_the_name(vpc: Vpc, endpoint: Description) -> bool:
    # An interface endpoint of S3 leaves the name to the gateway endpoint, unless told otherwise
    # (AmazonS3/latest/userguide/privatelink-interface-endpoints.html, "Private DNS").
    inbound_only = (endpoint.get("DnsOptions") or {}).get("PrivateDnsOnlyForInboundResolverEndpoint", False)
    private = bool(endpoint.get("PrivateDnsEnabled")) and not inbound_only
    return private and vpc.dns_support and vpc.dns_hostnames


def _no_private_name(vpc: Vpc, endpoint: Description) -> str:
    name = endpoint["VpcEndpointId"]
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


def _peer_of(vpc: Vpc, interface: Interface) -> Peer:
    return Peer(str(vpc.subnets[interface.subnet]["CidrBlock"]), interface.groups, subnet=interface.subnet)


def _leaving(vpc: Vpc, interface: Interface, peer: Peer, port: int) -> _Passage:
    groups = vpc.groups_named(interface.groups)
    target = vpc.groups_named(peer.groups) or peer.prefix_list or peer.cidr
    reason = f"security group {groups} of the job has no outbound rule for TCP port {port} to {target}"
    passage = _Passage().then(lets_out(vpc, interface.groups, peer, port), reason)
    if peer.subnet == interface.subnet:
        return passage  # a network ACL judges what crosses the border of a subnet
    return passage.then(*acl_verdict(vpc, interface.subnet, peer, port, inward=False))


def _arriving(vpc: Vpc, passage: _Passage, source: Peer, peer: Peer, port: int, name: str) -> _Passage:
    origin = vpc.groups_named(source.groups) or source.cidr
    groups = vpc.groups_named(peer.groups)
    reason = f"security group {groups} of {name} has no inbound rule for TCP port {port} from {origin}"
    passage = passage.then(lets_in(vpc, peer.groups, source, port), reason)
    if peer.subnet == source.subnet:
        return passage
    ports = NAT_PORTS if source is INTERNET else LINUX_PORTS
    return passage.then(*acl_verdict(vpc, peer.subnet, source, port, inward=True, reply_ports=ports))


def _way(passage: _Passage, through: str, endpoint: str = "", doubt: str = "") -> Way:
    if passage.verdict is Verdict.NO:
        return Way(False, stopped_by=passage.reason, endpoint=endpoint)
    return Way(True, through=through, endpoint=endpoint, doubt=passage.reason or doubt)


def leads_to(vpc: Vpc, subnet: str, cidr: str) -> bool:
    """Returns whether a route of a subnet leads to a network outside the VPC by another way than the internet."""
    return any(
        is_active(route) and any(route.get(each) for each in (*_OTHER_TARGETS, "GatewayId")) and _not_local(route)
        for route in vpc.route_table_of(subnet).get("Routes", [])
        if route.get("DestinationCidrBlock") and covers(route["DestinationCidrBlock"], cidr)
    )


def _not_local(route: Description) -> bool:
    return not str(route.get("GatewayId", "")).startswith(("local", "igw-"))
