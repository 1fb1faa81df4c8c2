"""Glue keeps triggers as AWS does, and refuses to start those that would never fire here."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.base.paths import TERRAFORM
from tests.kit.aws import refused, unique
from tests.kit.glue import GlueKit

pytestmark = pytest.mark.emulator

NOT_HERE = "NotSupportedByEmulator"
PREDICATE = {"Conditions": [{"LogicalOperator": "EQUALS", "JobName": "other", "State": "SUCCEEDED"}]}


@pytest.fixture(scope="module")
def kit(environment: Any) -> GlueKit:
    return GlueKit(environment.client)


def create(kit: GlueKit, **parameters: Any) -> str:
    name = unique("trigger")
    given = {"Type": "ON_DEMAND", "Actions": [{"JobName": kit.create_job()}], **parameters}
    kit.glue.create_trigger(Name=name, **given)
    return name


def test_trigger_lives_from_create_to_delete(kit: GlueKit) -> None:
    job = kit.create_job()
    schedule = {"Type": "SCHEDULED", "Schedule": "cron(0 12 * * ? *)", "Description": "noon"}
    name = create(kit, **schedule, Actions=[{"JobName": job}])
    trigger = kit.glue.get_trigger(Name=name)["Trigger"]
    assert trigger == {"Name": name, "State": "CREATED", "Actions": [{"JobName": job}], **schedule}
    update = {"Schedule": "cron(5 6 ? * MON-FRI *)", "Actions": [{"JobName": job, "Timeout": 3}]}
    updated = kit.glue.update_trigger(Name=name, TriggerUpdate=update)["Trigger"]
    assert updated == {"Name": name, "Type": "SCHEDULED", "State": "CREATED", **update}
    assert kit.glue.get_trigger(Name=name)["Trigger"] == updated
    kit.glue.delete_trigger(Name=name)
    with refused("EntityNotFoundException", name):
        kit.glue.get_trigger(Name=name)
    assert kit.glue.delete_trigger(Name=name)["Name"] == name


def test_a_conditional_trigger_starts_no_job_that_it_watches(kit: GlueKit) -> None:
    job = kit.create_job()

    def watch(**changes: str) -> str:
        predicate = {"Conditions": [{"LogicalOperator": "EQUALS", "JobName": "other", "State": "FAILED", **changes}]}
        return create(kit, Type="CONDITIONAL", Actions=[{"JobName": job}], Predicate=predicate)

    with refused("InvalidInputException", "Job cannot be a Predicate and Action for Conditional Trigger."):
        watch(JobName=job)
    with refused("InvalidInputException", "JobRunState should be any of: [SUCCEEDED, STOPPED, FAILED, TIMEOUT]"):
        watch(State="ERROR")
    assert kit.glue.get_trigger(Name=watch(State="TIMEOUT"))["Trigger"]["State"] == "CREATED"


@pytest.mark.parametrize(
    "parameters",
    [{"Type": "SCHEDULED", "Schedule": "cron(0 12 * * ? *)"}, {"Type": "CONDITIONAL", "Predicate": PREDICATE}],
)
def test_trigger_that_would_never_fire_is_not_started(kit: GlueKit, parameters: dict[str, Any]) -> None:
    name = create(kit, **parameters)
    with refused(NOT_HERE, f"type {parameters['Type']} is not supported by this emulator"):
        kit.glue.start_trigger(Name=name)
    assert kit.glue.get_trigger(Name=name)["Trigger"]["State"] == "CREATED"
    with refused(NOT_HERE, "glue_schedule"):
        create(kit, StartOnCreation=True, **parameters)
    assert 'variable "glue_schedule"' in (TERRAFORM / "variables.tf").read_text()
    with refused("InvalidInputException", "CREATED"):
        kit.glue.stop_trigger(Name=name)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"Type": "EVENT"}, "not supported by this emulator"),
        ({"WorkflowName": "w"}, "not supported by this emulator"),
        ({"Actions": []}, "at least one action"),
        ({"Actions": [{"CrawlerName": "c"}]}, "crawler is not supported by this emulator"),
        ({"Actions": [{"Timeout": 3}]}, "needs JobName"),
        ({"Type": "SCHEDULED"}, "Only a trigger of type SCHEDULED has a Schedule"),
        ({"Type": "SCHEDULED", "Schedule": "every day"}, "is not cron("),
        ({"Type": "CONDITIONAL"}, "Only a trigger of type CONDITIONAL has a Predicate"),
        ({"StartOnCreation": True}, "not supported for triggers of type ON_DEMAND"),
    ],
)
def test_trigger_is_refused(kit: GlueKit, parameters: dict[str, Any], message: str) -> None:
    with refused("InvalidInputException", message):
        create(kit, **parameters)


def test_trigger_of_an_absent_job_is_refused(kit: GlueKit) -> None:
    with refused("EntityNotFoundException", "Job with name: nobody not found."):
        create(kit, Actions=[{"JobName": "nobody"}])
    with refused("EntityNotFoundException"):
        kit.glue.start_trigger(Name="nobody")
    job = kit.create_job()
    name = create(kit, Actions=[{"JobName": job}])
    kit.glue.delete_job(JobName=job)
    with refused("EntityNotFoundException", f"Job with name: {job} not found."):
        kit.glue.start_trigger(Name=name)


def test_same_request_again_is_answered_and_another_refused(kit: GlueKit) -> None:
    name, actions = unique("trigger"), [{"JobName": kit.create_job()}]
    for _ in range(2):
        assert kit.glue.create_trigger(Name=name, Type="ON_DEMAND", Actions=actions)["Name"] == name
    with refused("IdempotentParameterMismatchException", name):
        kit.glue.create_trigger(Name=name, Type="ON_DEMAND", Actions=actions, Description="other")


def test_triggers_are_found_by_job_and_tag(kit: GlueKit) -> None:
    job, tag = kit.create_job(), unique("tag")
    mine = create(kit, Actions=[{"JobName": job}], Tags={"mark": tag})
    create(kit)
    assert kit.glue.list_triggers(DependentJobName=job)["TriggerNames"] == [mine]
    assert kit.glue.list_triggers(Tags={"mark": tag})["TriggerNames"] == [mine]
    assert [each["Name"] for each in kit.glue.get_triggers(DependentJobName=job)["Triggers"]] == [mine]
    batch = kit.glue.batch_get_triggers(TriggerNames=[mine, "nobody"])
    assert ([each["Name"] for each in batch["Triggers"]], batch["TriggersNotFound"]) == ([mine], ["nobody"])
    with refused("EntityNotFoundException"):
        kit.glue.get_triggers(DependentJobName="nobody")
