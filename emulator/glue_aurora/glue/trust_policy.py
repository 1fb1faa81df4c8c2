"""Judges whether a role's trust policy lets the Glue service assume the role."""

from collections.abc import Mapping
from typing import Any

from glue_aurora.parity.identity.evaluator import Decision, Policies, decide
from glue_aurora.parity.identity.policy import Kind, Policy
from glue_aurora.parity.identity.request import Principal, PrincipalKind, Request

_SERVICE = "glue.amazonaws.com"


def judge(policy: Mapping[str, Any], role_arn: str, account: str, source_arn: str) -> Decision:
    """Returns IAM's decision on Glue's AssumeRole. `source_arn` is the ARN of the job."""
    context = {
        "aws:sourceaccount": (account,),
        "aws:sourcearn": (source_arn,),
        "aws:securetransport": ("true",),
    }
    request = Request(Principal(PrincipalKind.SERVICE, _SERVICE, account), "sts:AssumeRole", role_arn, context)
    trust = Policy.read(Kind.TRUST, f"the trust policy of {role_arn}", policy)
    return decide(request, Policies(resource=trust, resource_decides=True))
