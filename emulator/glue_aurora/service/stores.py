"""Where a service keeps the resources of each account and region, in the form in which LocalStack finds them.

LocalStack looks for the state of a service through `Service.accept_state_visitor`. Without a provider object it visits
moto's backend of the same name, which is empty for the services of this plugin.
"""

import threading
from collections.abc import Callable
from typing import ClassVar, Generic, Literal, TypeVar, cast

from localstack.aws.api import RequestContext
from localstack.services.stores import AccountRegionBundle, BaseStore, CrossRegionAttribute, LocalAttribute
from localstack.state import StateVisitor

from glue_aurora.service.locks import lock_of

T = TypeVar("T")


class Store(BaseStore):
    """Resources of one service in one account and region. Hold `lock` while reading or changing them."""

    LOCKED_TOGETHER: ClassVar[Literal["region", "account", "service"]] = "region"
    """The stores that share one lock: none, those of an account, or all of the service."""

    @property
    def lock(self) -> threading.RLock:
        """The lock of this store. `dispatch` holds it while a handler runs; it is reentrant."""
        scope = {"region": (self._account_id, self._region_name), "account": (self._account_id,), "service": ()}
        return lock_of(self._service_name, *scope[self.LOCKED_TOGETHER])


StoreType = TypeVar("StoreType", bound=Store)


class Stores(AccountRegionBundle, Generic[StoreType]):
    """All stores of one service, by account and region."""

    def of(self, context: RequestContext) -> StoreType:
        """Returns the store of the account and region that a request is made to."""
        return cast(StoreType, self[context.account_id][context.region])


def regional(factory: Callable[[], T]) -> T:
    """Declares an attribute that each region has for itself. It reads as the value that it holds."""
    return cast(T, LocalAttribute(default=factory))


def of_account(factory: Callable[[], T]) -> T:
    """Declares an attribute that all regions of an account share. It reads as the value that it holds."""
    return cast(T, CrossRegionAttribute(default=factory))


class StateProvider:
    """The object that LocalStack asks for the state of a service; it shows the service's own stores."""

    def __init__(self, service: str, stores: Stores[Store] | None) -> None:
        self.service = service
        self._stores = stores

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        """Has `visitor` visit the stores. A service without stores has nothing to visit."""
        if self._stores is not None:
            visitor.visit(self._stores)
