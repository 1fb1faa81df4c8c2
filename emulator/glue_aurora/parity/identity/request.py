"""What is asked of IAM: a principal, an action, a resource, and the keys of the request's context."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from glue_aurora.parity.identity.matching import UnjudgedError, like


class PrincipalKind(Enum):
    """Who asks. The value is what `aws:PrincipalType` holds."""

    ROOT = "Account"
    USER = "User"
    SESSION = "AssumedRole"
    SERVICE = "Service"
    FEDERATED = "FederatedUser"


@dataclass(frozen=True)
class Principal:
    """A caller. `arn` is the session's or the user's own ARN; `role_arn` is the role of a session.

    A service has its name as `arn`, such as `glue.amazonaws.com`, and acts for `account`. Somebody whom an identity
    provider names has the provider's ARN as `arn`.
    """

    kind: PrincipalKind
    arn: str
    account: str
    role_arn: str = ""
    user_id: str = ""

    @property
    def policy_arn(self) -> str:
        """Returns the ARN of `aws:PrincipalArn`: of a session it is the role's."""
        return self.role_arn or self.arn

    def keys(self) -> dict[str, tuple[str, ...]]:
        """Returns the condition keys that describe the caller (reference_policies_condition-keys.html)."""
        if self.kind is PrincipalKind.SERVICE:
            return {
                "aws:principalisawsservice": ("true",),
                "aws:principalservicename": (self.arn,),
                "aws:principalservicenameslist": (self.arn,),
            }
        if self.kind is PrincipalKind.FEDERATED:
            return {"aws:federatedprovider": (self.arn,), "aws:principalisawsservice": ("false",)}
        keys: dict[str, tuple[str, ...]] = {
            "aws:principalarn": (self.policy_arn,),
            "aws:principalaccount": (self.account,),
            "aws:principaltype": (self.kind.value,),
            "aws:principalisawsservice": ("false",),
        }
        if self.user_id:
            keys["aws:userid"] = (self.user_id,)
        if self.kind is PrincipalKind.USER:
            keys["aws:username"] = (self.arn.rpartition("/")[2],)
        return keys


# Keys whose absence from a request is known: a request that has them would carry them in `context`.
_ALWAYS_KNOWN = (
    "aws:principal*",
    "aws:userid",
    "aws:username",
    "aws:securetransport",
    "aws:requestedregion",
    "aws:resourceaccount",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:viaawsservice",
    "aws:calledvia*",
    "aws:tagkeys",
    "aws:requesttag/*",
    "aws:resourcetag/*",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
    "aws:federatedprovider",
    "sts:externalid",
)
# A principal's tags and its organisation are not kept by the emulator.
_NEVER_KNOWN = ("aws:principaltag/*", "aws:principalorg*")


@dataclass(frozen=True)
class Request:
    """A request. Keys of `context` are lower case and each has its values. `resource` is None when nobody knows it.

    `known` has patterns of lower-case keys that the request's service would have put into `context`, so that a key that
    matches one and is not there is absent. Of all other keys nobody knows. `unknown` has patterns of more such keys.
    """

    principal: Principal
    action: str
    resource: str | None
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def values(self, key: str) -> tuple[str, ...] | None:
        """Returns the values of a condition key, or None when the request does not have it.

        Raises:
            UnjudgedError: the emulator does not know whether the request has it.
        """
        name = key.lower()
        found = self.context.get(name) or self.principal.keys().get(name)
        if found is not None:
            return found
        never = any(like(name, pattern) for pattern in (*_NEVER_KNOWN, *self.unknown))
        if never or not any(like(name, pattern) for pattern in (*_ALWAYS_KNOWN, *self.known)):
            raise UnjudgedError(f"key {key}")
        return None

    def variable(self, name: str) -> str | None:
        """Returns the value of a policy variable; a key with several values has none.

        Raises:
            UnjudgedError: the emulator does not know the key.
        """
        values = self.values(name)
        return values[0] if values and len(values) == 1 else None
