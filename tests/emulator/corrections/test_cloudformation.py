"""A CloudFormation stack makes its resources or fails."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from tests.kit.aws import unique

pytestmark = pytest.mark.emulator

UNSUPPORTED: dict[str, dict[str, Any]] = {
    "AWS::Glue::Job": {"Role": "r", "Command": {"Name": "glueetl"}},
    "AWS::RDS::DBCluster": {"Engine": "aurora-postgresql"},
    "AWS::Budgets::Budget": {"Budget": {"BudgetType": "COST", "TimeUnit": "MONTHLY"}},
}


@pytest.mark.parametrize("type_", UNSUPPORTED)
def test_a_stack_with_a_resource_that_nobody_makes_fails(environment: Any, type_: str) -> None:
    cloudformation, name = environment.client("cloudformation"), unique("stack")
    template = {"Resources": {"Own": {"Type": type_, "Properties": UNSUPPORTED[type_]}}}
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [one for one in events if (one["LogicalResourceId"], one["ResourceStatus"]) == ("Own", "CREATE_FAILED")]
    assert [type_ in one["ResourceStatusReason"] for one in failed] == [True]


def test_a_stack_of_supported_resources_is_made(environment: Any) -> None:
    cloudformation, name = environment.client("cloudformation"), unique("stack")
    template = {
        "Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.43.0.0/16"}},
            "Endpoint": {
                "Type": "AWS::EC2::VPCEndpoint",
                "Properties": {"VpcId": {"Ref": "Vpc"}, "ServiceName": "com.amazonaws.us-east-1.s3"},
            },
        },
        "Outputs": {"Endpoint": {"Value": {"Ref": "Endpoint"}}},
    }
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    (output,) = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    found = environment.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[output["OutputValue"]])["VpcEndpoints"]
    assert found[0]["State"] == "available"
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
