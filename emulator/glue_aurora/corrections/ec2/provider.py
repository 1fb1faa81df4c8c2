"""LocalStack's EC2 provider with corrections. Everything else is its own.

- VPC endpoints (endpoints.py): ModifyVpcEndpoint as a whole, defaults, routes, network interfaces.
- Subnets, routes, network ACLs, DHCP options (networks.py): values that moto takes and does not keep.
- A rule that exists already has AWS's sentence (duplicates.py).
- What is in use is not deleted (dependencies.py).
- Descriptions of security group rules whose peer is a group or a prefix list (rule_descriptions.py), and
  UpdateSecurityGroupRuleDescriptions by rule id, which moto answers with success without doing anything.
- `DryRun` does nothing, for any operation.
"""

# A handler that takes the request whole differs from the expanded signature of LocalStack's API class, as its own do.
# mypy: disable-error-code="override,no-untyped-call"

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext, ServiceException, handler
from localstack.services.ec2.models import get_ec2_backend
from localstack.services.ec2.provider import Ec2Provider
from localstack.services.moto import MotoFallbackDispatcher, call_moto, call_moto_with_request
from localstack.services.plugins import Service
from localstack.utils.patch import patch
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.vpcs import VPCEndPoint

from glue_aurora.corrections.ec2 import dependencies, duplicates, endpoints, networks, rule_descriptions
from glue_aurora.service.errors import ApiError


