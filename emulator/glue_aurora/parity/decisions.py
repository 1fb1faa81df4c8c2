"""The decisions that were taken on a caller's requests, each once, with its count."""

import itertools
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from glue_aurora.parity.identity.verdict import Verdict


@dataclass
class Counted:
    """A verdict and how often it was given. `last` orders verdicts by their last request."""

    verdict: Verdict
    count: int = 0
    last: int = 0


# Call, action, resource, and whether it is allowed.
_About = tuple[str, str, str | None, bool]


class Decisions:
    """Keeps the verdicts by the caller's access key. Safe for several threads."""

    def __init__(self, most_callers: int = 100) -> None:
        self._most = most_callers
        self._lock = threading.Lock()
        self._callers: OrderedDict[str, dict[_About, Counted]] = OrderedDict()
        self._sequence = itertools.count(1)

    def add(self, access_key: str, verdict: Verdict) -> None:
        """Keeps a verdict. The caller that was judged first goes when there are too many."""
        request = verdict.decision.request
        key = (verdict.call, request.action, request.resource, verdict.decision.allowed)
        with self._lock:
            if access_key not in self._callers and len(self._callers) >= self._most:
                self._callers.popitem(last=False)
            counted = self._callers.setdefault(access_key, {}).setdefault(key, Counted(verdict))
            counted.count += 1
            counted.last = next(self._sequence)

    def of(self, access_key: str) -> Sequence[Counted]:
        """Returns the verdicts on a caller's requests in the order of their first request."""
        with self._lock:
            return [replace(each) for each in self._callers.get(access_key, {}).values()]

    def callers(self) -> Sequence[str]:
        """Returns the access keys of all callers, the one that was judged first at the beginning."""
        with self._lock:
            return list(self._callers)

    def refused(self, access_key: str) -> Sequence[Verdict]:
        """Returns what AWS refuses to a caller, each once, the last refusal first."""
        found = [each for each in self.of(access_key) if each.verdict.refused]
        return [each.verdict for each in sorted(found, key=lambda each: each.last, reverse=True)]


decisions = Decisions()
