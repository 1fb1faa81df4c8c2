"""All claims, by what they are about. Each name is unique."""

from __future__ import annotations

from scripts.base.errors import CommandError
from scripts.claims.catalogue import creation, data, evaluation, keys, network, policies, storage
from scripts.claims.claim import Claim

CHAPTERS: dict[str, tuple[Claim, ...]] = {
    "Who may do what": evaluation.CLAIMS,
    "Buckets and objects": storage.CLAIMS,
    "Policies and roles": policies.CLAIMS,
    "The network": network.CLAIMS,
    "Secrets, logs, topics, events, alarms": data.CLAIMS,
    "Glue and RDS": creation.CLAIMS,
    "Keys (KEYS=1)": keys.CLAIMS,
}
ALL = tuple(claim for claims in CHAPTERS.values() for claim in claims)
WITH_KEYS = frozenset(claim.name for claim in keys.CLAIMS)


def chosen(listed: str, with_keys: bool) -> tuple[Claim, ...]:
    """Returns the claims that `listed` names, separated by commas; by default all, those with keys only if wanted.

    Raises:
        CommandError: there is no such claim.
    """
    wanted = [name.strip() for name in listed.split(",") if name.strip()]
    if unknown := sorted(set(wanted) - {claim.name for claim in ALL}):
        raise CommandError(f"there is no claim {', '.join(unknown)}", "docs/aws_parity.md lists the claims")
    if wanted:
        return tuple(claim for claim in ALL if claim.name in wanted)
    return tuple(claim for claim in ALL if with_keys or claim.name not in WITH_KEYS)
