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


def naming(statement: Statement, principal: Principal) -> Naming:
    """Returns how the statement's Principal or NotPrincipal names the caller.

    Raises:
        UnjudgedError: the element has a form that IAM does not define here.
    """
    document = statement.document
    if "NotPrincipal" in document:
        if statement.allows:
            raise UnjudgedError("element NotPrincipal")  # IAM has it for Deny only
        # A session, its role and its account must all be exempt: a Deny that exempts only some of them still applies.
        exempt = _naming(document["NotPrincipal"], principal)
        return Naming.NOT if exempt >= Naming.ROLE else Naming.ITSELF
    if "Principal" not in document:
        raise UnjudgedError("no Principal")
    return _naming(document["Principal"], principal)


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
    return max((_of_aws(text, principal) for text in list_of(element.get("AWS"))), default=Naming.NOT)


def _of_aws(text: str, principal: Principal) -> Naming:
    if text == "*":
        return Naming.ROLE
    if text == principal.account or text.endswith(f":iam::{principal.account}:root"):
        return Naming.ITSELF if principal.kind is PrincipalKind.ROOT else Naming.ACCOUNT
    if text == principal.arn:
        return Naming.ITSELF
    return Naming.ROLE if text == principal.role_arn else Naming.NOT
