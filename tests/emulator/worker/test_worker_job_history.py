"""A job gets the JVM's quick compiler only, unless its last run was long."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.kit.worker import Agent, Cloud

pytestmark = pytest.mark.emulator
PRINTS_LEVEL = """
from pyspark.sql import SparkSession
machine = SparkSession.builder.getOrCreate()._jvm.java.lang.management.ManagementFactory.getRuntimeMXBean()
print([option for option in machine.getInputArguments() if "TieredStopAtLevel" in option][-1:])
"""
QUICK = "['-XX:TieredStopAtLevel=1']"
UNSAID = "[]"


def level(agent: Agent, cloud: Cloud, job_name: str, arguments: dict[str, str] | None = None) -> str:
    """Returns the compiler level that a run of the job gets."""
    body = cloud.body(PRINTS_LEVEL, arguments, job_name=job_name)
    agent.start(body)
    assert agent.wait(body["run_id"])["state"] == "SUCCEEDED"
    return cloud.log(body["run_id"], "output")[-1]


def test_job_is_compiled_quickly_until_a_run_took_long(start_agent: Callable[..., Agent], cloud: Cloud) -> None:
    agent = start_agent(GLUE_WORKER_SHORT_RUN_SECONDS="600")
    assert [level(agent, cloud, "one") for _ in range(2)] == [QUICK, QUICK]
    own = {"--conf": "spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=4"}
    assert level(agent, cloud, "one", own) == "['-XX:TieredStopAtLevel=4']"


def test_job_is_compiled_well_after_a_long_run(start_agent: Callable[..., Agent], cloud: Cloud) -> None:
    agent = start_agent(GLUE_WORKER_SHORT_RUN_SECONDS="0.001")
    assert [level(agent, cloud, "one") for _ in range(2)] == [QUICK, UNSAID]
    assert level(agent, cloud, "another") == QUICK
