"""The networks of runs: which run a call's credentials belong to, and the ways of that run to its destinations."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from glue_aurora.parity.network.clusters import Cluster, read_clusters, to_cluster
from glue_aurora.parity.network.reachability import Interface, Way
from glue_aurora.parity.network.service_ways import to_service
from glue_aurora.parity.network.vpc import Description, Vpc, read_vpc

# Glue carries these calls out of its own network (glue/latest/dg/connection-VPC-disable-proxy.html).
PROXIED = frozenset({"glue", "logs", "monitoring"})
# `--disable-proxy-v2` sends all of them through the VPC but a run's logs, which the emulator can't tell from others.
PROXIED_ALWAYS = frozenset({"logs"})
_MOST_RUNS = 50


@dataclass(frozen=True)
class UsedRoute:
    """A way of a run to a destination, and how often the run asked for it."""

    destination: str
    way: Way
    count: int


class Routes:
    """Keeps the ways that runs used, by run id. Safe for several threads. The oldest run goes when there are many."""

    def __init__(self, most_runs: int = _MOST_RUNS) -> None:
        self._most = most_runs
        self._lock = threading.Lock()
        self._by_run: OrderedDict[str, dict[str, UsedRoute]] = OrderedDict()

    def add(self, run_id: str, destination: str, way: Way) -> None:
        """Keeps a way, once with its count."""
        with self._lock:
            used = self._by_run.setdefault(run_id, {})
            before = used.get(destination)
            used[destination] = UsedRoute(destination, way, (before.count if before else 0) + 1)
            while len(self._by_run) > self._most:
                self._by_run.popitem(last=False)

    def of(self, run_id: str) -> tuple[UsedRoute, ...]:
        """Returns the ways of a run in the order of their first use."""
        with self._lock:
            return tuple(self._by_run.get(run_id, {}).values())


@dataclass(eq=False)
class RunNetwork:
    """The place of one run in the network. A way is judged once, at its first use.

    `end(message)` ends the run as FAILED, `note(message)` keeps a message with the run. `clients` makes boto3 clients
    of the run's account and region by service. `own` is None for a run outside every VPC.
    """

    run_id: str
    account: str
    region: str
    own: tuple[Vpc, Interface] | None
    clients: Callable[[str], Any] = field(repr=False)
    end: Callable[[str], None] = field(repr=False)
    note: Callable[[str], None] = field(repr=False)
    routes: Routes = field(repr=False)
    connections: bool = False
    proxied: frozenset[str] = PROXIED
    stopped: str = ""
    """Why the run was ended, once it was."""
    _ways: dict[tuple[str, ...], Way] = field(default_factory=dict, repr=False)
    _vpcs: dict[str, Vpc] = field(default_factory=dict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def way_to_service(self, prefix: str, region: str, *, used: bool = True) -> Way:
        """Returns the way to an AWS service of a region. `prefix` is its endpoint prefix.

        `used`: the run goes this way now, so its routes show it.
        """
        with self._lock:
            way = self._ways.get(("service", prefix, region))
            if way is None:
                way = self._ways[("service", prefix, region)] = self._to_service(prefix, region)
        if used:
            self.routes.add(self.run_id, prefix if region == self.region else f"{prefix} in {region}", way)
        return way

    def _to_service(self, prefix: str, region: str) -> Way:
        if prefix in self.proxied:
            return Way(True, through="Glue's own proxy")
        if self.own is None:
            return Way(True, through="the internet, from Glue's own network")
        return to_service(*self.own, prefix, region)

    def way_to_cluster(self, cluster: Cluster) -> Way:
        """Returns the way to a cluster's port."""
        key = ("cluster", cluster.identifier)
        with self._lock:
            way = self._ways.get(key)
            if way is None:
                way = self._ways[key] = to_cluster(self.own, cluster, self._vpc, self.connections)
        self.routes.add(self.run_id, f"{cluster.identifier}, port {cluster.port}", way)
        return way

    def clusters(self) -> Sequence[Cluster]:
        """Returns the clusters of the run's account and region that have a writer."""
        return read_clusters(self.clients("rds"))

    def stop(self, message: str) -> None:
        """Ends the run as FAILED, once."""
        with self._lock:
            if self.stopped:
                return
            self.stopped = message
        self.end(message)

    def _vpc(self, vpc_id: str) -> Vpc:
        if self.own and self.own[0].vpc_id == vpc_id:
            return self.own[0]
        if vpc_id not in self._vpcs:
            self._vpcs[vpc_id] = read_vpc(self.clients("ec2"), vpc_id, self.region)
        return self._vpcs[vpc_id]


@dataclass(frozen=True)
class Route:
    """The VPC endpoint that a call of a run passes. Its policy document is None when the endpoint allows everything."""

    vpc: str
    endpoint: str
    policy: str | None

    def context(self) -> dict[str, tuple[str, ...]]:
        """Returns the condition keys that a call through a VPC endpoint has (IAM guide, condition keys)."""
        return {"aws:sourcevpc": (self.vpc,), "aws:sourcevpce": (self.endpoint,)}


class Runs:
    """The runs under way, by the access keys of their credentials. Safe for several threads."""

    def __init__(self) -> None:
        self._by_key: dict[str, RunNetwork] = {}

    def add(self, access_key: str, run: RunNetwork) -> None:
        """Keeps a run while it is under way."""
        self._by_key[access_key] = run

    def add_session(self, caller_key: str, session_key: str) -> None:
        """Keeps the credentials that a run got for another role: their calls leave by the same interface."""
        run = self._by_key.get(caller_key)
        if run is not None:
            self._by_key[session_key] = run

    def forget(self, run: RunNetwork) -> None:
        """Forgets a run that has ended, with all of its credentials."""
        for key in [key for key, each in list(self._by_key.items()) if each is run]:
            self._by_key.pop(key, None)

    def of(self, access_key: str | None) -> RunNetwork | None:
        """Returns the run that calls with this access key, or None."""
        return self._by_key.get(access_key) if access_key else None


RUNS = Runs()
ROUTES = Routes()


def routes_of(run_id: str) -> tuple[UsedRoute, ...]:
    """Returns the ways that a run used, in the order of their first use."""
    return ROUTES.of(run_id)


def route_of_call(run: RunNetwork, prefix: str, region: str) -> Route | None:
    """Returns the VPC endpoint that a call of a run passes, or None. `prefix` is the service's endpoint prefix.

    The judge of the call also judges the endpoint's policy with it.
    """
    if run.own is None:
        return None
    way = run.way_to_service(prefix, region, used=False)
    if not way.reaches or not way.endpoint:
        return None
    vpc = run.own[0]
    return Route(vpc.vpc_id, way.endpoint, _policy(vpc.endpoints, way.endpoint))


def _policy(endpoints: Iterable[Description], name: str) -> str | None:
    return next((each.get("PolicyDocument") or None for each in endpoints if each["VpcEndpointId"] == name), None)
