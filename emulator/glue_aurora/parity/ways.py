"""The way of a run's call as IAM sees it: the policy of the VPC endpoint, and the condition keys that it adds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glue_aurora.parity.identity.policy import Kind, Policy
from glue_aurora.parity.network.runs import RUNS, route_of, routes_of
from glue_aurora.parity.network.services import endpoint_prefix
from glue_aurora.parity.runs import RunSession


@dataclass(frozen=True)
class Way:
    """The policy of the VPC endpoint that a call passes, if any, and the condition keys that the way adds."""

    endpoint: Policy | None = None
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def way_of(run: RunSession, service: str) -> Way | None:
    """Returns the way of a run's call to a service by botocore's name. None: nobody knows it."""
    network = RUNS.by_id(run.run_id)
    if network is None or endpoint_prefix(service) in network.proxied:
        return None
    route = route_of(run.run_id, service, run.region)
    if route is None:
        return Way()
    label = f"the policy of VPC endpoint {route.endpoint}"
    policy = Policy.read(Kind.ENDPOINT, label, route.policy) if route.policy else None
    return Way(policy, route.context())


def routes(access_key: str, run: RunSession) -> list[dict[str, Any]]:
    """Returns the routes that a run used, for its report."""
    return [
        {
            "destination": used.destination,
            "count": used.count,
            "reaches": used.way.reaches,
            "through": used.way.through or used.way.stopped_by,
        }
        for used in routes_of(run.run_id)
    ]
