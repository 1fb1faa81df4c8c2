"""A state machine waits for a Glue job and ends as the job does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.base.waiting import NotReady, wait_for
from tests.emulator.conftest import Environment
from tests.kit.aws import refused, unique
from tests.kit.glue import GlueKit

pytestmark = pytest.mark.emulator

ENDLESS = "import threading\nthreading.Event().wait()\n"


@pytest.fixture(scope="module")
def kit(environment: Environment) -> GlueKit:
    return GlueKit(environment.client)


def execution(environment: Environment, job: str, **state: Any) -> str:
    """Starts a state machine that runs the job. Returns the execution's ARN."""
    states = environment.client("stepfunctions")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Parameters": {"JobName": job, "Arguments": {"--word": "from the state machine"}},
        "End": True,
        **state,
    }
    machine = states.create_state_machine(
        name=unique("machine"),
        definition=json.dumps({"StartAt": "Run", "States": {"Run": task}}),
        roleArn="arn:aws:iam::000000000000:role/states",
    )
    return str(states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"])


def ended(environment: Environment, arn: str) -> dict[str, Any]:
    states = environment.client("stepfunctions")

    def over() -> dict[str, Any]:
        shown: dict[str, Any] = states.describe_execution(executionArn=arn)
        if shown["status"] == "RUNNING":
            raise NotReady("running")
        return shown

    return wait_for("the execution", over, seconds=120, remedy="see LocalStack's log")


def test_an_execution_succeeds_with_the_run(environment: Environment, kit: GlueKit) -> None:
    job = kit.create_job("import sys\nprint(sys.argv[sys.argv.index('--word') + 1])\n")
    shown = ended(environment, execution(environment, job))
    assert shown["status"] == "SUCCEEDED", shown
    output = json.loads(shown["output"])
    (run,) = kit.runs(job)
    assert (output["Id"], output["JobName"], output["JobRunState"]) == (run["Id"], job, "SUCCEEDED")
    assert kit.messages("/aws-glue/jobs/output", run["Id"]) == ["from the state machine"]


def test_an_execution_fails_with_the_run(environment: Environment, kit: GlueKit) -> None:
    job = kit.create_job("raise SystemExit('no such school')\n")
    shown = ended(environment, execution(environment, job))
    assert (shown["status"], shown["error"]) == ("FAILED", "States.TaskFailed"), shown
    cause = json.loads(shown["cause"])
    assert (cause["JobRunState"], cause["JobName"]) == ("FAILED", job)
    assert "no such school" in cause["ErrorMessage"]


def test_an_execution_fails_without_the_job(environment: Environment) -> None:
    shown = ended(environment, execution(environment, "no-such-job"))
    assert (shown["status"], shown["error"]) == ("FAILED", "Glue.EntityNotFoundException"), shown


def test_a_stopped_execution_stops_the_run(environment: Environment, kit: GlueKit) -> None:
    job = kit.create_job(ENDLESS)
    arn = execution(environment, job)

    def running() -> str:
        for run in kit.runs(job):
            if run["JobRunState"] == "RUNNING":
                return str(run["Id"])
        raise NotReady("not running")

    run_id = wait_for("the run", running, seconds=120, remedy="see LocalStack's log")
    environment.client("stepfunctions").stop_execution(executionArn=arn)
    assert kit.wait(job, run_id)["JobRunState"] == "STOPPED"


def test_what_needs_a_program_that_is_not_there_is_refused(environment: Environment) -> None:
    states = environment.client("stepfunctions")
    definition = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    with refused("NotSupportedByEmulator", "JSONata"):
        states.create_state_machine(
            name=unique("machine"),
            definition=json.dumps(definition),
            roleArn="arn:aws:iam::000000000000:role/states",
        )
