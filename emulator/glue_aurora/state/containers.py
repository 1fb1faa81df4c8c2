"""Where the services keep their state: moto's backends, LocalStack's stores, and folders.

Source: `localstack.state`, whose visitors LocalStack's own snapshots use.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS, ServiceState
from localstack.services.stores import AccountRegionBundle
from localstack.state import AssetDirectory, StateVisitor
from moto.core.base_backend import BackendDict


@dataclass
class Containers(StateVisitor):
    """The containers of one service by their names, which are the same in each process."""

    service: str
    backends: dict[str, BackendDict[Any]] = field(default_factory=dict)
    stores: dict[str, AccountRegionBundle[Any]] = field(default_factory=dict)
    folders: list[Path] = field(default_factory=list)

    def visit(self, state_container: Any) -> None:
        """Takes one container.

        Raises:
            TypeError: it is of a kind that nobody can save.
        """
        if isinstance(state_container, BackendDict):
            self.backends[state_container.service_name] = state_container
        elif isinstance(state_container, AccountRegionBundle):
            self.stores[f"{state_container.service_name}/{state_container.store.__name__}"] = state_container
        elif isinstance(state_container, AssetDirectory):
            self.folders.append(Path(state_container.path))
        else:
            raise TypeError(f"{self.service} keeps state in a {type(state_container).__name__}, which nobody can save")

    @property
    def empty(self) -> bool:
        """Whether nobody has asked the service for anything that it keeps."""
        return not any([*self.backends.values(), *self.stores.values()])


def of(service: str) -> Containers:
    """Returns the containers of a service, which is started first where nobody has asked for it before."""
    found = Containers(service)
    SERVICE_PLUGINS.require(service).accept_state_visitor(found)
    return found


def used() -> Iterator[Containers]:
    """Yields the containers of each service that somebody has asked for, in the order of their names."""
    for service in sorted(SERVICE_PLUGINS.list_loaded_services()):
        if SERVICE_PLUGINS.get_state(service) == ServiceState.RUNNING and not (found := of(service)).empty:
            yield found


def hook(service: str, name: str) -> None:
    """Calls the hook `name` of a service: `on_before_state_load`, `on_after_state_load` and their like."""
    loaded: Any = SERVICE_PLUGINS.get_service(service)
    getattr(loaded.lifecycle_hook, name)()
