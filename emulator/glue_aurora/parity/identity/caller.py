"""A principal with the policies that are its own."""

from dataclasses import dataclass

from glue_aurora.parity.identity.policy import Policy
from glue_aurora.parity.identity.request import Principal


@dataclass(frozen=True)
class Caller:
    """A principal with its own policies."""

    access_key: str
    principal: Principal
    identity: tuple[Policy, ...]
    boundary: Policy | None = None
    session: tuple[Policy, ...] = ()
