"""Looks up the endpoint's address for each run: in a network of containers it changes when a container is recreated.

Jobs get an IP address. With an address, every SDK and Spark use S3's path style by themselves. The other style puts the
bucket's name before the host's, which resolves in no network of containers. An `https` endpoint keeps its name, which
its certificate has.
"""

from __future__ import annotations

import socket
from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from glue_worker.config import Config
from glue_worker.errors import EndpointError


def with_addresses(config: Config) -> Config:
    """Returns the same settings, with IP addresses in place of the endpoints' host names.

    Raises:
        EndpointError: a name has no address now.
    """
    return replace(
        config,
        endpoint_url=with_address(config.endpoint_url),
        s3a_endpoint_url=with_address(config.s3a_endpoint_url),
    )


def with_address(url: str) -> str:
    """Returns `url` with an IPv4 address of its host.

    Raises:
        EndpointError: the host has no address now.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" or _is_address(host):
        return url
    try:
        found = socket.getaddrinfo(host, parts.port or 80, socket.AF_INET, socket.SOCK_STREAM)
    except OSError as error:
        raise EndpointError(
            f"the AWS endpoint's host {host} has no address: {error.strerror}",
            "start the emulator, or correct GLUE_WORKER_AWS_ENDPOINT_URL",
        ) from error
    address = str(found[0][4][0])
    return parts._replace(netloc=address if parts.port is None else f"{address}:{parts.port}").geturl()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
