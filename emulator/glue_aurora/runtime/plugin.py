"""Entry point of the loopback server; the import of twisted waits until the server is chosen."""

from typing import Any

from localstack.runtime.server.core import RuntimeServer, RuntimeServerPlugin


class LoopbackRuntimeServerPlugin(RuntimeServerPlugin):
    """Chosen by GATEWAY_SERVER=loopback."""

    name = "loopback"

    def load(self, *args: Any, **kwargs: Any) -> RuntimeServer:
        from glue_aurora.runtime import unknown_operations
        from glue_aurora.runtime.loopback import LoopbackRuntimeServer

        unknown_operations.apply_patches()
        return LoopbackRuntimeServer()  # type: ignore[no-untyped-call]