class CorrectedEc2Provider(Ec2Provider):
    """Chosen by PROVIDER_OVERRIDE_EC2=corrected."""

    def on_after_init(self) -> None:
        super().on_after_init()
        rule_descriptions.apply_patches()
        _patch_endpoint_filters()

    @handler("CreateVpcEndpoint", expand=False)
    def create_vpc_endpoint(self, context: RequestContext, request: Any) -> Any:
        backend = _backend(context)
        full: Any = endpoints.complete_request(backend, request)
        result: Any = call_moto_with_request(context, full)
        endpoints.finish(backend, result["VpcEndpoint"]["VpcEndpointId"], full)
        endpoints.describe(backend, result["VpcEndpoint"])
        return {"VpcEndpoint": result["VpcEndpoint"]}

    @handler("ModifyVpcEndpoint", expand=False)
    def modify_vpc_endpoint(self, context: RequestContext, request: Any) -> Any:
        endpoints.modify(_backend(context), request)
        return {"Return": True}

    @handler("DeleteVpcEndpoints", expand=False)
    def delete_vpc_endpoints(self, context: RequestContext, request: Any) -> Any:
        unsuccessful: Any = endpoints.delete(_backend(context), request["VpcEndpointIds"])
        return {"Unsuccessful": unsuccessful}

    @handler("DescribeVpcEndpoints", expand=False)
    def describe_vpc_endpoints(self, context: RequestContext, request: Any) -> Any:
        result: Any = super().describe_vpc_endpoints(context, request)
        for endpoint in result.get("VpcEndpoints") or []:
            endpoints.describe(_backend(context), endpoint)
        return result

    @handler("CreateSubnet", expand=False)
    def create_subnet(self, context: RequestContext, request: Any) -> Any:
        backend = _backend(context)
        full: Any = networks.subnet_request(backend, request)
        result: Any = call_moto_with_request(context, full)
        subnet = backend.get_subnet(result["Subnet"]["SubnetId"])
        host_name = full.get("PrivateDnsHostnameTypeOnLaunch")
        if host_name:
            networks.dns_options(subnet)["HostnameType"] = host_name
        networks.finish_subnet(subnet, result["Subnet"])
        return {"Subnet": result["Subnet"]}

    @handler("ModifySubnetAttribute", expand=False)
    def modify_subnet_attribute(self, context: RequestContext, request: Any) -> None:
        networks.modify_subnet(_backend(context), request)

    @handler("DescribeSubnets", expand=False)
    def describe_subnets(self, context: RequestContext, request: Any) -> Any:
        result: Any = call_moto(context)
        for subnet in result.get("Subnets") or []:
            networks.describe_subnet(_backend(context).get_subnet(subnet["SubnetId"]), subnet)
        return result

    @handler("DeleteSubnet", expand=False)
    def delete_subnet(self, context: RequestContext, request: Any) -> None:
        dependencies.check_subnet(_backend(context), request["SubnetId"])
        call_moto(context)

    @handler("DeleteVpc", expand=False)
    def delete_vpc(self, context: RequestContext, request: Any) -> None:
        backend = _backend(context)
        dependencies.check_vpc(backend, request["VpcId"])
        vpc = backend.get_vpc(request["VpcId"])
        # A VPC that moto still refuses to delete keeps its options and ACL.
        options, vpc.dhcp_options = vpc.dhcp_options, None
        try:
            call_moto(context)
        except Exception:
            vpc.dhcp_options = options
            raise
        dependencies.forget_vpc(backend, request["VpcId"])

    @handler("DeleteSecurityGroup", expand=False)
    def delete_security_group(self, context: RequestContext, request: Any) -> Any:
        backend = _backend(context)
        name = request.get("GroupId") or request.get("GroupName") or ""
        group = backend.get_security_group_by_name_or_id(name)
        if group is not None:
            dependencies.check_group(backend, group)
        result: Any = call_moto(context)
        return result

    @handler("CreateRoute", expand=False)
    def create_route(self, context: RequestContext, request: Any) -> Any:
        networks.check_route(_backend(context), request, new=True)
        result: Any = call_moto(context)
        return result

    @handler("ReplaceRoute", expand=False)
    def replace_route(self, context: RequestContext, request: Any) -> None:
        networks.check_route(_backend(context), request, new=False)
        call_moto(context)
        networks.finish_replaced_route(_backend(context), request)

    @handler("CreateNetworkAcl", expand=False)
    def create_network_acl(self, context: RequestContext, request: Any) -> Any:
        result: Any = call_moto(context)
        networks.add_last_entries(_backend(context), result["NetworkAcl"]["NetworkAclId"])
        networks.describe_network_acl(_backend(context), result["NetworkAcl"])
        return result

    @handler("DescribeNetworkAcls", expand=False)
    def describe_network_acls(self, context: RequestContext, request: Any) -> Any:
        result: Any = call_moto(context)
        for acl in result.get("NetworkAcls") or []:
            networks.describe_network_acl(_backend(context), acl)
        return result

    @handler("DeleteNetworkAcl", expand=False)
    def delete_network_acl(self, context: RequestContext, request: Any) -> None:
        dependencies.check_network_acl(_backend(context), request["NetworkAclId"])
        call_moto(context)

    @handler("CreateNetworkAclEntry", expand=False)
    def create_network_acl_entry(self, context: RequestContext, request: Any) -> None:
        call_moto(context)
        networks.keep_icmp(_backend(context), request)

    @handler("ReplaceNetworkAclEntry", expand=False)
    def replace_network_acl_entry(self, context: RequestContext, request: Any) -> None:
        networks.check_acl_entry(_backend(context), request)
        call_moto(context)
        networks.keep_icmp(_backend(context), request)

    @handler("DeleteNetworkAclEntry", expand=False)
    def delete_network_acl_entry(self, context: RequestContext, request: Any) -> None:
        networks.check_acl_entry(_backend(context), request)
        call_moto(context)

    @handler("CreateDhcpOptions", expand=False)
    def create_dhcp_options(self, context: RequestContext, request: Any) -> Any:
        networks.check_dhcp_options(request)
        result: Any = call_moto(context)
        networks.finish_dhcp_options(_backend(context), request, result["DhcpOptions"])
        return result

    @handler("DescribeDhcpOptions", expand=False)
    def describe_dhcp_options(self, context: RequestContext, request: Any) -> Any:
        result: Any = call_moto(context)
        for options in result.get("DhcpOptions") or []:
            networks.describe_dhcp_options(_backend(context), options)
        return result

    @handler("DeleteDhcpOptions", expand=False)
    def delete_dhcp_options(self, context: RequestContext, request: Any) -> None:
        backend = _backend(context)
        dependencies.check_dhcp_options(backend, request["DhcpOptionsId"])
        # No VPC has the options, whatever moto remembers.
        options = backend.dhcp_options_sets.get(request["DhcpOptionsId"])
        if options is not None:
            options.vpc = None
        call_moto(context)

    @handler("AuthorizeSecurityGroupIngress", expand=False)
    def authorize_security_group_ingress(self, context: RequestContext, request: Any) -> Any:
        return _authorize(context, request)

    @handler("AuthorizeSecurityGroupEgress", expand=False)
    def authorize_security_group_egress(self, context: RequestContext, request: Any) -> Any:
        return _authorize(context, request)

    @handler("UpdateSecurityGroupRuleDescriptionsIngress", expand=False)
    def update_security_group_rule_descriptions_ingress(self, context: RequestContext, request: Any) -> Any:
        _update_descriptions(context, request)
        return {"Return": True}

    @handler("UpdateSecurityGroupRuleDescriptionsEgress", expand=False)
    def update_security_group_rule_descriptions_egress(self, context: RequestContext, request: Any) -> Any:
        _update_descriptions(context, request)
        return {"Return": True}


