"""Whether the Principal element of a resource's policy names a caller.

Source: IAM guide, reference_policies_elements_principal.html and reference_policies_elements_notprincipal.html.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from glue_aurora.parity.identity.matching import UnjudgedError
from glue_aurora.parity.identity.policy import Statement, list_of
from glue_aurora.parity.identity.request import Principal, PrincipalKind

_KINDS = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


class Naming(IntEnum):
    """How a statement names a caller.

    `ACCOUNT` names the caller's account only, which lets the account's own policies decide.
    """

    NOT = 0
    ACCOUNT = 1
    ROLE = 2
    ITSELF = 3


def naming(statement: Statement, principal: Principal, bounded: bool = False) -> Naming:
    """Returns how the statement's Principal or NotPrincipal names the caller. `bounded`: it has a permissions boundary.

    Raises:
        UnjudgedError: the element has a form that IAM does not define here.
    """
    document = statement.document
    if "NotPrincipal" in document:
        if statement.allows:
            raise UnjudgedError("element NotPrincipal")  # IAM has it for Deny only
        return Naming.NOT if not bounded and _exempt(document["NotPrincipal"], principal) else Naming.ITSELF
    if "Principal" not in document:
        raise UnjudgedError("no Principal")
    return _naming(document["Principal"], principal)


def _exempt(element: Any, principal: Principal) -> bool:
    """Returns whether a NotPrincipal exempts the caller. A caller with a permissions boundary is never exempt.

    Raises:
        UnjudgedError: it names the caller without its account, or a session without its role. AWS then "might deny
            access to the entire account".
    """
    best = _naming(element, principal)
    if best < Naming.ROLE or principal.kind is PrincipalKind.SERVICE or element == "*":
        return best >= Naming.ROLE
    named = {_of_aws(text, principal) for text in list_of(element.get("AWS"))}
    everyone = "*" in list_of(element.get("AWS"))
    wanted = {Naming.ACCOUNT, Naming.ROLE} if principal.kind is PrincipalKind.SESSION else {Naming.ACCOUNT}
    if not everyone and principal.kind is not PrincipalKind.ROOT and not wanted <= named:
        raise UnjudgedError("NotPrincipal, which does not name the caller's role and account too")
    return True


def _naming(element: Any, principal: Principal) -> Naming:
    if element == "*":
        return Naming.ROLE
    if not isinstance(element, Mapping):
        raise UnjudgedError(f"principal {element!r}")
    if unknown := sorted(element.keys() - _KINDS):
        raise UnjudgedError(f"principal of kind {unknown[0]}")
    if principal.kind is PrincipalKind.SERVICE:
        services = list_of(element.get("Service"))
        everyone = "*" in services or "*" in list_of(element.get("AWS"))
        return Naming.ITSELF if everyone or principal.arn in services else Naming.NOT
    if principal.kind is PrincipalKind.FEDERATED:
        if principal.arn in list_of(element.get("Federated")):
            return Naming.ITSELF
        return Naming.ROLE if "*" in list_of(element.get("AWS")) else Naming.NOT
    return max((_of_aws(text, principal) for text in list_of(element.get("AWS"))), default=Naming.NOT)


def _of_aws(text: str, principal: Principal) -> Naming:
    if text == "*":
        return Naming.ROLE
    if text == principal.account or text.endswith(f":iam::{principal.account}:root"):
        return Naming.ITSELF if principal.kind is PrincipalKind.ROOT else Naming.ACCOUNT
    if text == principal.arn:
        return Naming.ITSELF
    return Naming.ROLE if text == principal.role_arn else Naming.NOT
