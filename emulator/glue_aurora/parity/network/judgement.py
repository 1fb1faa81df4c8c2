"""Judges a destination of a run: ends the run, or notes what AWS would refuse or the emulator can't judge."""

import logging
from collections.abc import Sequence

from glue_aurora.parity.modes import ENFORCE, WARN, mode
from glue_aurora.parity.network.clusters import Cluster
from glue_aurora.parity.network.reachability import Way
from glue_aurora.parity.network.runs import RunNetwork
from glue_aurora.parity.network.sentences import in_doubt, no_way_to_cluster, no_way_to_service

LOG = logging.getLogger(__name__)


def judge_service(run: RunNetwork, prefix: str, region: str) -> None:
    """Ends the run when it has no way to an AWS service."""
    way = run.way_to_service(prefix, region)
    if not way.reaches and run.own is not None:
        _refuse(run, no_way_to_service(prefix, region, way, run.own[1].subnet))
    elif way.doubt:
        run.note(in_doubt(prefix, way))


def judge_clusters(run: RunNetwork, clusters: Sequence[Cluster]) -> None:
    """Ends the run when it has no way to any of these clusters, which share an endpoint or a secret."""
    ways: list[tuple[Cluster, Way]] = [(each, run.way_to_cluster(each)) for each in clusters]
    if ways and not any(way.reaches for _, way in ways):
        _refuse(run, no_way_to_cluster(*ways[0]))
    for cluster, way in ways:
        if way.doubt:
            run.note(in_doubt(f"cluster {cluster.identifier}", way))


def _refuse(run: RunNetwork, message: str) -> None:
    if mode() == ENFORCE:
        run.stop(message)
    elif mode() == WARN:
        LOG.warning("AWS would stop run %s: %s", run.run_id, message)
        run.note(f"On AWS this run would fail: {message}")
