"""Words the ErrorMessage of a run whose process ended with a code other than 0."""

from __future__ import annotations

import re
import signal
from pathlib import Path

TAIL_BYTES = 64 * 1024
# Spark's own exit code for an out-of-memory error (SparkExitCode.OOM).
SPARK_OUT_OF_MEMORY = 52


def message(exit_code: int, *, report: Path, spark_log: Path) -> str:
    """Returns the script's last exception as `Class: message`, or else the exit code and its likely cause."""
    told = report.read_text(encoding="utf-8") if report.exists() else ""
    if told and exit_code <= 128:
        return told
    plain = f"Command failed with exit code {exit_code}"
    reason = _signal(exit_code) or _out_of_memory(exit_code) or _launcher_error(spark_log)
    return " - ".join(part for part in (told, plain, reason) if part)


def _signal(exit_code: int) -> str:
    try:
        name = signal.Signals(exit_code - 128).name
    except ValueError:
        return ""
    hint = ", which often means that memory ran out" if name == "SIGKILL" else ""
    return f"the process was killed by {name}{hint}"


def _out_of_memory(exit_code: int) -> str:
    return "Spark ran out of memory" if exit_code == SPARK_OUT_OF_MEMORY else ""


def _launcher_error(spark_log: Path) -> str:
    """Returns the error of spark-submit itself, which a wrong `--conf` makes before Python starts."""
    if not spark_log.exists():
        return ""
    with spark_log.open("rb") as file:
        file.seek(max(0, spark_log.stat().st_size - TAIL_BYTES))
        tail = file.read().decode("utf-8", "replace")
    found = re.findall(r'^(?:Exception in thread "main" |Error: )(.+)$', tail, flags=re.MULTILINE)
    return found[-1].strip() if found else ""
