"""What security groups and network ACLs let through.

Sources: vpc/latest/userguide/security-group-rules.html (stateful, rules only allow) and vpc-network-acls.html
(stateless, the lowest number that matches decides, replies go to an ephemeral port). IPv6 is not judged: a Glue
interface has IPv4 only.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cache, lru_cache
from ipaddress import IPv4Network

from glue_aurora.parity.network.vpc import ANYWHERE, Description, Vpc

# Linux clients use these ports, NAT gateways 1024 to 65535 (vpc-network-acls.html, "Ephemeral ports").
LINUX_PORTS = (32768, 60999)
NAT_PORTS = (1024, 65535)
# Names and numbers of a protocol in rules.
_PROTOCOLS = {"tcp": ("tcp", "6"), "udp": ("udp", "17")}
_ALL = "-1"
# Networks without a public host (iana-ipv4-special-registry), so no AWS service has an address there.
_NOT_PUBLIC = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
)


class Verdict(IntEnum):
    """Whether packets pass. MAYBE: it depends on addresses that the emulator does not know."""

    NO = 0
    MAYBE = 1
    YES = 2


class Addresses(Enum):
    """What `Peer.cidr` says of the peer's address."""

    ANY = "any address of the network, another one in each run"
    ONE = "one address of the network, which the emulator does not know"
    PUBLIC = "public addresses of the internet"


@dataclass(frozen=True)
class Peer:
    """One end of a connection: its network, security groups, and the prefix list that has its addresses.

    `protocol` is `tcp` or `udp`, of the connection.
    """

    cidr: str
    groups: tuple[str, ...] = ()
    prefix_list: str = ""
    subnet: str = ""
    addresses: Addresses = Addresses.ANY
    protocol: str = "tcp"


def lets_out(vpc: Vpc, groups: Iterable[str], peer: Peer, port: int) -> Verdict:
    """Returns whether one of the security groups lets the peer's protocol out to a port of it."""
    return _any_rule(vpc, groups, "IpPermissionsEgress", peer, port)


def lets_in(vpc: Vpc, groups: Iterable[str], peer: Peer, port: int) -> Verdict:
    """Returns whether one of the security groups lets the peer's protocol in from it to a port."""
    return _any_rule(vpc, groups, "IpPermissions", peer, port)


def _any_rule(vpc: Vpc, groups: Iterable[str], direction: str, peer: Peer, port: int) -> Verdict:
    networks: list[str] = []
    for group in groups:
        for rule in vpc.groups.get(group, {}).get(direction, []):
            if not _rule_has_port(rule, peer.protocol, port):
                continue
            if any(pair.get("GroupId") in peer.groups for pair in rule.get("UserIdGroupPairs", [])):
                return Verdict.YES
            networks += [each["CidrIp"] for each in rule.get("IpRanges", [])]
            for each in rule.get("PrefixListIds", []):
                if peer.prefix_list and each["PrefixListId"] == peer.prefix_list:
                    return Verdict.YES
                networks += vpc.prefix_list_cidrs.get(each["PrefixListId"], ())
    return _verdict(peer, networks, lambda block: any(covers(each, str(block)) for each in networks))


def _rule_has_port(rule: Description, protocol: str, port: int) -> bool:
    of_rule = str(rule["IpProtocol"])
    return of_rule == _ALL or (
        of_rule in _PROTOCOLS[protocol] and int(rule.get("FromPort", 0)) <= port <= int(rule.get("ToPort", 65535))
    )


def acl_verdict(
    vpc: Vpc, subnet: str, peer: Peer, port: int, inward: bool, reply_ports: tuple[int, int] = LINUX_PORTS
) -> tuple[Verdict, str]:
    """Returns whether the network ACL of a subnet lets a connection with the peer pass, and what stops it.

    `inward`: the connection comes to `port` in the subnet. Otherwise it leaves the subnet for `port` of the peer.
    """
    acl = vpc.acl_of(subnet)
    if acl is None:
        return Verdict.YES, ""
    name = f"network ACL {acl['NetworkAclId']} of subnet {subnet}"
    protocol = peer.protocol.upper()
    request, reply = ("inbound", "outbound") if inward else ("outbound", "inbound")
    asked = _acl_allows(acl["Entries"], peer, (port, port), egress=not inward)
    if asked is not Verdict.YES:
        return asked, f"{name} has no {request} rule that allows {protocol} port {port} with all of {peer.cidr}"
    answered = _acl_allows(acl["Entries"], peer, reply_ports, egress=inward)
    if answered is not Verdict.YES:
        ports = f"{reply_ports[0]}-{reply_ports[1]}"
        return (
            answered,
            f"{name} stops the replies: it has no {reply} rule that allows {protocol} ports {ports} with {peer.cidr}",
        )
    return Verdict.YES, ""


