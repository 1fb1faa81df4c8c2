"""Remembers of each job whether its last run was long enough for the JVM's best compiler (C2) to pay.

A JVM that will use C2 first runs code that counts calls, which is some 30 % slower (compilationPolicy.hpp). A run of
seconds ends before it gains anything. On two cores the sample data took 6.2 s without C2 and 8.5 s with it; 2 million
grades took 34 s without C2 and 27 s with it.
"""

from __future__ import annotations

import threading

QUICK_COMPILER_ONLY = "-XX:TieredStopAtLevel=1"


class JobHistory:
    """Keeps the time of each job's last successful run while the agent lives. An unknown job counts as a short one."""

    def __init__(self, short_seconds: float) -> None:
        self._short_seconds = short_seconds
        self._lock = threading.Lock()
        self._seconds: dict[str, float] = {}

    def succeeded(self, job_name: str, seconds: float) -> None:
        """Notes a successful run. `seconds` is the time from the start of the script's process to its end."""
        with self._lock:
            self._seconds[job_name] = seconds

    def jvm_options(self, job_name: str) -> list[str]:
        """Returns JVM options for the job's next run. Options in the job's own `--conf` come later and win."""
        with self._lock:
            short = self._seconds.get(job_name, 0) < self._short_seconds
        return [QUICK_COMPILER_ONLY] if short else []
