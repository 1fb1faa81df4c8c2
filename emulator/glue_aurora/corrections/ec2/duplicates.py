"""AWS's sentence about a security group's rule that exists already."""

from collections.abc import Iterator, Mapping
from typing import Any

CODE = "InvalidPermission.Duplicate"
_MEMBERS = {
    "IpRanges": "CidrIp",
    "Ipv6Ranges": "CidrIpv6",
    "PrefixListIds": "PrefixListId",
    "UserIdGroupPairs": "GroupId",
}
_NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp"}


def sentence(request: Mapping[str, Any]) -> str | None:
    """Returns the sentence for a request with one rule. None: it has several, and nobody knows which one repeats.

    Source: public issues with InvalidPermission.Duplicate.
    """
    found = [_words(permission, peer) for permission, peer in _rules(request)]
    return f'the specified rule "{found[0]}" already exists' if len(found) == 1 else None


def _rules(request: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    given = [*(request.get("IpPermissions") or []), *([request] if request.get("IpProtocol") else [])]
    for permission in given:
        if permission.get("CidrIp"):
            yield permission, str(permission["CidrIp"])
        for member, name in _MEMBERS.items():
            for peer in permission.get(member) or []:
                yield permission, str(peer.get(name))


def _words(permission: Mapping[str, Any], peer: str) -> str:
    protocol = str(permission.get("IpProtocol"))
    if protocol == "-1":
        return f"peer: {peer}, ALL, ALLOW"
    ports = f"from port: {permission.get('FromPort')}, to port: {permission.get('ToPort')}"
    return f"peer: {peer}, {_NUMBERS.get(protocol, protocol).upper()}, {ports}, ALLOW"
