"""Which run of a job an access key belongs to."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RunSession:
    """The session of a run's role. `connections` are the job's connections as GetConnection returns them."""

    run_id: str
    job_name: str
    account: str
    region: str
    role_arn: str
    session_arn: str
    connections: Sequence[Mapping[str, Any]] = ()


class RunSessions:
    """Keeps the sessions of the last runs by access key. Safe for several threads."""

    def __init__(self, most: int = 100) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._by_key: OrderedDict[str, RunSession] = OrderedDict()

    def begin(self, access_key: str, session: RunSession) -> None:
        """Remembers the session of a run that begins."""
        with self._lock:
            if len(self._by_key) >= self._most:
                self._by_key.popitem(last=False)
            self._by_key[access_key] = session

    def of(self, access_key: str) -> RunSession | None:
        """Returns the run that an access key belongs to."""
        return self._by_key.get(access_key)

    def last(self, run_id: str = "", job_name: str = "") -> tuple[str, RunSession] | None:
        """Returns access key and session of the last run, of the run with this id, or of this job."""
        with self._lock:
            found = [
                (key, each)
                for key, each in self._by_key.items()
                if run_id in ("", each.run_id) and job_name in ("", each.job_name)
            ]
        return found[-1] if found else None


run_sessions = RunSessions()
