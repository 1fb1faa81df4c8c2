"""What the agent remembers of a job: whether its last run was over before the JVM's best compiler could have paid.

A JVM that is to use that compiler (C2) begins with code that counts, some 30 % slower (compilationPolicy.hpp). A run of
seconds ends before it has the benefit: on two cores the sample data took 6.2 s without it and 8.5 s with it, 2 million
grades 34 s without and 27 s with it.
"""

from __future__ import annotations

import threading

QUICK_COMPILER_ONLY = "-XX:TieredStopAtLevel=1"


class JobHistory:
    """Of each job the last run that succeeded, while the agent lives. A job that is not known counts as a long one."""

    def __init__(self, short_seconds: float) -> None:
        self._short_seconds = short_seconds
        self._lock = threading.Lock()
        self._seconds: dict[str, float] = {}

    def succeeded(self, job_name: str, seconds: float) -> None:
        """``seconds``: from the start of the script's process to its end."""
        with self._lock:
            self._seconds[job_name] = seconds

    def jvm_options(self, job_name: str) -> list[str]:
        """Options for the job's next run; what its own ``--conf`` says of the compilers comes after them and counts."""
        with self._lock:
            short = self._seconds.get(job_name, self._short_seconds) < self._short_seconds
        return [QUICK_COMPILER_ONLY] if short else []
