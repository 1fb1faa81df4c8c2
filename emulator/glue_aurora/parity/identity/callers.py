"""Who calls, and which policies belong to the caller."""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from glue_aurora.parity.identity.caller import Caller
from glue_aurora.parity.identity.policy import Kind, Policy
from glue_aurora.parity.identity.request import Principal, PrincipalKind

_PARTITION = "aws"


def caller_of(access_key: str, account: str) -> Caller | None:
    """Returns the session of a role or the IAM user with this access key.

    Returns None for every other key: the laptop's own key is the administrator of the account.
    """
    assumed = sts_backends[account][_PARTITION].get_assumed_role_from_access_key(access_key)
    if assumed is not None:
        return _of_role(assumed, account)
    user = iam_backends[account][_PARTITION].get_user_from_access_key_id(access_key)
    return _of_user(user, access_key, account) if user is not None else None


def _of_role(assumed: Any, account: str) -> Caller:
    """Returns a session of a role. A role that has been deleted has no policies, so its sessions may do nothing."""
    role = _role(assumed.role_arn, account)
    user_id = f"{role.id}:{assumed.session_name}" if role else ""
    principal = Principal(PrincipalKind.SESSION, assumed.arn, account, assumed.role_arn, user_id)
    label = f"the session policy of {assumed.arn}"
    session = (Policy.read(Kind.SESSION, label, assumed.policy),) if assumed.policy else ()
    if role is None:
        return Caller(assumed.access_key_id, principal, (), None, session)
    identity = tuple(_attached(role, f"role {role.name}"))
    return Caller(assumed.access_key_id, principal, identity, _boundary(role, account), session)


def _role(arn: str, account: str) -> Any:
    return next((role for role in iam_backends[account][_PARTITION].roles.values() if role.arn == arn), None)


def _of_user(user: Any, access_key: str, account: str) -> Caller:
    backend = iam_backends[account][_PARTITION]
    policies = list(_attached(user, f"user {user.name}"))
    for group in backend.get_groups_for_user(user.name):
        policies += _attached(group, f"group {group.name}")
    principal = Principal(PrincipalKind.USER, user.arn, account, user_id=user.id)
    return Caller(access_key, principal, tuple(policies), _boundary(user, account))


def _attached(holder: Any, name: str) -> Iterable[Policy]:
    for title, document in holder.policies.items():
        yield Policy.read(Kind.IDENTITY, f"inline policy {title} of {name}", document)
    for arn, managed in holder.managed_policies.items():
        yield Policy.read(Kind.IDENTITY, f"policy {arn} of {name}", _document(managed))


def _boundary(holder: Any, account: str) -> Policy | None:
    # moto names the attribute of a role and that of a user in two ways.
    arn = getattr(holder, "permissions_boundary_arn", None) or getattr(holder, "permissions_boundary", None)
    if isinstance(arn, Mapping):
        arn = arn.get("PermissionsBoundaryArn")
    if not arn:
        return None
    managed = iam_backends[account][_PARTITION].managed_policies.get(arn)
    document = _document(managed) if managed else {"Statement": []}
    return Policy.read(Kind.BOUNDARY, f"permissions boundary {arn}", document)


def _document(managed: Any) -> Any:
    """Returns the document of the default version. `managed.document` stays the first version's."""
    return next(each for each in managed.versions if each.version_id == managed.default_version_id).document
