"""The machine that a benchmark ran on, for the readers of its figures."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import psutil

from bench.process import MEMORY

PACKAGES = ("duckdb", "polars", "pyarrow", "adbc-driver-postgresql", "psycopg")


def describe(worker_python: Path, java_home: str) -> dict[str, str]:
    """Processor, memory, system, versions, and the load before the benchmark."""
    code = "import pyspark, platform; print(pyspark.__version__, platform.python_version())"
    spark, _, python = subprocess.run([worker_python, "-c", code], capture_output=True, text=True).stdout.partition(" ")
    java = subprocess.run([Path(java_home) / "bin" / "java", "-version"], capture_output=True, text=True).stderr
    return {
        "processor": f"{_processor()}, {psutil.cpu_count()} logical cores",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load before": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
        "Spark, Python": f"{spark}, {python.strip()}",
        "Java": java.splitlines()[0] if java else "",
        "peers": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "peak memory is": f"{MEMORY} of the process tree",
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
