"""KMS's safety check: a new key policy must let the caller change the policy again.

Source: kms/latest/APIReference/API_PutKeyPolicy.html, BypassPolicyLockoutSafetyCheck. The sentence is AWS's.
"""

from collections.abc import Iterator, Mapping

from glue_aurora.parity.identity.caller import Caller
from glue_aurora.parity.identity.evaluator import Policies, decide
from glue_aurora.parity.identity.policy import Kind, Policy, list_of
from glue_aurora.parity.identity.request import Principal, PrincipalKind, Request

SENTENCE = "The new key policy will not allow you to update the key policy in the future."
_ACTION = "kms:PutKeyPolicy"
_EVERYTHING = Policy.read(
    Kind.IDENTITY, "the administrator's rights", {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)


def locks_out(policy: Policy, key: str, account: str, tags: Mapping[str, str], caller: Caller | None) -> bool:
    """Returns whether a key policy would not let its maker change it. `tags` are the key's.

    `caller` is None for the emulator's administrator. Nobody knows who that is on AWS, so every principal of the
    account that the policy names may be meant.
    """
    callers = [caller] if caller else list(_administrators(policy, account))
    context = {f"aws:resourcetag/{name.lower()}": (value,) for name, value in tags.items()}
    context["kms:calleraccount"] = (account,)
    requests = [(each, Request(each.principal, _ACTION, key, context)) for each in callers]
    return not any(_may(request, policy, each) for each, request in requests)


def _may(request: Request, policy: Policy, caller: Caller) -> bool:
    policies = Policies(caller.identity, policy, caller.boundary, caller.session, resource_decides=True)
    return decide(request, policies, in_doubt_allow=True).allowed


def _administrators(policy: Policy, account: str) -> Iterator[Caller]:
    yield _administrator(PrincipalKind.USER, f"arn:aws:iam::{account}:user/administrator", account)
    for statement in policy.statements:
        element = statement.document.get("Principal")
        named = list_of(element.get("AWS")) if isinstance(element, dict) else []
        for arn in map(str, named):
            if f":iam::{account}:role/" in arn:
                yield _administrator(PrincipalKind.SESSION, arn, account, arn)
            elif f"::{account}:" in arn and not arn.endswith(":root"):
                yield _administrator(PrincipalKind.USER, arn, account)


def _administrator(kind: PrincipalKind, arn: str, account: str, role: str = "") -> Caller:
    return Caller("", Principal(kind, arn, account, role), (_EVERYTHING,))
