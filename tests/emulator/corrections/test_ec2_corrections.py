"""The corrections to LocalStack's EC2 and CloudWatch. Without them Terraform's second plan would show changes."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.kit.aws import refused, unique

pytestmark = pytest.mark.emulator

POSTGRES_PORT = 5432


class Groups:
    """Two security groups and a prefix list."""

    def __init__(self, ec2: Any) -> None:
        self.ec2 = ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
        self.one, self.other = (
            ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)["GroupId"]
            for name in ("one", "other")
        )
        self.prefix_list = ec2.describe_prefix_lists()["PrefixLists"][0]["PrefixListId"]
        self.peers: dict[str, dict[str, Any]] = {
            "group": {"UserIdGroupPairs": [{"GroupId": self.other}]},
            "self": {"UserIdGroupPairs": [{"GroupId": self.one}]},
            "prefix list": {"PrefixListIds": [{"PrefixListId": self.prefix_list}]},
            "range": {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
        }

    def permission(self, peer: str, description: str | None, protocol: str = "tcp") -> dict[str, Any]:
        (member, (value,)) = next(iter(self.peers[peer].items()))
        ports = {} if protocol == "-1" else {"FromPort": POSTGRES_PORT, "ToPort": POSTGRES_PORT}
        described = {**value, **({"Description": description} if description else {})}
        return {"IpProtocol": protocol, **ports, member: [described]}

    def rule(self, rule_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule_id])
        return dict(answer["SecurityGroupRules"][0])

    def listed(self, peer: str) -> list[str | None]:
        """Returns the descriptions of ingress entries of this kind, as DescribeSecurityGroups shows them."""
        member = next(iter(self.peers[peer]))
        (group,) = self.ec2.describe_security_groups(GroupIds=[self.one])["SecurityGroups"]
        return [entry.get("Description") for one in group["IpPermissions"] for entry in one[member]]


@pytest.fixture
def groups(environment: Any) -> Groups:
    return Groups(environment.client("ec2"))


def _authorize(groups: Groups, permission: dict[str, Any]) -> dict[str, Any]:
    answer = groups.ec2.authorize_security_group_ingress(GroupId=groups.one, IpPermissions=[permission])
    return dict(answer["SecurityGroupRules"][0])


@pytest.mark.parametrize("protocol", ["tcp", "-1"])
@pytest.mark.parametrize("peer", ["group", "self", "prefix list", "range"])
def test_description_of_a_rule_is_kept_changed_and_removed(groups: Groups, peer: str, protocol: str) -> None:
    created = _authorize(groups, groups.permission(peer, "first words", protocol))
    rule_id = created["SecurityGroupRuleId"]
    assert created["Description"] == "first words"
    assert groups.rule(rule_id)["Description"] == "first words"
    assert groups.listed(peer) == ["first words"]

    target: dict[str, Any] = {
        key: created[key] for key in ("IpProtocol", "FromPort", "ToPort", "CidrIpv4", "PrefixListId") if key in created
    }
    if "ReferencedGroupInfo" in created:
        target["ReferencedGroupId"] = created["ReferencedGroupInfo"]["GroupId"]
    change = {"SecurityGroupRuleId": rule_id, "SecurityGroupRule": {**target, "Description": "second words"}}
    groups.ec2.modify_security_group_rules(GroupId=groups.one, SecurityGroupRules=[change])
    assert groups.rule(rule_id)["Description"] == "second words"
    assert groups.listed(peer) == ["second words"]

    groups.ec2.update_security_group_rule_descriptions_ingress(
        GroupId=groups.one, IpPermissions=[groups.permission(peer, "third words", protocol)]
    )
    assert groups.rule(rule_id)["Description"] == "third words"

    by_id = [{"SecurityGroupRuleId": rule_id, "Description": "fourth words"}]
    groups.ec2.update_security_group_rule_descriptions_ingress(GroupId=groups.one, SecurityGroupRuleDescriptions=by_id)
    assert groups.rule(rule_id)["Description"] == "fourth words"

    change = {"SecurityGroupRuleId": rule_id, "SecurityGroupRule": target}
    groups.ec2.modify_security_group_rules(GroupId=groups.one, SecurityGroupRules=[change])
    assert "Description" not in groups.rule(rule_id)
    assert groups.listed(peer) == [None]


@pytest.mark.parametrize("peer", ["group", "prefix list", "range"])
def test_words_do_not_make_another_rule(groups: Groups, peer: str) -> None:
    _authorize(groups, groups.permission(peer, "one"))
    with refused("InvalidPermission.Duplicate"):
        _authorize(groups, groups.permission(peer, "two"))
    groups.ec2.revoke_security_group_ingress(GroupId=groups.one, IpPermissions=[groups.permission(peer, None)])
    assert groups.listed(peer) == []


def test_a_rules_peer_can_be_changed(groups: Groups) -> None:
    third = groups.ec2.create_security_group(GroupName="third", Description="d", VpcId=groups.vpc)["GroupId"]
    rule_id = _authorize(groups, groups.permission("group", "words"))["SecurityGroupRuleId"]
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "ReferencedGroupId": third, "Description": "words"}
    groups.ec2.modify_security_group_rules(
        GroupId=groups.one, SecurityGroupRules=[{"SecurityGroupRuleId": rule_id, "SecurityGroupRule": rule}]
    )
    changed = groups.rule(rule_id)
    assert changed["ReferencedGroupInfo"]["GroupId"] == third
    assert (changed["FromPort"], changed["ToPort"], changed["Description"]) == (1, 2, "words")


def test_groups_and_rules_that_are_not_there_are_refused(groups: Groups) -> None:
    described = [{"SecurityGroupRuleId": "sgr-0123456789abcdef0", "Description": "d"}]
    with refused("InvalidGroup.NotFound"):
        groups.ec2.update_security_group_rule_descriptions_egress(
            GroupId="sg-0123456789abcdef0", SecurityGroupRuleDescriptions=described
        )
    with refused("InvalidSecurityGroupRuleId.NotFound"):
        groups.ec2.update_security_group_rule_descriptions_ingress(
            GroupId=groups.one, SecurityGroupRuleDescriptions=described
        )


def test_policy_of_an_endpoint_keeps_its_version(environment: Any) -> None:
    ec2 = environment.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.31.0.0/16")["Vpc"]["VpcId"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    created = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", PolicyDocument=json.dumps(policy)
    )["VpcEndpoint"]

    def read() -> Any:
        (endpoint,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[created["VpcEndpointId"]])["VpcEndpoints"]
        return json.loads(endpoint["PolicyDocument"])

    assert read() == policy
    narrower = {"Version": "2012-10-17", "Statement": [{**statement, "Action": "s3:GetObject"}]}
    ec2.modify_vpc_endpoint(VpcEndpointId=created["VpcEndpointId"], PolicyDocument=json.dumps(narrower))
    assert read() == narrower


def test_the_rest_of_ec2_still_answers(environment: Any) -> None:
    ec2 = environment.client("ec2")
    assert len(ec2.describe_availability_zones()["AvailabilityZones"]) >= 3
    assert ec2.describe_vpcs()["Vpcs"]


def test_alarm_keeps_its_tags(environment: Any) -> None:
    cloudwatch = environment.client("cloudwatch")
    name = unique("alarm")

    def put(value: str) -> str:
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="Glue",
            MetricName="glue.driver.aggregate.numFailedTasks",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            Tags=[{"Key": "Projeto", "Value": value}],
        )
        return str(cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["AlarmArn"])

    arn = put("letrus")
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "Projeto", "Value": "letrus"}]
    put("ignored when an alarm is updated")
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "Projeto", "Value": "letrus"}]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "Id", "Value": uuid.uuid4().hex}])
    assert len(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]) == 2
    cloudwatch.delete_alarms(AlarmNames=[name])
    put("new again")
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "Projeto", "Value": "new again"}]
    cloudwatch.delete_alarms(AlarmNames=[name])


@pytest.mark.parametrize("member", ["AlarmActions", "OKActions", "InsufficientDataActions"])
def test_action_that_never_happens_is_refused(environment: Any, member: str) -> None:
    cloudwatch, name = environment.client("cloudwatch"), unique("alarm")
    lambda_function = "arn:aws:lambda:us-east-1:000000000000:function:f"
    composite = {"AlarmName": name, "AlarmRule": "FALSE"}
    metric = {
        "AlarmName": name,
        "Namespace": "Glue",
        "MetricName": "m",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    for action in (lambda_function, "arn:aws:automate:us-east-1:ec2:stop"):
        with refused("NotSupportedByEmulator", "Nothing would happen."):
            cloudwatch.put_metric_alarm(**metric, **{member: [action]})
        with refused("NotSupportedByEmulator", "Nothing would happen."):
            cloudwatch.put_composite_alarm(**composite, **{member: [action]})
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []
