"""A JVM waits for the next run, is used once, and is missed by nobody where it is not there."""

from __future__ import annotations

import json
import os
import re
import signal
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from scripts.base.isolation import REGION
from scripts.base.waiting import NotReady, wait_for
from tests.emulator.worker.conftest import agents
from tests.kit.warm import take_usual_priority
from tests.kit.worker import Agent, Cloud, Phone, dead, gone, terminate

pytestmark = pytest.mark.emulator

# All that a script can see of its process, of the JVM and of Spark.
EVERYTHING = """
import json, locale, os, resource, signal, sys, tempfile, threading, time
from pathlib import Path

own = Path("/proc/self")
seen = {
    "environment": dict(os.environ), "cwd": os.getcwd(), "path": sys.path, "argv": sys.argv[:1],
    "arguments": sorted(sys.argv[1:]), "command": sys.orig_argv[:4], "program": sys.executable,
    "flags": list(sys.flags), "modules": sorted(sys.modules), "hook": sys.breakpointhook.__module__,
    "locale": [locale.getlocale(), locale.getpreferredencoding()], "time": [time.tzname, time.timezone],
    "temporary": tempfile.gettempdir(), "threads": threading.active_count(),
    "limits": {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if "RLIMIT_" in name},
    "priority": [os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), sorted(os.sched_getaffinity(0))],
    "group": (own / "autogroup").read_text().split()[1:], "session": os.getsid(0) == os.getpgid(0),
    "signals": {s.name: str(signal.getsignal(s)) for s in signal.Signals},
    "mask": sorted(signal.pthread_sigmask(0, [])),
    "streams": [sys.stdin.encoding, sys.stdout.encoding, sys.stdout.line_buffering],
    "files": sorted(str(path) for path in Path().rglob("*") if path.parts[:2] != (".worker", "tmp")),
    "parent": Path(f"/proc/{os.getppid()}/comm").read_text(),
    "descriptors": sorted(os.readlink(each).partition(":")[0] for each in (own / "fd").iterdir() if each.exists()),
    "umask": os.umask(0o22),
}
os.umask(seen["umask"])

from pyspark.sql import SparkSession
assert SparkSession.getActiveSession() is None
spark = SparkSession.builder.getOrCreate()
context, jvm = spark.sparkContext, spark._jvm
machine = jvm.java.lang.management.ManagementFactory.getRuntimeMXBean()
seen |= {
    "conf": dict(context.getConf().getAll()),
    "sql": {row.key: row.value for row in spark.sql("SET -v").collect()},
    "hadoop": {entry.getKey(): entry.getValue() for entry in spark._jsc.hadoopConfiguration().iterator()},
    "properties": dict(jvm.java.lang.System.getProperties()),
    "jvm's environment": dict(jvm.java.lang.System.getenv()),
    "options": list(machine.getInputArguments()), "class path": machine.getClassPath(),
    "log level": str(jvm.org.apache.logging.log4j.LogManager.getRootLogger().getLevel()),
    "zone": jvm.java.util.TimeZone.getDefault().getID() + str(jvm.java.util.Locale.getDefault()),
    "user": jvm.org.apache.hadoop.security.UserGroupInformation.getCurrentUser().toString(),
    "tables": [row.name for row in spark.catalog.listTables() + spark.catalog.listDatabases()],
    "persisted": context._jsc.getPersistentRDDs().size(),
    "first": [spark.range(3).rdd.getNumPartitions(), context.parallelize([1]).id()],
    "function": context.parallelize([1], 1).map(
        lambda _: (dict(os.environ), sys.path, sorted(sys.modules), os.getcwd(), tempfile.gettempdir())
    ).collect()[0],
}
Path("seen.json").write_text(json.dumps(seen))
import comum
print("comum", comum.VALOR, file=sys.stderr)
print("fim")
"""
# What is of each run alone, warm or cold: times, numbers, random names.
OF_EACH_RUN = frozenset(
    "spark.app.id spark.app.startTime spark.app.submitTime spark.driver.port sun.java.command"  # noqa: SIM905
    " PYSPARK_GATEWAY_PORT PYSPARK_GATEWAY_SECRET PYTHON_WORKER_FACTORY_SECRET".split()
)
# A JVM logs the first two the first time only, and the last one for each of its temporary folders (emulator/LIMITS.md).
OF_THE_JVM = ("WARN NativeCodeLoader", "INFO CodeGenerator: Code generated", "INFO ShutdownHookManager")
# Random names and hash codes within values.
RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|@[0-9a-f]+")


