"""Ports, certificates, proxies."""

from __future__ import annotations

import os
import re
import socket
import ssl
import sys
from typing import Iterator
from urllib.parse import urlsplit

from scripts.doctor import leftovers, settings, surroundings
from scripts.doctor.finding import Finding, failure, ok, warning

_SECONDS = 2.0


def ports() -> Iterator[Finding]:
    """Yields whether each port is free, or belongs to the environment of this clone."""
    ours = leftovers.ports_of_ours()
    mine, free = [], []
    for name in settings.PORTS:
        number = settings.port(name)
        if isinstance(number, Finding):
            continue  # `settings` tells it
        if number in ours:
            mine.append(str(number))
        elif lack := taken(name, number):
            yield lack
        else:
            free.append(str(number))
    for numbers, state in ((mine, "this clone's own environment"), (free, "free")):
        if numbers:
            yield ok("ports", f"{', '.join(numbers)} {'are' if numbers[1:] else 'is'} {state}")


def taken(name: str, number: int) -> Finding | None:
    """Returns the failure of a port on which we can't listen, or None. `name` is the variable that chooses the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except PermissionError:
            what = f"port {number} is kept for the administrator"
            return failure("ports", what, f"choose another: make local-up {name}={settings.PORTS[name] + 100}")
        except OSError:
            other = number + 100 if number < 65000 else number - 100
            return failure(
                "ports",
                f"port {number} is taken by another program",
                f"stop it, or choose another: make local-up {name}={other}",
            )
    return None


def unreadable_authorities() -> list[Finding]:
    """Returns the failure of an SSL_CERT_FILE that cannot be read: nothing can be fetched with it."""
    named = os.environ.get("SSL_CERT_FILE")
    if not named or os.access(named, os.R_OK):
        return []
    return [failure("certificates", f"SSL_CERT_FILE={named} can't be read", "name a PEM file, or unset the variable")]


def certificates() -> Iterator[Finding]:
    """Yields which authorities the downloads trust."""
    if unreadable := unreadable_authorities():
        yield from unreadable
        return
    for name in ("SSL_CERT_FILE", "PIP_CERT", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        named = os.environ.get(name)
        if named and not (_holds_certificates(named)):
            what = f"{name}={named} holds no certificate of an authority"
            state = warning if name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE") else failure
            yield state("certificates", what, "name a PEM file, or unset the variable")
    bundle = surroundings.bundle()
    if bundle:
        yield ok("certificates", f"the authorities of {bundle}")
    elif sys.platform == "darwin":
        yield ok("certificates", "the authorities of the keychain; Java has its own")
    else:
        what = "this machine has no list of authorities, so pip and uv use their own, without your company's"
        yield warning("certificates", what, "install the package ca-certificates, or let SSL_CERT_FILE name a PEM file")


def _holds_certificates(path: str) -> bool:
    try:
        return bool(ssl.create_default_context(cafile=path).cert_store_stats()["x509"])
    except (OSError, ssl.SSLError):
        return False


def proxies() -> Iterator[Finding]:
    """Yields the proxies that downloads take, and whether each answers. Local requests take none."""
    found = {name: os.environ[name] for name in sorted(os.environ) if _is_proxy(name) and os.environ[name]}
    answers = {}
    for name, value in found.items():
        shown = f"{name}={re.sub('//[^/@]*@', '//…@', value)}"
        parts = urlsplit(value if "//" in value else f"//{value}")
        try:
            host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            host, port = None, 0
        if not host or parts.scheme not in ("", "http", "https", "socks5", "socks5h"):
            yield failure("proxies", f"{shown} is no address of a proxy", f"write it as {name}=http://host:port")
            continue
        if (host, port) not in answers:
            answers[host, port] = _answers(host, port)
        if not answers[host, port]:
            what = f"{shown} does not answer, so nothing can be fetched through it"
            yield warning("proxies", what, f"start the proxy, or unset {name}")
        else:
            yield ok("proxies", shown)
        if name.lower() == "https_proxy" and "https.proxyHost" not in os.environ.get("JAVA_TOOL_OPTIONS", ""):
            options = f"-Dhttps.proxyHost={host} -Dhttps.proxyPort={port}"
            what = f"Java does not read {name}, and Ivy fetches the jars by Java"
            yield warning("proxies", what, f'export JAVA_TOOL_OPTIONS="{options}" for the set-up')
    if not found:
        yield ok("proxies", "none is set")


def _is_proxy(name: str) -> bool:
    return name.lower() in ("http_proxy", "https_proxy", "all_proxy")


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=_SECONDS).close()
    except OSError:
        return False
    return True