def _backend(context: RequestContext) -> Any:
    return get_ec2_backend(context.account_id, context.region)


def _authorize(context: RequestContext, request: Mapping[str, Any]) -> Any:
    try:
        return call_moto(context)
    except ServiceException as error:
        said = duplicates.sentence(request) if error.code == duplicates.CODE else None
        if said is None:
            raise
        raise ApiError(duplicates.CODE, said, remedy="Take the rule out. The group has it already.") from None


def _update_descriptions(context: RequestContext, request: Mapping[str, Any]) -> None:
    by_id = request.get("SecurityGroupRuleDescriptions")
    if not by_id:
        call_moto(context)
        return
    name = str(request.get("GroupId") or request.get("GroupName"))
    group = _backend(context).get_security_group_by_name_or_id(name)
    if group is None:
        message = f"The security group '{name}' does not exist"
        raise ApiError("InvalidGroup.NotFound", message, remedy="Name a security group of this region by its id.")
    rule_descriptions.set_descriptions(group, by_id)


def _patch_endpoint_filters() -> None:
    @patch(VPCEndPoint.get_filter_value)
    def _get_filter_value(fn: Any, self: VPCEndPoint, filter_name: str, method_name: str | None = None) -> Any:
        value = endpoints.filter_value(self, filter_name)
        return fn(self, filter_name, method_name) if value is None else value


def _dispatch_table(provider: object) -> dict[str, Any]:
    table: dict[str, Any] = dict(MotoFallbackDispatcher(provider))
    return {operation: _answering(answer) for operation, answer in table.items()}


def _answering(answer: Any) -> Any:
    """Returns `answer` without effect for a DryRun, which moto ignores, and with moto's own errors as they are."""

    def answer_or_refuse(context: RequestContext, request: Mapping[str, Any]) -> Any:
        if request and request.get("DryRun"):
            message = "Request would have succeeded, but DryRun flag is set."
            raise ApiError("DryRunOperation", message, status_code=412, remedy="Leave DryRun out to do it.")
        try:
            return answer(context, request)
        except EC2ClientError as error:
            raise ApiError(error.error_type, error.message) from error

    return answer_or_refuse


def create_service() -> Service:
    """Returns the service, made in the way LocalStack makes its own."""
    return Service.for_provider(CorrectedEc2Provider(), dispatch_table_factory=_dispatch_table)
