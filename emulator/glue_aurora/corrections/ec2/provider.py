"""LocalStack's EC2 provider with corrections. Everything else is its own.

- Descriptions of security group rules whose peer is a group or a prefix list (rule_descriptions.py), and
  UpdateSecurityGroupRuleDescriptions by rule id, which moto answers with success without doing anything.
- `Version` in the policy of a VPC endpoint: AWS returns the policy as it was given.
"""

# A handler that takes the request whole differs from the expanded signature of LocalStack's API class, as its own do.
# mypy: disable-error-code="override,no-untyped-call"

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.ec2 import (
    DescribeVpcEndpointsRequest,
    DescribeVpcEndpointsResult,
    UpdateSecurityGroupRuleDescriptionsEgressRequest,
    UpdateSecurityGroupRuleDescriptionsEgressResult,
    UpdateSecurityGroupRuleDescriptionsIngressRequest,
    UpdateSecurityGroupRuleDescriptionsIngressResult,
)
from localstack.services.ec2.models import get_ec2_backend
from localstack.services.ec2.provider import Ec2Provider
from localstack.services.moto import MotoFallbackDispatcher, call_moto
from localstack.services.plugins import Service

from glue_aurora.corrections.ec2 import rule_descriptions
from glue_aurora.service.errors import ApiError


class CorrectedEc2Provider(Ec2Provider):
    """Chosen by PROVIDER_OVERRIDE_EC2=corrected."""

    def on_after_init(self) -> None:
        super().on_after_init()
        rule_descriptions.apply_patches()

    @handler("DescribeVpcEndpoints", expand=False)
    def describe_vpc_endpoints(
        self, context: RequestContext, request: DescribeVpcEndpointsRequest
    ) -> DescribeVpcEndpointsResult:
        result = super().describe_vpc_endpoints(context, request)
        endpoints = get_ec2_backend(context.account_id, context.region).vpc_end_points
        for endpoint in result.get("VpcEndpoints") or []:
            policy = endpoints[str(endpoint["VpcEndpointId"])].policy_document
            if policy:
                endpoint["PolicyDocument"] = policy
        return result

    @handler("UpdateSecurityGroupRuleDescriptionsIngress", expand=False)
    def update_security_group_rule_descriptions_ingress(
        self, context: RequestContext, request: UpdateSecurityGroupRuleDescriptionsIngressRequest
    ) -> UpdateSecurityGroupRuleDescriptionsIngressResult:
        _update_descriptions(context, request)
        return UpdateSecurityGroupRuleDescriptionsIngressResult(Return=True)

    @handler("UpdateSecurityGroupRuleDescriptionsEgress", expand=False)
    def update_security_group_rule_descriptions_egress(
        self, context: RequestContext, request: UpdateSecurityGroupRuleDescriptionsEgressRequest
    ) -> UpdateSecurityGroupRuleDescriptionsEgressResult:
        _update_descriptions(context, request)
        return UpdateSecurityGroupRuleDescriptionsEgressResult(Return=True)


def _update_descriptions(context: RequestContext, request: Mapping[str, Any]) -> None:
    by_id = request.get("SecurityGroupRuleDescriptions")
    if not by_id:
        call_moto(context)
        return
    name = str(request.get("GroupId") or request.get("GroupName"))
    group = get_ec2_backend(context.account_id, context.region).get_security_group_by_name_or_id(name)
    if group is None:
        raise ApiError("InvalidGroup.NotFound", f"The security group '{name}' does not exist")
    rule_descriptions.set_descriptions(group, by_id)


def create_service() -> Service:
    """Returns the service, made in the way LocalStack makes its own."""
    return Service.for_provider(CorrectedEc2Provider(), dispatch_table_factory=MotoFallbackDispatcher)
