"""Corrects moto's security group rules whose peer is a group or a prefix list, not a range.

moto-ext 5.1.54 reads a rule's description from its IP range only, keeps a group's inside the peer (so that equal rules
with other words count as different, and a rule cannot be revoked without them), forgets a prefix list's, and changes
nothing but ranges in ModifySecurityGroupRules. Here a description belongs to the rule for each kind of peer.
"""

# LocalStack's `patch` has no types.
# mypy: disable-error-code="no-untyped-call"

from typing import Any

from localstack.utils.patch import patch
from moto.ec2.models.security_groups import (
    GroupedSecurityRuleView,
    SecurityGroup,
    SecurityGroupBackend,
    SecurityGroupRule,
)

from glue_aurora.service.errors import ApiError

_ALL_PROTOCOLS = "-1"
_KINDS = {
    "CidrIpv4": "IPv4 CIDR",
    "CidrIpv6": "IPv6 CIDR",
    "PrefixListId": "prefix list",
    "ReferencedGroupId": "referenced group",
}


def set_description(rule: SecurityGroupRule, description: str | None) -> None:
    """Gives the rule a description, or removes it.

    moto reads it from the rule's range, which is otherwise empty for other peers.
    """
    if description:
        rule.ip_range["Description"] = description
    else:
        rule.ip_range.pop("Description", None)


def set_descriptions(group: SecurityGroup, descriptions: list[dict[str, Any]]) -> None:
    """Sets descriptions by rule id.

    Raises:
        ApiError: a rule does not exist; nothing has changed then.
    """
    rules = {}
    for one in descriptions:
        rule = group.get_rule(one["SecurityGroupRuleId"])
        if rule is None:
            message = f"The security group rule ID '{one['SecurityGroupRuleId']}' does not exist"
            remedy = "DescribeSecurityGroupRules has the rules of the group."
            raise ApiError("InvalidSecurityGroupRuleId.NotFound", message, remedy=remedy)
        rules[one["SecurityGroupRuleId"]] = rule
    for one in descriptions:
        set_description(rules[one["SecurityGroupRuleId"]], one.get("Description"))


def apply_patches() -> None:
    """Corrects moto's classes in this process."""

    @patch(SecurityGroupRule.__init__)
    def _init(
        fn: Any,
        self: SecurityGroupRule,
        ec2_backend: Any,
        ip_protocol: str,
        group_id: str,
        from_port: str | None,
        to_port: str | None,
        ip_range: dict[str, str] | None,
        source_group: dict[str, str] | None = None,
        prefix_list_id: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        # The descriptions are taken out of copies: the request's dictionaries stay as they are.
        ip_range, source_group = dict(ip_range or {}), dict(source_group or {})
        description = source_group.pop("Description", None) or (prefix_list_id or {}).get("Description")
        fn(
            self,
            ec2_backend,
            ip_protocol,
            group_id,
            from_port,
            to_port,
            ip_range,
            source_group,
            prefix_list_id,
            **kwargs,
        )
        if description:
            set_description(self, description)

    @patch(SecurityGroup._flattened_rules)
    def _flattened_rules(fn: Any, self: SecurityGroup, rules: list[SecurityGroupRule]) -> list[GroupedSecurityRuleView]:
        views: list[GroupedSecurityRuleView] = fn(self, rules)
        for view in views:
            members = [rule for rule in rules if _key(rule) == _key(view)]
            view.source_groups = [_described(rule, rule.source_group) for rule in members if rule.source_group]
            view.prefix_list_ids = [
                _described(rule, {"PrefixListId": rule.prefix_list_id}) for rule in members if rule.prefix_list_id
            ]
        return views

    @patch(SecurityGroupBackend._sg_update_description)
    def _sg_update_description(
        fn: Any, self: SecurityGroupBackend, security_rule: SecurityGroupRule, rule: SecurityGroupRule
    ) -> None:
        set_description(rule, security_rule.description)

    @patch(SecurityGroupBackend.modify_security_group_rules)
    def modify_security_group_rules(
        fn: Any, self: SecurityGroupBackend, group_id: str, rules: dict[str, dict[str, Any]]
    ) -> None:
        # Ports mean nothing where all protocols are allowed, yet moto asks for them.
        asked = {rule_id: dict(rule) for rule_id, rule in rules.items()}
        for wanted in asked.values():
            if wanted.get("IpProtocol") == _ALL_PROTOCOLS:
                wanted["FromPort"] = wanted["ToPort"] = -1
        named = self.get_security_group_by_name_or_id(group_id)
        if named is not None:
            _check_kinds(named, asked)
        fn(self, group_id, asked)  # raises when the group or a rule does not exist
        group: Any = self.get_security_group_by_name_or_id(group_id)
        for rule_id, wanted in asked.items():
            rule = group.get_rule(rule_id)
            if wanted["IpProtocol"] == _ALL_PROTOCOLS:
                rule.from_port = rule.to_port = None
            if wanted.get("ReferencedGroupId"):
                rule.source_group = {**rule.source_group, "GroupId": wanted["ReferencedGroupId"]}
            if wanted.get("PrefixListId"):
                rule.prefix_list_id = wanted["PrefixListId"]
            if wanted.get("CidrIpv6"):
                rule.ip_range["CidrIpv6"] = wanted["CidrIpv6"]
            set_description(rule, wanted.get("Description"))


def _kind(rule: SecurityGroupRule) -> str:
    if rule.source_group:
        return "ReferencedGroupId"
    if rule.prefix_list_id:
        return "PrefixListId"
    return "CidrIpv6" if rule.ip_range.get("CidrIpv6") else "CidrIpv4"


def _check_kinds(group: SecurityGroup, asked: dict[str, dict[str, Any]]) -> None:
    """Raises:
    ApiError: a rule would get a peer of another kind. moto says so of one pair of kinds only, in AWS's words.
    """
    for rule_id, wanted in asked.items():
        rule = group.get_rule(rule_id)
        given = [name for name in _KINDS if wanted.get(name)]
        if rule is not None and len(given) == 1 and given[0] != _kind(rule):
            message = f"Invalid rule type for security group rule '{rule_id}'. You may not specify {given[0]} for an "
            message += f"existing {_KINDS[_kind(rule)]} rule."
            remedy = "Make a new rule in place of the old one. A rule keeps its kind of peer."
            raise ApiError("InvalidParameterValue", message, remedy=remedy)


def _key(rule: SecurityGroupRule | GroupedSecurityRuleView) -> tuple[int | None, int | None, str | None]:
    return rule.from_port, rule.to_port, rule.ip_protocol


def _described(rule: SecurityGroupRule, peer: dict[str, Any]) -> dict[str, Any]:
    return {**peer, "Description": rule.description} if rule.description else dict(peer)
