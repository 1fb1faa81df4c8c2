"""The endpoint's address, looked up for each run: in a network of containers it changes when one is made anew.

Jobs get an IP address, since with one every SDK, and Spark, uses S3's path style by itself; a bucket's name before a
host's (virtual-host style) resolves in no such network. An ``https`` endpoint keeps the name in its certificate.
"""

from __future__ import annotations

import socket
from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from glue_worker.config import Config
from glue_worker.errors import EndpointError


def with_addresses(config: Config) -> Config:
    """The same settings, with IP addresses in the place of the endpoints' host names.

    Raises:
        EndpointError: a name has no address now.
    """
    return replace(
        config,
        endpoint_url=with_address(config.endpoint_url),
        s3a_endpoint_url=with_address(config.s3a_endpoint_url),
    )


def with_address(url: str) -> str:
    """``url`` with an IPv4 address of its host. Raises EndpointError."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" or _is_address(host):
        return url
    try:
        found = socket.getaddrinfo(host, parts.port or 80, socket.AF_INET, socket.SOCK_STREAM)
    except OSError as error:
        raise EndpointError(
            f"the AWS endpoint's host {host} has no address: {error.strerror}", "is the emulator running?"
        ) from error
    address = str(found[0][4][0])
    return parts._replace(netloc=address if parts.port is None else f"{address}:{parts.port}").geturl()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
