"""Which DNS server answers a run's network interface, and whether it knows the private names of the VPC.

Sources: vpc/latest/userguide/VPC_DHCP_Options.html (the options name Amazon's server or up to four addresses) and
AmazonDNS-concepts.html (Amazon's server is 169.254.169.253 and the base of the primary network plus two, and neither
security groups nor network ACLs filter it). A resolver asks the servers in their order until one answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from glue_aurora.parity.network.packets import Peer, Verdict, acl_verdict, covers, lets_out
from glue_aurora.parity.network.reachability import Interface, Way, leads_to, to_internet
from glue_aurora.parity.network.vpc import Vpc

_AMAZON = ("AmazonProvidedDNS", "169.254.169.253", "fd00:ec2::253")
_DNS = 53
_UDP = "udp"


@dataclass(frozen=True)
class Names:
    """The DNS server that answers an interface, or why none does.

    `private` is whether the server can know names that only the VPC has. `doubt` says what the emulator can't judge.
    """

    server: str = ""
    private: bool = True
    stopped_by: str = ""
    doubt: str = ""


def names_of(vpc: Vpc, interface: Interface) -> Names:
    """Returns the first DNS server that the interface reaches."""
    reasons = []
    for server in vpc.dns_servers or _AMAZON[:1]:
        found = _answers(vpc, interface, server)
        if not found.stopped_by:
            return found
        reasons.append(found.stopped_by)
    return Names(stopped_by="; ".join(reasons))


def _answers(vpc: Vpc, interface: Interface, server: str) -> Names:
    if server in (*_AMAZON, _second_address(vpc.cidrs)):
        off = f"{vpc.vpc_id} has enableDnsSupport off, so no name resolves in it"
        return Names(server, stopped_by="" if vpc.dns_support else off)
    unknown = f"DNS server {server} of the DHCP options of {vpc.vpc_id} is not Amazon's"
    doubt = f"{unknown}, and the emulator does not know which names it resolves"
    try:
        address = IPv4Address(server)
    except ValueError:
        return Names(server, doubt=doubt)
    cidr = f"{server}/32"
    inside = any(covers(each, cidr) for each in vpc.cidrs)
    public = address.is_global and not inside
    if public:
        way = to_internet(vpc, interface, _DNS, Peer(cidr, protocol=_UDP))
    else:
        way = _to_private_server(vpc, interface, cidr, inside)
    if not way.reaches:
        return Names(server, stopped_by=f"{unknown}, and the run has no way to it: {way.stopped_by}")
    return Names(server, private=not public, doubt=doubt)


def _to_private_server(vpc: Vpc, interface: Interface, cidr: str, inside: bool) -> Way:
    if not inside and not _leaves_the_vpc(vpc, interface.subnet, cidr):
        table = vpc.route_table_of(interface.subnet).get("RouteTableId", "(none)")
        return Way(False, stopped_by=f"route table {table} of subnet {interface.subnet} has no route to {cidr}")
    # Nobody knows the server's security group, so a rule for any group counts.
    peer = Peer(cidr, tuple(vpc.groups), protocol=_UDP)
    if lets_out(vpc, interface.groups, peer, _DNS) is Verdict.NO:
        groups = vpc.groups_named(interface.groups)
        return Way(False, stopped_by=f"security group {groups} of the job has no outbound rule for UDP port {_DNS}")
    if not covers(str(vpc.subnets[interface.subnet]["CidrBlock"]), cidr):
        verdict, reason = acl_verdict(vpc, interface.subnet, peer, _DNS, inward=False)
        if verdict is Verdict.NO:
            return Way(False, stopped_by=reason)
    return Way(True)


def _leaves_the_vpc(vpc: Vpc, subnet: str, cidr: str) -> bool:
    routes = vpc.route_table_of(subnet).get("Routes", [])
    to_nat = any(each.get("NatGatewayId") and covers(each.get("DestinationCidrBlock") or cidr, cidr) for each in routes)
    return to_nat or leads_to(vpc, subnet, cidr)


def _second_address(cidrs: Sequence[str]) -> str:
    return str(IPv4Network(cidrs[0], strict=False)[2]) if cidrs else ""