def warm_state(agent: Agent) -> str:
    state: str = agent.request("GET", "/health").json()["warm"]
    return state


def until(agent: Agent, wanted: str = "ready") -> None:
    def is_so() -> None:
        if (state := warm_state(agent)) != wanted:
            take_usual_priority()
            raise NotReady(state)

    wait_for(f"a warm JVM that is {wanted}", is_so, seconds=300, remedy="see the agent's log")


def waiting(agent: Agent) -> list[int]:
    """Returns the pids of the processes in the folders of the agent's home."""
    found = []
    for process in psutil.process_iter(["cwd"]):
        if (process.info["cwd"] or "").startswith(f"{agent.home}/glue-job-"):
            found.append(process.pid)
    return found


def started(start: Callable[..., Agent], folder: Path) -> Agent:
    """Starts an agent which remembers a run. It returns when its warm JVM is ready."""
    home = folder / f"home-{uuid.uuid4().hex}"
    home.mkdir()
    last: dict[str, Any] = {"job_name": "job", "region": REGION, "glue_version": None, "python_path": []}
    (home / "warm.json").write_text(json.dumps(last))
    agent = replace(start(GLUE_WORKER_WARM="1", GLUE_WORKER_HOME=str(home)), home=home)
    until(agent)
    return agent


@pytest.fixture(scope="module")
def warm_agent_of_all(environment: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    folder = tmp_path_factory.mktemp("warm")
    with agents(environment, folder) as start:
        yield started(start, folder)


@pytest.fixture
def warm_agent(warm_agent_of_all: Agent) -> Agent:
    """Returns an agent whose warm JVM is ready. The tests share the agent: a JVM takes long to get ready."""
    until(warm_agent_of_all)
    return warm_agent_of_all


@pytest.fixture
def finish(cloud: Cloud) -> Callable[..., dict[str, Any]]:
    """Returns a function that runs a script to its end, and returns its fields and output. The folder stays."""

    def run(agent: Agent, script: str, arguments: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
        body = cloud.body(script, arguments, **changes)
        agent.start(body)
        done = agent.wait(body["run_id"])
        return done | {group: cloud.log(body["run_id"], group) for group in ("output", "error")}

    return run


def comparable(value: Any) -> Any:
    """Returns `value` without what differs between two cold runs too."""
    if isinstance(value, dict):
        return {name: comparable(each) for name, each in value.items() if name not in OF_EACH_RUN}
    if isinstance(value, list):
        return [comparable(each) for each in value]
    return RANDOM.sub("*", value) if isinstance(value, str) else value


def test_warm_run_sees_what_a_cold_one_sees(start_agent: Callable[..., Agent], finish: Any, cloud: Cloud) -> None:
    """One by one: the process, Python, the JVM, Spark, a Python function in a process of Spark's, and the logs."""
    agent = start_agent(GLUE_WORKER_WARM="1", GLUE_WORKER_SHORT_RUN_SECONDS="600")  # the same options for both
    seen = []
    for value in (7, 8):
        arguments = {"--extra-py-files": cloud.put("lib/comum.py", f"VALOR = {value}"), "--x": "y", "--JOB_RUN_ID": "z"}
        used = waiting(agent)
        done = finish(agent, EVERYTHING, arguments, glue_version="5.1")
        assert done["state"] == "SUCCEEDED", done["error_message"]
        assert sorted(done["output"]) == [f"comum {value}", "fim"]
        assert gone(used)
        [file] = agent.home.glob("glue-job-*/seen.json")
        text = file.read_text().replace(file.parent.name, "glue-job-1")
        file.unlink()
        log = [line.split(" ", 2)[-1] for line in done["error"]]
        log = sorted(re.sub(r"[\d.]+", "*", RANDOM.sub("*", line)) for line in log if not line.startswith(OF_THE_JVM))
        seen.append(comparable(json.loads(text)) | {"log": log})
        if len(seen) == 1:
            until(agent)
    cold, warm = seen
    assert len(used) > 1  # The second run had a warm JVM.
    assert cold == warm


PARENT = "import os\nprint(os.getppid())\n"


def test_runs_that_have_no_use_for_the_warm_jvm_start_their_own(warm_agent: Agent, finish: Any) -> None:
    agent = warm_agent

    def java_of(arguments: dict[str, str] | None = None) -> tuple[int, list[int]]:
        """Returns the pid of the JVM that a run had, and those that waited before it."""
        waited = waiting(agent)
        done = finish(agent, PARENT, arguments)
        assert (done["state"], gone(waited)) == ("SUCCEEDED", True), done["error_message"]
        return int(done["output"][0]), waited

    used, waited = java_of({"--anything": "else"})
    assert used in waited
    until(agent)
    used, waited = java_of({"--conf": "spark.sql.shuffle.partitions=3"})
    assert waited and used not in waited
    until(agent, "none")  # The next run of its kind would have no use for one.
    java_of()
    until(agent)
    for process in map(psutil.Process, waiting(agent)):
        process.suspend()
    used, waited = java_of()
    assert waited and used not in waited


def test_a_warm_jvm_that_is_killed_is_replaced(warm_agent: Agent, finish: Any) -> None:
    agent = warm_agent
    before = waiting(agent)
    [java] = [process for process in map(psutil.Process, before) if process.name() == "java"]
    java.kill()
    assert gone(before)
    assert finish(agent, PARENT)["state"] == "SUCCEEDED"
    until(agent)
    assert not set(before) & set(waiting(agent))


def test_a_warm_run_ends_as_a_cold_one(warm_agent: Agent, cloud: Cloud, phone: Phone) -> None:
    agent = warm_agent
    waited = waiting(agent)
    body = cloud.body(phone.prelude + "phone = call(os.getppid())\nphone.recv(1)")
    agent.start(body)
    connection, [java] = phone.answer()
    assert java in waited
    os.kill(java, signal.SIGKILL)
    done = agent.wait(body["run_id"])
    assert (done["state"], done["exit_code"]) == ("FAILED", 137)
    assert done["error_message"].startswith("Command failed with exit code 137")
    assert dead(connection) and gone(waited)
    until(agent)
    waited = waiting(agent)
    body = cloud.body(phone.prelude + "phone = call(os.getppid())\nphone.recv(1)")
    agent.start(body)
    connection, [java] = phone.answer()
    assert java in waited
    assert agent.request("POST", f"/runs/{body['run_id']}/stop").status_code == 202
    assert agent.wait(body["run_id"])["state"] == "STOPPED"
    assert dead(connection) and gone(waited)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_agent_that_ends_takes_the_warm_jvm_with_it(
    start_agent: Callable[..., Agent], tmp_path: Path, number: signal.Signals
) -> None:
    agent = started(start_agent, tmp_path)
    waited = waiting(agent)
    assert waited
    assert agent.process is not None
    terminate(agent.process, number)
    assert gone(waited)
    if number == signal.SIGTERM:
        assert list(agent.home.glob("glue-job-*")) == []


def test_switched_off_no_jvm_waits(start_agent: Callable[..., Agent], finish: Any) -> None:
    agent = start_agent(GLUE_WORKER_WARM="0")
    assert finish(agent, PARENT)["state"] == "SUCCEEDED"
    assert (warm_state(agent), waiting(agent)) == ("off", [])
