"""The way of a run's network interface to an address.

Sources: glue/latest/dg/setup-vpc-for-glue-access.html, start-connecting.html (the interface has no public address),
and vpc/latest/userguide/vpc-nat-gateway.html.
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
from glue_aurora.parity.network.vpc import ANYWHERE, Description, Vpc

HTTPS = 443
_NOWHERE = "0.0.0.0/32"
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
    can't judge of a way that it lets through. `named` is whether the destination's name resolves at all.
    """

    reaches: bool
    through: str = ""
    stopped_by: str = ""
    endpoint: str = ""
    doubt: str = ""
    named: bool = True


@dataclass(frozen=True)
class _Passage:
    verdict: Verdict = Verdict.YES
    reason: str = ""

    def then(self, verdict: Verdict, reason: str) -> "_Passage":
        """Returns the stricter one of this passage and the next hop. The first hop of its kind is kept."""
        return _Passage(verdict, reason) if verdict < self.verdict else self


def to_internet(vpc: Vpc, interface: Interface, port: int = HTTPS, peer: Peer = INTERNET) -> Way:
    """Returns the way to the internet, or to the one network of it that `peer` has.

    A Glue interface has no public address, so it needs a NAT gateway.
    """
    table = vpc.route_table_of(interface.subnet)
    name = f"route table {table.get('RouteTableId', '(none)')} of subnet {interface.subnet}"
    route = _route_to(table, peer.cidr)
    if route is None:
        return Way(False, stopped_by=f"{name} has no route to a NAT gateway")
    if not is_active(route):
        reason = f"the route for {route['DestinationCidrBlock']} in {name} is a {route.get('State')}"
        return Way(False, stopped_by=reason)
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
        passage = leaving(vpc, interface, peer, port)
        doubt = passage.reason or f"the emulator can't judge the way beyond {other}"
        return way_by(passage, other, doubt=doubt)
    gateway = vpc.nat_gateways.get(nat, {})
    if str(gateway.get("State", "")).lower() != "available":
        return Way(False, stopped_by=f"NAT gateway {nat} in {name} is {gateway.get('State', 'missing')}")
    if gateway.get("ConnectivityType") == "private":
        return Way(False, stopped_by=f"NAT gateway {nat} is private (ConnectivityType)")
    outside = str(gateway.get("SubnetId", ""))
    if reason := _no_internet_gateway(vpc, outside):
        return Way(False, stopped_by=f"NAT gateway {nat}: {reason}")
    passage = leaving(vpc, interface, peer, port)
    if outside != interface.subnet:
        source = replace(_peer_of(vpc, interface), protocol=peer.protocol)
        passage = passage.then(*acl_verdict(vpc, outside, source, port, inward=True))
    beyond = replace(peer, prefix_list="")
    passage = passage.then(*acl_verdict(vpc, outside, beyond, port, inward=False, reply_ports=NAT_PORTS))
    return way_by(passage, f"NAT gateway {nat}")


def to_peers(vpc: Vpc, interface: Interface, peers: Sequence[Peer], port: int, name: str) -> Way:
    """Returns the way to a port of other interfaces of the VPC, such as those of a cluster. One of them must do."""
    best = _Passage(Verdict.NO, f"{name} has no network interface in {vpc.vpc_id}")
    for position, peer in enumerate(peers):
        passage = leaving(vpc, interface, peer, port)
        passage = _arriving(vpc, passage, _peer_of(vpc, interface), peer, port, name)
        if position == 0 or passage.verdict > best.verdict:
            best = passage
    return way_by(best, f"{vpc.vpc_id} to {name}")


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
    return way_by(best, f"the internet to {name}")


def _route_to(table: Description, cidr: str) -> Description | None:
    """Returns the route that has a network's packets: of those that cover the network, the most specific one."""
    routes = [each for each in table.get("Routes", []) if covers(each.get("DestinationCidrBlock") or _NOWHERE, cidr)]
    return max(routes, key=lambda each: int(each["DestinationCidrBlock"].partition("/")[2]), default=None)


def is_active(route: Description) -> bool:
    """Returns whether a route's target exists. EC2 keeps a route whose target is gone as a `blackhole`."""
    return route.get("State") in (None, "active")


def _no_internet_gateway(vpc: Vpc, subnet: str) -> str:
    table = vpc.route_table_of(subnet)
    for route in table.get("Routes", []):
        if route.get("DestinationCidrBlock") == ANYWHERE and str(route.get("GatewayId", "")).startswith("igw-"):
            return "" if is_active(route) else f"the internet gateway in {table['RouteTableId']} is gone"
    return f"route table {table.get('RouteTableId', '(none)')} of subnet {subnet} has no route to an internet gateway"


def _peer_of(vpc: Vpc, interface: Interface) -> Peer:
    return Peer(str(vpc.subnets[interface.subnet]["CidrBlock"]), interface.groups, subnet=interface.subnet)


def leaving(vpc: Vpc, interface: Interface, peer: Peer, port: int) -> _Passage:
    groups = vpc.groups_named(interface.groups)
    target = vpc.groups_named(peer.groups) or peer.prefix_list or peer.cidr
    reason = (
        f"security group {groups} of the job has no outbound rule for {peer.protocol.upper()} port {port} to {target}"
    )
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


def way_by(passage: _Passage, through: str, endpoint: str = "", doubt: str = "") -> Way:
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
