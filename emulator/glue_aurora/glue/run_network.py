"""The network of one run, from its start to its end: it judges what the run connects to, and can end the run."""

import logging
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from localstack.aws.connect import connect_to

from glue_aurora import config
from glue_aurora.glue.errors import NetworkFailure
from glue_aurora.glue.network import place_of
from glue_aurora.glue.store import GlueStore, JobRun
from glue_aurora.glue.worker_client import WorkerClient
from glue_aurora.parity.modes import OFF, mode
from glue_aurora.parity.network.clusters import named_by
from glue_aurora.parity.network.judgement import judge_clusters, judge_service
from glue_aurora.parity.network.reachability import to_internet
from glue_aurora.parity.network.runs import PROXIED, PROXIED_ALWAYS, ROUTES, RUNS, RunNetwork
from glue_aurora.service.errors import EmulatorError

LOG = logging.getLogger(__name__)

_DISABLE_PROXY = "--disable-proxy-v2"
_JDBC_URL = "JDBC_CONNECTION_URL"
_NO_INTERNET_HERE = (
    "The run's network has a way to the internet, which this emulator lacks: what the script opens there fails here."
)


class NetworkOfRun:
    """Judges the network of a run. `failure` is why it ended the run, once it did."""

    def __init__(self, store: GlueStore, run: JobRun) -> None:
        self._store = store
        self._run = run
        self._network: RunNetwork | None = None
        self.failure = ""

    def enter(self, connections: Sequence[Mapping[str, Any]], arguments: Mapping[str, str], access_key: str) -> bool:
        """Puts the run into its network, and returns whether the run reaches the internet.

        `access_key` is that of the run's credentials: calls with it are judged until `leave`.

        Raises:
            RunFailure: a check of Glue fails, or the run can't reach its script or a cluster that it names.
        """
        run = self._run
        place = place_of(connections, int(run.settings.get("NumberOfWorkers") or 1), run.account_id, run.region)
        network = self._network = RunNetwork(
            run.run_id,
            run.account_id,
            run.region,
            (place.vpc, place.interface) if place else None,
            clients=self._client,
            end=self._end,
            note=self._note,
            routes=ROUTES,
            proxied=PROXIED_ALWAYS if arguments.get(_DISABLE_PROXY, "").lower() == "true" else PROXIED,
        )
        RUNS.add(access_key, network)
        if mode() != OFF:
            self._judge_start(network, connections, arguments)
        if place is None:
            return True
        if place.doubt:
            self._note(place.doubt)
        internet = to_internet(place.vpc, place.interface).reaches
        if internet and not config.runs_have_internet():
            self._note(_NO_INTERNET_HERE)
        return internet

    def leave(self) -> None:
        """Takes the run out of its network: calls with its credentials are judged no more."""
        if self._network is not None:
            RUNS.forget(self._network)

    def _judge_start(
        self, network: RunNetwork, connections: Sequence[Mapping[str, Any]], arguments: Mapping[str, str]
    ) -> None:
        judge_service(network, "s3", network.region)  # the script lies there
        urls = [each["ConnectionProperties"].get(_JDBC_URL, "") for each in connections]
        for named in named_by(network.clusters(), [*arguments.values(), *urls]):
            judge_clusters(network, named)
        if network.stopped:
            raise NetworkFailure(network.stopped)

    def _client(self, service: str) -> Any:
        factory = connect_to(aws_access_key_id=self._run.account_id, region_name=self._run.region)
        return getattr(factory, service)

    def _end(self, message: str) -> None:
        with self._store.lock:
            self.failure = message
            submitted = self._run.submitted
        if submitted:
            # The call that ends the run waits for its answer, and the agent's answer can take seconds.
            threading.Thread(target=_stop, args=(self._run.run_id,), daemon=True).start()

    def _note(self, message: str) -> None:
        with self._store.lock:
            known = self._run.state_detail or ""
            if message not in known:
                self._run.state_detail = f"{known} {message}".strip()


def _stop(run_id: str) -> None:
    try:
        with WorkerClient() as client:
            client.stop(run_id)
    except EmulatorError as error:
        # The run's own thread meets the same failure, or the run has ended by itself.
        LOG.warning("the worker agent did not stop run %s: %s", run_id, error)
