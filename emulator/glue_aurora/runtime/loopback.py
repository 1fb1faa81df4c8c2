"""Twisted runtime server that listens only where GATEWAY_LISTEN says.

LocalStack's own twisted server takes the port from GATEWAY_LISTEN and listens on every IPv4 interface (its source says
`TODO: interface = host?`), so that anyone on the same network could run code on the laptop through a Glue job.
"""

from typing import Any, cast

from localstack import config
from localstack.aws.serving.twisted import TLSMultiplexerFactory
from localstack.runtime.server.twisted import TwistedRuntimeServer
from rolo.gateway import Gateway
from rolo.serving.twisted import TwistedGateway
from twisted.internet import reactor, ssl


class LoopbackRuntimeServer(TwistedRuntimeServer):
    """TwistedRuntimeServer whose `register` passes the interface of each address and fails when one is taken."""

    def register(
        self,
        gateway: Gateway,
        listen: list[config.HostAndPort],
        ssl_creds: tuple[str, str] | None = None,
    ) -> None:
        """Listen for `gateway` on each of `listen`. Raises twisted's CannotListenError when an address is in use."""
        # Twisted's own annotations call for classes where it takes interfaces.
        factory: Any = TwistedGateway(gateway)
        if ssl_creds:
            certificate, key = ssl_creds
            context: Any = cast(Any, ssl.DefaultOpenSSLContextFactory)(key, certificate)
            context.getContext().use_certificate_chain_file(certificate)
            factory = TLSMultiplexerFactory(context, False, factory)
        for address in listen:
            # Takes IPv4 and IPv6 literals and raises at once. LocalStack drops the failure of an endpoint.
            cast(Any, reactor).listenTCP(address.port, factory, interface=address.host)
