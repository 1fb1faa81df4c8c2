"""What EC2 refuses when a security group, a subnet or another part of a VPC is made."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

from localstack.services.ec2.models import get_ec2_backend

from glue_aurora.corrections import tagging
from glue_aurora.corrections.ec2 import network_rules
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

_CHARACTERS = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_SET = "strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
_SOURCE = "EC2 API reference, CreateSecurityGroup; terraform-provider-aws issues 18874, 43854"
_RULES_SOURCE = "EC2 API reference, IpPermission; public issues"
_AUTHORIZE = (
    "AuthorizeSecurityGroupIngress",
    "AuthorizeSecurityGroupEgress",
    "UpdateSecurityGroupRuleDescriptionsIngress",
    "UpdateSecurityGroupRuleDescriptionsEgress",
)
_PEERS = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
_WITH_PORTS = ("tcp", "udp", "6", "17")
_NAMES = frozenset({"tcp", "udp", "icmp", "icmpv6", "all"})

Permission = Mapping[str, Any]


def _not_ascii(member: str) -> Callable[[Call], tuple[object, ...] | None]:
    def broken(call: Call) -> tuple[object, ...] | None:
        text = str(call.get(member) or "")
        return None if text.isascii() else (text, member)

    return broken


def _other_characters(member: str) -> Callable[[Call], tuple[object, ...] | None]:
    def broken(call: Call) -> tuple[object, ...] | None:
        text = call.get(member)
        return None if text is None or _CHARACTERS.fullmatch(str(text)) else ()

    return broken


def _reserved_group(call: Call) -> tuple[object, ...] | None:
    return (call.get("GroupName"),) if str(call.get("GroupName") or "").startswith("sg-") else None


def _same_name(call: Call) -> tuple[object, ...] | None:
    vpc, name = call.get("VpcId"), call.get("GroupName")
    groups = get_ec2_backend(call.account, call.region).groups.get(vpc, {}) if vpc else {}
    return (name, vpc) if any(group.name == name for group in groups.values()) else None


def _permission(test: Callable[[Permission], tuple[object, ...] | None]) -> Callable[[Call], Any]:
    def broken(call: Call) -> tuple[object, ...] | None:
        given = call.get("IpPermissions") or []
        if call.get("IpProtocol"):
            given = [*given, call.parameters]
        return next((found for each in given if (found := test(each)) is not None), None)

    return broken


def _description(permission: Permission) -> tuple[object, ...] | None:
    peers = [peer for name in _PEERS for peer in permission.get(name) or []]
    texts = [str(peer["Description"]) for peer in peers if peer.get("Description")]
    return () if any(not _CHARACTERS.fullmatch(text) for text in texts) else None


def _protocol(permission: Permission) -> tuple[object, ...] | None:
    name = str(permission.get("IpProtocol", "-1")).lower()
    number = int(name) if re.fullmatch(r"-?\d{1,3}", name) else None
    return None if name in _NAMES or (number is not None and -1 <= number <= 255) else (permission["IpProtocol"],)


def _ports(permission: Permission) -> tuple[object, ...] | None:
    if str(permission.get("IpProtocol")).lower() not in _WITH_PORTS:
        return None
    first, last = permission.get("FromPort"), permission.get("ToPort")
    if first is None or last is None:
        return None
    return None if 0 <= first <= last <= 65535 else (first, last)


def _no_ports(permission: Permission) -> tuple[object, ...] | None:
    needs = str(permission.get("IpProtocol")).lower() in _WITH_PORTS
    return () if needs and (permission.get("FromPort") is None or permission.get("ToPort") is None) else None


def _prefix_list(call: Call) -> tuple[object, ...] | None:
    known = get_ec2_backend(call.account, call.region).managed_prefix_lists
    given = [each for one in call.get("IpPermissions") or [] for each in one.get("PrefixListIds") or []]
    names = [each.get("PrefixListId") for each in given]
    return next(((name,) for name in names if name not in known), None)


def _subnet_size(call: Call) -> tuple[object, ...] | None:
    try:
        network = ipaddress.IPv4Network(str(call.get("CidrBlock")), strict=False)
    except ValueError:
        return None
    return None if 16 <= network.prefixlen <= 28 else (call.get("CidrBlock"),)


def _rule_number(call: Call) -> tuple[object, ...] | None:
    number = call.get("RuleNumber")
    return None if number is None or 1 <= number <= 32766 else (number,)


def _tags(call: Call) -> tagging.Tags:
    if call.operation == "CreateTags":
        return tagging.pairs(call.get("Tags"))
    return [pair for each in call.get("TagSpecifications") or [] for pair in tagging.pairs(each.get("Tags"))]


_TAGGING = (
    "CreateDhcpOptions",
    "CreateFlowLogs",
    "CreateInternetGateway",
    "CreateNatGateway",
    "CreateNetworkAcl",
    "CreateRouteTable",
    "CreateSecurityGroup",
    "CreateSubnet",
    "CreateTags",
    "CreateVpc",
    "CreateVpcEndpoint",
)
_INVALID = "InvalidParameterValue"

RULES = (
    Rule(
        ("CreateSecurityGroup",),
        _not_ascii("Description"),
        _INVALID,
        "Value ({}) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.",
        _SOURCE,
        seen=True,
        remedy="Write the description of the security group without accents.",
    ),
    Rule(
        ("CreateSecurityGroup",),
        _not_ascii("GroupName"),
        _INVALID,
        "Value ({}) for parameter {} is invalid. Character sets beyond ASCII are not supported.",
        _SOURCE,
        seen=True,
        remedy="Write the group's name without accents.",
    ),
    Rule(
        ("CreateSecurityGroup",),
        _other_characters("Description"),
        _INVALID,
        "Invalid security group description. Valid descriptions are " + _SET.replace("{", "{{").replace("}", "}}"),
        _SOURCE,
        seen=True,
        remedy="Shorten the group's description, or take other characters out of it.",
    ),
    Rule(
        ("CreateSecurityGroup",),
        _other_characters("GroupName"),
        _INVALID,
        "Invalid security group name. Valid names are " + _SET.replace("{", "{{").replace("}", "}}"),
        _SOURCE,
        remedy="Shorten the group's name, or take other characters out of it.",
    ),
    Rule(
        ("CreateSecurityGroup",),
        _reserved_group,
        _INVALID,
        "invalid value for parameter groupName: {}. Group names may not be in the format sg-*.",
        _SOURCE,
        remedy="Choose a group name that does not begin with sg-.",
    ),
    Rule(
        ("CreateSecurityGroup",),
        _same_name,
        "InvalidGroup.Duplicate",
        "The security group '{}' already exists for VPC '{}'",
        _SOURCE,
        seen=True,
        remedy="Choose a name for the group that no other group of the VPC has.",
    ),
    Rule(
        _AUTHORIZE,
        _permission(_description),
        _INVALID,
        "Invalid rule description. Valid descriptions are " + _SET.replace("{", "{{").replace("}", "}}"),
        _RULES_SOURCE,
        seen=True,
        remedy="Shorten the rule's description, or take other characters out of it.",
    ),
    Rule(
        _AUTHORIZE,
        _permission(_protocol),
        _INVALID,
        "Invalid value '{}' for IP protocol. Unknown protocol.",
        _RULES_SOURCE,
        seen=True,
        remedy="Use tcp, udp, icmp, icmpv6, -1 or a number up to 255 as the rule's protocol.",
    ),
    Rule(
        _AUTHORIZE,
        _permission(_no_ports),
        _INVALID,
        "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
        _RULES_SOURCE,
        seen=True,
        remedy="Give the rule FromPort and ToPort.",
    ),
    Rule(
        _AUTHORIZE,
        _permission(_ports),
        _INVALID,
        "Invalid TCP port range ({}:{})",
        _RULES_SOURCE,
        remedy="Choose ports from 0 to 65535, the first not above the last.",
    ),
    Rule(
        _AUTHORIZE,
        _prefix_list,
        "InvalidPrefixListID.NotFound",
        "The prefix list ID '{}' does not exist",
        _RULES_SOURCE,
        seen=True,
        remedy="Name a prefix list of this region. DescribeManagedPrefixLists has them.",
    ),
    Rule(
        ("CreateSubnet",),
        _subnet_size,
        "InvalidSubnet.Range",
        "The CIDR '{}' is invalid.",
        "VPC guide, subnet-sizing.html",
        seen=True,
        remedy="Choose a CIDR block from /16 to /28 for the subnet.",
    ),
    Rule(
        ("CreateNetworkAclEntry", "ReplaceNetworkAclEntry"),
        _rule_number,
        _INVALID,
        "Value ({}) for parameter ruleNumber is invalid. The number is from 1 to 32766.",
        "EC2 API reference, CreateNetworkAclEntry",
        remedy="Choose a rule number from 1 to 32766.",
    ),
    Rule(
        _TAGGING,
        tagging.reserved(_tags),
        _INVALID,
        "Tag keys starting with 'aws:' are reserved for internal use",
        "EC2 guide, Using_Tags.html",
        seen=True,
        remedy="Take the prefix aws: off the tag's key.",
    ),
    *network_rules.RULES,
)
