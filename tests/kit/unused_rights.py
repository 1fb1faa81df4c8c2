"""Why a role has a right that no request of `make test-roles` used, by the Sid of its statement.

A right that is not here and was not used should go from `terraform/github_oidc/policies.tf`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_ANOTHER_CHANGE = "a change of terraform/ that the test does not make"
_READ = {
    "CompareWithState": {
        "glue:GetTrigger": "the emulator makes no started trigger (glue_schedule)",
        "sns:GetSubscriptionAttributes": "a subscription is there with alarm_email only",
    },
    "DecryptThroughS3": {"kms:Decrypt": "whether HeadObject needs it is in doubt (docs/limits.md)"},
}
RIGHTS: dict[str, dict[str, dict[str, str]]] = {
    "plan": _READ,
    "apply": {
        **_READ,
        "Budget": {"budgets:UntagResource": _ANOTHER_CHANGE},
        "Network": {
            "ec2:DeleteNetworkInterface": "the provider removes interfaces that a run of Glue left",
            "ec2:DeleteTags": _ANOTHER_CHANGE,
            "ec2:ModifySubnetAttribute": _ANOTHER_CHANGE,
            "ec2:ModifyVpcEndpoint": _ANOTHER_CHANGE,
            "ec2:UpdateSecurityGroupRuleDescriptions*": _ANOTHER_CHANGE,
        },
        "PrivateNameOfTheEndpoint": {
            "route53:AssociateVPCWithHostedZone": "AWS may ask, for private DNS of an endpoint (docs/limits.md)",
        },
        "MakeKey": {"kms:UpdateAlias": "a key that is made anew"},
        "UseKey": {"kms:UntagResource": _ANOTHER_CHANGE, "kms:UpdateKeyDescription": _ANOTHER_CHANGE},
        "ManagedSecret": {"secretsmanager:RotateSecret": "RDS rotates a managed secret in the caller's name"},
        "CreateTables": {"rds-data:RollbackTransaction": "a migration that fails"},
        "RoleOfTheJob": {
            "iam:UntagRole": _ANOTHER_CHANGE,
            "iam:UpdateAssumeRolePolicy": _ANOTHER_CHANGE,
            "iam:UpdateRole*": _ANOTHER_CHANGE,
        },
        "ServiceLinkedRole": {"iam:CreateServiceLinkedRole": "RDS makes its role with the account's first cluster"},
    },
}


def unused(report: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Returns the unused actions of a report's `unused`, by Sid."""
    found = {each["statement"].removeprefix("statement ").strip("'"): set(each["actions"]) for each in report}
    return {sid: actions for sid, actions in found.items() if actions}
