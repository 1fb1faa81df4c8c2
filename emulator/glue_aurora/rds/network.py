"""Looks at VPC, subnets, security groups and keys through LocalStack's own EC2 and KMS, in this process."""

from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to

from glue_aurora.rds import faults
from glue_aurora.rds.models import Subnet


def subnets(context: RequestContext, subnet_ids: list[str]) -> tuple[str, list[Subnet]]:
    """Returns the VPC and the subnets.

    Raises:
        ApiError: a subnet does not exist, or they lie in more than one VPC or fewer than two zones.
    """
    wanted = list(dict.fromkeys(subnet_ids))
    try:
        found = _client(context, "ec2").describe_subnets(SubnetIds=wanted)["Subnets"]
    except ClientError as error:
        raise faults.invalid_value(f"Some input subnets in :[{', '.join(wanted)}] are invalid.") from error
    vpcs = {subnet["VpcId"] for subnet in found}
    if len(vpcs) != 1:
        raise faults.invalid_subnet(f"The subnets of a DB subnet group must lie in one VPC, not in {sorted(vpcs)}.")
    by_id = {subnet["SubnetId"]: Subnet(subnet["SubnetId"], subnet["AvailabilityZone"]) for subnet in found}
    members = [by_id[subnet_id] for subnet_id in wanted]
    zones = sorted({member.zone for member in members})
    if len(zones) < 2:
        raise faults.too_few_zones(zones)
    return vpcs.pop(), members


def security_groups(context: RequestContext, group_ids: list[str], vpc_id: str) -> list[str]:
    """Returns the security groups, or the VPC's default one when none is named.

    Raises:
        ApiError: a group does not exist, or lies in another VPC.
    """
    ec2 = _client(context, "ec2")
    if not group_ids:
        defaults = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": ["default"]}]
        return [group["GroupId"] for group in ec2.describe_security_groups(Filters=defaults)["SecurityGroups"]]
    for group_id in group_ids:
        try:
            group = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
        except ClientError as error:
            raise faults.invalid_value(f"Invalid security group , groupId= {group_id}, groupName=.") from error
        if group["VpcId"] != vpc_id:
            raise faults.invalid_combination(
                "The DB instance and EC2 security group are in different VPCs. "
                f"The DB instance is in {vpc_id} and the EC2 security group is in {group['VpcId']}"
            )
    return list(group_ids)


def check_public(context: RequestContext, vpc_id: str) -> None:
    """Checks that an instance in the VPC can have a public address.

    Source: RDS user guide, USER_VPC.WorkingWithRDSInstanceinaVPC.html.

    Raises:
        ApiError: InvalidVPCNetworkStateFault.
    """
    ec2 = _client(context, "ec2")
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc_id]}]
    if not ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]:
        raise faults.vpc_state("The specified VPC has no internet gateway attached.")
    for name in ("enableDnsSupport", "enableDnsHostnames"):
        found = ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute=name)
        if not found[name[0].upper() + name[1:]]["Value"]:
            raise faults.vpc_state("The specified VPC does not support DNS resolution, DNS hostnames, or both.")


def zones_of_region(context: RequestContext) -> list[str]:
    """Returns the names of the region's availability zones, sorted."""
    zones = _client(context, "ec2").describe_availability_zones()["AvailabilityZones"]
    return sorted(zone["ZoneName"] for zone in zones)


def key_arn(context: RequestContext, key: str | None, service: str) -> str:
    """Returns the ARN of a KMS key given by id, ARN or alias, else of the AWS managed key of `service`.

    Raises:
        ApiError: KMSKeyNotAccessibleFault.
    """
    try:
        metadata = _client(context, "kms").describe_key(KeyId=key or f"alias/aws/{service}")["KeyMetadata"]
    except ClientError as error:
        raise faults.kms_key_not_accessible(key or f"alias/aws/{service}") from error
    if not metadata["Enabled"]:
        raise faults.kms_key_not_accessible(metadata["Arn"])
    return str(metadata["Arn"])


def _client(context: RequestContext, service: str) -> Any:
    # LocalStack takes the account from the access key.
    factory = connect_to(aws_access_key_id=context.account_id, region_name=context.region)
    return getattr(factory, service)
