"""Locks of the services' resources: a request holds one while its handler runs."""

import threading

_LOCKS: dict[tuple[str, ...], threading.RLock] = {}
_GUARD = threading.Lock()


def lock_of(service: str, *scope: str) -> threading.RLock:
    """Returns the reentrant lock of a service, or of one account or one account and region of it.

    The same names always get the same lock. The locks are not part of a store: a store can be reset, or saved, while a
    thread holds its lock.
    """
    with _GUARD:
        return _LOCKS.setdefault((service, *scope), threading.RLock())
