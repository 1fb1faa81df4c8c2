"""What a run is told when its network stops it: the words of the script's library on AWS, then the reason."""

from glue_aurora.parity.network.clusters import Cluster
from glue_aurora.parity.network.reachability import Way
from glue_aurora.parity.network.services import host_of


def no_way_to_service(prefix: str, region: str, way: Way, subnet: str) -> str:
    """Returns botocore's sentence (`ConnectTimeoutError`) and the hop that stops the run's calls.

    A name that does not resolve has another one (`EndpointConnectionError`).
    """
    if not way.named:
        return (
            f'Could not connect to the endpoint URL: "https://{host_of(prefix, region)}/". (emulator) No name resolves '
            f"in subnet {subnet}: {way.stopped_by}."
        )
    return (
        f'Connect timeout on endpoint URL: "https://{host_of(prefix, region)}/". (emulator) Subnet {subnet} has no '
        f"route to {prefix}: {way.stopped_by}. On AWS the run would hang in the call."
    )


def no_way_to_cluster(cluster: Cluster, way: Way) -> str:
    """Returns libpq's sentence and the hop that stops the run's connection."""
    return (
        f'connection to server at "{cluster.host}", port {cluster.port} failed: timeout expired. (emulator) The run '
        f"has no way to cluster {cluster.identifier}: {way.stopped_by}."
    )


def in_doubt(destination: str, way: Way) -> str:
    """Returns the note on a way that the emulator can't judge."""
    return f"The emulator lets the run reach {destination}, which it can't judge: {way.doubt}."
