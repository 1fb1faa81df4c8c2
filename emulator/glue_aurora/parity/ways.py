"""The way of a run's call as IAM sees it: the policy of the VPC endpoint, and the condition keys that it adds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from glue_aurora.parity.identity.policy import Kind, Policy
from glue_aurora.parity.network.runs import RUNS, UsedRoute, route_of_call, routes_of
from glue_aurora.parity.network.services import endpoint_prefix


@dataclass(frozen=True)
class Way:
    """The policy of the VPC endpoint that a call passes, if any, and the condition keys that the way adds."""

    endpoint: Policy | None = None
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def way_of(access_key: str, service: str, region: str) -> Way | None:
    """Returns the way of a call to a service by botocore's name.

    None: the call does not come from a run in a VPC, or Glue's own network carries it.
    """
    run = RUNS.of(access_key)
    prefix = endpoint_prefix(service)
    if run is None or run.own is None or prefix in run.proxied:
        return None
    route = route_of_call(run, prefix, region)
    if route is None:
        return Way()  # by a NAT gateway: the request has no key of an endpoint
    label = f"the policy of VPC endpoint {route.endpoint}"
    policy = Policy.read(Kind.ENDPOINT, label, route.policy) if route.policy else None
    return Way(policy, route.context())


def routes(run_id: str) -> list[str]:
    """Returns a line for each destination of a run, in the order of their first use, for its report."""
    return [_line(each) for each in routes_of(run_id)]


def _line(route: UsedRoute) -> str:
    way = route.way
    said = f"{route.destination} ({route.count}): "
    if not way.reaches:
        return f"{said}no way, {way.stopped_by}"
    return f"{said}{way.through}{f'; {way.doubt}' if way.doubt else ''}"
