"""States of a job run, by the names of Glue's API."""

ENDED_AT_WORKER = frozenset({"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"})
"""States in which the worker agent reports a run that has ended."""
AT_WORKER = ENDED_AT_WORKER | {"STARTING", "RUNNING"}
"""All states that the worker agent reports."""
ENDED = ENDED_AT_WORKER | {"ERROR", "EXPIRED"}
"""All states that a run never leaves."""
