"""Writes and reads the objects in which services keep their state.

Locks are made anew: one that was taken while it was written would stay taken. What AWS itself keeps (its managed
policies) is not written, but found again in the process that reads. References to moto's own containers lead to those
of the process that reads.
"""

import io
import threading
from collections import defaultdict
from typing import Any

import dill  # type: ignore[import-untyped]
from localstack.state.pickle import Pickler
from moto.core.base_backend import AccountSpecificBackend, BackendDict

from glue_aurora.state import containers

_LOCK, _RLOCK = type(threading.Lock()), type(threading.RLock())


class _Pickler(Pickler):
    def __init__(self, file: Any) -> None:
        super().__init__(file, recurse=False)  # type: ignore[no-untyped-call]
        self.dispatch[_LOCK] = _made_by(threading.Lock)
        self.dispatch[_RLOCK] = _made_by(threading.RLock)

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, BackendDict):
            return ("backends", obj.service_name)
        if isinstance(obj, AccountSpecificBackend):
            return ("account", obj.service_name, obj.account_id)
        if type(obj).__name__ == "AWSManagedPolicy":
            return ("policy", obj.account_id, obj.arn)
        return None

    def reducer_override(self, obj: Any) -> Any:
        """Lets a dictionary of moto's own be made without the arguments of its class, which it does not keep."""
        if isinstance(obj, defaultdict) and type(obj) is not defaultdict:
            return (_empty, (type(obj), obj.default_factory), vars(obj), None, iter(defaultdict.items(obj)))
        return NotImplemented


def _made_by(make: Any) -> Any:
    return lambda pickler, lock: pickler.save_reduce(make, (), obj=lock)  # objects that shared a lock share one again


def _empty(kind: type[defaultdict[Any, Any]], factory: Any) -> Any:
    made = kind.__new__(kind)
    made.default_factory = factory
    return made


class _Unpickler(dill.Unpickler):
    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self._found: dict[str, Any] = {}

    def persistent_load(self, pid: Any) -> Any:
        kind, name, *rest = pid
        if kind == "backends":
            return self._backends(name)
        if kind == "account":
            return self._backends(name)[rest[0]]
        return self._backends("iam")[name]["aws"].managed_policies[rest[0]]

    def _backends(self, service: str) -> Any:
        if service not in self._found:
            self._found[service] = containers.of(service).backends[service]
        return self._found[service]


def dumps(thing: Any) -> bytes:
    """Returns `thing` as bytes.

    Raises:
        Exception: a part of it can't be written. Which kind depends on the part.
    """
    file = io.BytesIO()
    _Pickler(file).dump(thing)
    return file.getvalue()


def loads(text: bytes) -> Any:
    """Returns the thing.

    Raises:
        Exception: a part of it can't be read. Which kind depends on the part.
    """
    return _Unpickler(io.BytesIO(text)).load()
