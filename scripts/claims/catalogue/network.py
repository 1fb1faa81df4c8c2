"""What EC2 refuses when groups, subnets and endpoints are made. No endpoint, gateway or address is."""

from __future__ import annotations

from typing import Any

from scripts.claims import names
from scripts.claims.claim import Claim
from scripts.claims.stage import Stage

GROUP = "EC2 API reference, CreateSecurityGroup; terraform-provider-aws issues 18874, 43854"
RULES = "EC2 API reference, IpPermission; public issues"
WORDS = "the sentence is one that users quote"
_INVALID = "InvalidParameterValue"


def _group(name: str, says: str, sentence: str, doubt: str = WORDS, **changes: str) -> Claim:
    def request(stage: Stage) -> dict[str, Any]:
        made = {"GroupName": stage.name(name), "Description": "claims", "VpcId": stage.vpc}
        return {**made, **changes, "TagSpecifications": names.of_ec2("security-group", stage.name(name))}

    return Claim(f"ec2-group-{name}", says, "ec2", "CreateSecurityGroup", request, _INVALID, sentence, doubt, GROUP)


def _ingress(name: str, says: str, sentence: str, code: str = _INVALID, doubt: str = WORDS, **changes: Any) -> Claim:
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "IpRanges": [{"CidrIp": "10.0.0.0/8"}], **changes}
    given = {member: value for member, value in rule.items() if value is not None}
    return Claim(
        f"ec2-rule-{name}",
        says,
        "ec2",
        "AuthorizeSecurityGroupIngress",
        lambda stage: {"GroupId": stage.security_group, "IpPermissions": [given]},
        code,
        sentence,
        doubt,
        RULES,
    )


def _subnet(name: str, says: str, cidr: str, code: str, sentence: str, doubt: str = WORDS) -> Claim:
    return Claim(
        f"ec2-subnet-{name}",
        says,
        "ec2",
        "CreateSubnet",
        lambda stage: {
            "VpcId": stage.subnet and stage.vpc,
            "CidrBlock": cidr,
            "TagSpecifications": names.of_ec2("subnet", stage.name(name)),
        },
        code,
        sentence,
        doubt,
        "VPC guide, subnet-sizing.html",
    )


def _endpoint(name: str, says: str, code: str, sentence: str, doubt: str, **given: Any) -> Claim:
    def request(stage: Stage) -> dict[str, Any]:
        made = {"VpcId": stage.vpc, "TagSpecifications": names.of_ec2("vpc-endpoint", stage.name(name)), **given}
        return {**made, "ServiceName": f"com.amazonaws.{stage.region}.{given['ServiceName']}"}

    return Claim(
        f"ec2-endpoint-{name}",
        says,
        "ec2",
        "CreateVpcEndpoint",
        request,
        code,
        sentence,
        doubt,
        "EC2 API reference, CreateVpcEndpoint",
    )