def _acl_allows(entries: Sequence[Description], peer: Peer, ports: tuple[int, int], egress: bool) -> Verdict:
    rules = [
        entry
        for entry in sorted(entries, key=lambda each: int(each["RuleNumber"]))
        if entry["Egress"] is egress
        and str(entry["Protocol"]) in (_ALL, *_PROTOCOLS[peer.protocol])
        and entry.get("CidrBlock")
    ]

    def allowed(block: IPv4Network) -> bool:
        return _ports_allowed([rule for rule in rules if covers(rule["CidrBlock"], str(block))], ports)

    return _verdict(peer, [rule["CidrBlock"] for rule in rules], allowed)


def _ports_allowed(rules: Sequence[Description], ports: tuple[int, int]) -> bool:
    """Returns whether every port is allowed by the first rule that matches it. `rules` are in order."""
    rest = [ports]
    for rule in rules:
        span = rule.get("PortRange") if str(rule["Protocol"]) != _ALL else None
        low, high = (int(span["From"]), int(span["To"])) if span else (0, 65535)
        if rule["RuleAction"] == "deny":
            if any(low <= last and first <= high for first, last in rest):
                return False
        else:
            rest = [left for each in rest for left in _without(each, low, high)]
        if not rest:
            return True
    return False


def _without(span: tuple[int, int], low: int, high: int) -> list[tuple[int, int]]:
    first, last = span
    if high < first or last < low:
        return [span]
    return [each for each in ((first, low - 1), (high + 1, last)) if each[0] <= each[1]]


def _verdict(peer: Peer, borders: Iterable[str], passes: Callable[[IPv4Network], bool]) -> Verdict:
    """Returns the verdict for the peer's addresses. `borders` are the networks that rules tell apart."""
    public = peer.addresses is Addresses.PUBLIC
    blocks = _split(_public_blocks() if public else [_network(peer.cidr)], borders)
    passing = [each for each in blocks if passes(each)]
    if len(passing) == len(blocks):
        return Verdict.YES if blocks else Verdict.NO
    if not passing or peer.addresses is Addresses.ANY:
        # A run gets another address each time, so a rule for a part of its subnet fails in other runs.
        return Verdict.NO
    if public and 2 * _size(passing) > _size(blocks):
        return Verdict.YES  # a rule that names a few addresses of the internet is not about AWS
    return Verdict.MAYBE


def _split(blocks: Sequence[IPv4Network], borders: Iterable[str]) -> list[IPv4Network]:
    """Returns the blocks, cut at the borders: afterwards a border covers a block or has nothing of it."""
    for border in {each for each in borders if ":" not in each}:
        cut = _network(border)
        blocks = [
            part
            for block in blocks
            for part in ([*block.address_exclude(cut), cut] if cut != block and cut.subnet_of(block) else [block])
        ]
    return list(blocks)


@cache
def _public_blocks() -> tuple[IPv4Network, ...]:
    blocks = _split([_network(ANYWHERE)], _NOT_PUBLIC)
    return tuple(each for each in blocks if not any(covers(private, str(each)) for private in _NOT_PUBLIC))


def _size(blocks: Iterable[IPv4Network]) -> int:
    return sum(each.num_addresses for each in blocks)


def covers(cidr: str, other: str) -> bool:
    """Returns whether an IPv4 network has every address of another one."""
    return ":" not in cidr and _network(other).subnet_of(_network(cidr))


@lru_cache(maxsize=10_000)
def _network(cidr: str) -> IPv4Network:
    return IPv4Network(cidr, strict=False)