CLAIMS = (
    _group(
        "ascii",
        "a group's description is ASCII",
        "for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported",
        Description="Acesso à base",
    ),
    _group(
        "apostrophe",
        "it has no apostrophe",
        "Invalid security group description. Valid descriptions are strings less than 256 characters from the "
        "following set",
        Description="the job's group",
    ),
    _group(
        "sg-name",
        "a group's name does not begin with sg-",
        "Group names may not be in the format sg-*",
        "the words are the emulator's",
        GroupName="sg-letrus-aws-parity",
    ),
    Claim(
        "ec2-group-twice",
        "a VPC has each name of a group once",
        "ec2",
        "CreateSecurityGroup",
        lambda stage: {
            "GroupName": stage.security_group and stage.name("group"),
            "Description": "claims",
            "VpcId": stage.vpc,
        },
        "InvalidGroup.Duplicate",
        "The security group '{prefix}-group' already exists for VPC '{vpc}'",
        "the sentence is LocalStack's",
        GROUP,
    ),
    _ingress(
        "twice",
        "a group has each rule once",
        'the specified rule "peer: 10.0.0.0/8, TCP, from port: 5432, to port: 5432, ALLOW" already exists',
        "InvalidPermission.Duplicate",
        "the sentence is LocalStack's",
        FromPort=5432,
        ToPort=5432,
    ),
    _ingress(
        "description",
        "a rule's description has no >",
        "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set",
        IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "job -> base"}],
    ),
    _ingress("protocol", "a rule has a known protocol", "Unknown protocol", IpProtocol="tpc"),
    _ingress(
        "reversed-ports",
        "ports are in order",
        "Invalid TCP port range (2:1)",
        doubt="code and sentence",
        FromPort=2,
        ToPort=1,
    ),
    _ingress(
        "no-ports",
        "TCP has ports",
        "Must specify both from and to ports with TCP/UDP",
        FromPort=None,
        ToPort=None,
    ),
    _ingress(
        "prefix-list",
        "a prefix list exists",
        "The prefix list ID 'pl-0123456789abcdef0' does not exist",
        "InvalidPrefixListID.NotFound",
        IpRanges=None,
        PrefixListIds=[{"PrefixListId": "pl-0123456789abcdef0"}],
    ),
    _ingress(
        "unknown-group",
        "a group that a rule names exists",
        "The security group 'sg-0123456789abcdef0' does not exist",
        "InvalidGroup.NotFound",
        "code and sentence",
        IpRanges=None,
        UserIdGroupPairs=[{"GroupId": "sg-0123456789abcdef0"}],
    ),
    _subnet("small", "a subnet has 16 addresses or more", "10.91.1.0/29", "InvalidSubnet.Range", "'10.91.1.0/29'"),
    _subnet(
        "overlaps",
        "subnets do not overlap",
        "10.91.0.0/25",
        "InvalidSubnet.Conflict",
        "The CIDR '10.91.0.0/25' conflicts with another subnet",
    ),
    _subnet(
        "outside",
        "a subnet is inside its VPC",
        "10.92.0.0/24",
        "InvalidSubnet.Range",
        "The CIDR '10.92.0.0/24' is invalid",
    ),
    Claim(
        "ec2-acl-number",
        "entries of a network ACL have numbers up to 32766",
        "ec2",
        "CreateNetworkAclEntry",
        lambda stage: {
            "NetworkAclId": stage.network_acl,
            "RuleNumber": 40_000,
            "Protocol": "-1",
            "RuleAction": "allow",
            "Egress": False,
            "CidrBlock": "10.0.0.0/8",
        },
        _INVALID,
        "Value (40000) for parameter ruleNumber is invalid",
        "code and sentence",
        "EC2 API reference, CreateNetworkAclEntry",
    ),
    Claim(
        "ec2-reserved-tag",
        "keys of tags do not begin with aws:",
        "ec2",
        "CreateTags",
        lambda stage: {"Resources": [stage.vpc], "Tags": [{"Key": "aws:a", "Value": "b"}]},
        _INVALID,
        "Tag keys starting with 'aws:' are reserved for internal use",
        WORDS,
        "EC2 guide, Using_Tags.html",
    ),
    # A wrong claim would make a gateway endpoint, which is free; an interface endpoint is never asked for by a name
    # that exists.
    _endpoint(
        "no-service",
        "an endpoint's service exists",
        "InvalidServiceName",
        "The Vpc Endpoint Service 'com.amazonaws.{region}.letrus-none' does not exist",
        "which services a region has, and the sentence",
        ServiceName="letrus-none",
        VpcEndpointType="Gateway",
    ),
    _endpoint(
        "no-route-table",
        "a gateway endpoint's route table exists",
        "InvalidRouteTableId.NotFound",
        "The routeTable ID 'rtb-0123456789abcdef0' does not exist",
        "the sentence",
        ServiceName="s3",
        VpcEndpointType="Gateway",
        RouteTableIds=["rtb-0123456789abcdef0"],
    ),
    Claim(
        "ec2-vpc-in-use",
        "a VPC with a subnet stays",
        "ec2",
        "DeleteVpc",
        lambda stage: {"VpcId": stage.subnet and stage.vpc},
        "DependencyViolation",
        "The vpc '{vpc}' has dependencies and cannot be deleted",
        WORDS,
        "EC2 API reference, DeleteVpc",
    ),
)
