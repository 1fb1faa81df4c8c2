"""Glue keeps job definitions as AWS does, and refuses those that AWS refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.aws import refused, unique
from tests.kit.glue import GlueKit

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def kit(environment: Any) -> GlueKit:
    return GlueKit(environment.client)


def test_job_gets_the_defaults_of_aws(kit: GlueKit) -> None:
    definition = kit.definition()
    name = unique("job")
    kit.glue.create_job(Name=name, **definition)
    job = kit.glue.get_job(JobName=name)["Job"]
    assert job.pop("CreatedOn") == job.pop("LastModifiedOn")
    assert job == {
        **definition,
        "Name": name,
        "JobMode": "SCRIPT",
        "ExecutionProperty": {"MaxConcurrentRuns": 1},
        "MaxRetries": 0,
        "Timeout": 480,
        "MaxCapacity": 2.0,
        "AllocatedCapacity": 2,
    }


def test_job_without_a_version_would_be_another_on_aws(kit: GlueKit) -> None:
    definition = kit.definition()
    del definition["GlueVersion"]
    with refused("InvalidInputException", "A job without GlueVersion (AWS's default is 6.0)"):
        kit.glue.create_job(Name=unique("job"), **definition)


def test_job_keeps_what_was_given(kit: GlueKit) -> None:
    given: dict[str, Any] = {
        "Description": "média das notas",
        "ExecutionProperty": {"MaxConcurrentRuns": 3},
        "DefaultArguments": {"--a": "1", "--enable-metrics": ""},
        "NonOverridableArguments": {"--b": "2"},
        "Connections": {"Connections": ["one", "two"]},
        "MaxRetries": 2,
        "Timeout": 30,
        "NotificationProperty": {"NotifyDelayAfter": 5},
        "GlueVersion": "5.0",
        "WorkerType": "G.2X",
        "NumberOfWorkers": 3,
        "ExecutionClass": "FLEX",
        "JobRunQueuingEnabled": True,
        "SecurityConfiguration": "secure",
    }
    name = kit.create_job(**given)
    job = kit.glue.get_job(JobName=name)["Job"]
    assert {key: job[key] for key in given} == given
    assert (job["MaxCapacity"], job["AllocatedCapacity"]) == (6.0, 6)


def test_job_without_workers_gets_ten_dpu(kit: GlueKit) -> None:
    definition = kit.definition()
    del definition["WorkerType"], definition["NumberOfWorkers"]
    name = unique("job")
    kit.glue.create_job(Name=name, **definition)
    job = kit.glue.get_job(JobName=name)["Job"]
    assert (job["MaxCapacity"], job["AllocatedCapacity"]) == (10.0, 10)
    assert "WorkerType" not in job
    # Terraform sends back the capacity that it read.
    kit.glue.update_job(JobName=name, JobUpdate={**definition, "MaxCapacity": 10.0, "Timeout": 7})
    assert kit.glue.get_job(JobName=name)["Job"]["Timeout"] == 7


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"GlueVersion": "4.0"}, "Glue version 4.0 is not supported by this emulator"),
        ({"GlueVersion": "6.0"}, "Glue version 6.0 is not supported by this emulator"),
        ({"GlueVersion": "5.7"}, "Glue version 5.7 does not exist"),
        ({"MaxCapacity": 5.0}, "Please do not set Max Capacity if using Worker Type and Number of Workers."),
        ({"MaxCapacity": 5.0, "AllocatedCapacity": 5}, "Please set only Allocated Capacity or Max Capacity."),
        ({"NumberOfWorkers": 1}, "To use Worker Type G.1X, minimum allowed value of Number of Workers is 2."),
        ({"WorkerType": "G.025X"}, "Worker type G.025X cannot be used"),
        ({"WorkerType": "G.4X", "ExecutionClass": "FLEX"}, "FLEX needs worker type G.1X or G.2X"),
        ({"MaxRetries": 11}, "MaxRetries must be between 0 and 10"),
        ({"Timeout": 10081}, "7 days"),
        ({"ExecutionProperty": {"MaxConcurrentRuns": 0}}, "MaxConcurrentRuns must be at least 1"),
        ({"Role": "arn:aws:iam::123:role/x"}, "not the name or the ARN of an IAM role"),
        ({"Command": {"Name": "pythonshell", "ScriptLocation": "s3://b/s.py"}}, "Command pythonshell is not supported"),
        ({"Command": {"Name": "glueray", "ScriptLocation": "s3://b/s.py"}}, "Command glueray is not supported"),
        ({"Command": {"Name": "spark", "ScriptLocation": "s3://b/s.py"}}, "does not exist"),
        ({"Command": {"Name": "glueetl"}}, "ScriptLocation"),
        (
            {"Command": {"Name": "glueetl", "ScriptLocation": "s3://b/s.py", "PythonVersion": "2"}},
            "needs Python version 3, not 2",
        ),
        ({"DefaultArguments": {"--job-language": "scala"}}, "--job-language scala is not supported"),
        (
            {"DefaultArguments": {"--job-bookmark-option": "job-bookmark-enable"}},
            "--job-bookmark-option job-bookmark-enable is not supported",
        ),
        (
            {"DefaultArguments": {"--enable-glue-datacatalog": "true"}},
            "--enable-glue-datacatalog true is not supported by this emulator",
        ),
        ({"NonOverridableArguments": {"--datalake-formats": "delta"}}, "--datalake-formats delta is not supported"),
        ({"DefaultArguments": {"--mode": "full"}}, "--mode is internal to AWS Glue"),
        ({"DefaultArguments": {"--scriptLocation": "/job.py"}}, "must be an S3 path"),
        ({"DefaultArguments": {"--custom-logStream-prefix": "a:b"}}, "neither ':' nor"),
        ({"DefaultArguments": {"--text": "x" * 266_300}}, "maximum size limit of 260KB"),
    ],
)
def test_definition_is_refused(kit: GlueKit, changes: dict[str, Any], message: str) -> None:
    name = unique("job")
    with refused("InvalidInputException", message):
        kit.glue.create_job(Name=name, **kit.definition(**changes))
    with refused("EntityNotFoundException"):
        kit.glue.get_job(JobName=name)


@pytest.mark.parametrize("one", ["WorkerType", "NumberOfWorkers"])
def test_worker_type_and_number_go_together(kit: GlueKit, one: str) -> None:
    definition = kit.definition()
    del definition[one]
    with refused("InvalidInputException", "Please set both Worker Type and Number of Workers."):
        kit.glue.create_job(Name=unique("job"), **definition)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Name": "a\nb"}, "at 'name' failed to satisfy constraint: Member must satisfy regular expression"),
        (
            {"Name": "n" * 256},
            "at 'name' failed to satisfy constraint: Member must have length less than or equal to 255",
        ),
        ({"JobMode": "DREAM"}, "at 'jobMode' failed to satisfy constraint: Member must satisfy enum value set"),
        ({"WorkerType": "G.3X"}, "at 'workerType' failed to satisfy constraint"),
        ({"ExecutionClass": "CHEAP"}, "at 'executionClass' failed to satisfy constraint"),
    ],
)
def test_model_constraint_is_kept(kit: GlueKit, changes: dict[str, Any], message: str) -> None:
    with refused("ValidationException", message):
        kit.glue.create_job(**{"Name": unique("job"), **kit.definition(), **changes})


def test_name_with_any_letter_is_taken(kit: GlueKit) -> None:
    name = unique("ação 🚀")
    kit.glue.create_job(Name=name, **kit.definition())
    assert kit.glue.get_job(JobName=name)["Job"]["Name"] == name


def test_same_request_again_is_answered_and_another_refused(kit: GlueKit) -> None:
    name, definition = unique("job"), kit.definition()
    kit.glue.create_job(Name=name, **definition)
    assert kit.glue.create_job(Name=name, **definition)["Name"] == name
    with refused("IdempotentParameterMismatchException", name):
        kit.glue.create_job(Name=name, **{**definition, "Timeout": 5})


def test_update_replaces_the_whole_definition(kit: GlueKit) -> None:
    name = kit.create_job(Description="old", MaxRetries=3, ExecutionClass="STANDARD", DefaultArguments={"--a": "1"})
    before = kit.glue.get_job(JobName=name)["Job"]
    kit.glue.update_job(JobName=name, JobUpdate=kit.definition(Timeout=9, WorkerType="G.2X"))
    after = kit.glue.get_job(JobName=name)["Job"]
    assert (after["Timeout"], after["MaxCapacity"], after["MaxRetries"]) == (9, 4.0, 0)
    assert not {"Description", "ExecutionClass", "DefaultArguments"} & after.keys()
    assert after["CreatedOn"] == before["CreatedOn"] < after["LastModifiedOn"]


def test_refused_update_changes_nothing(kit: GlueKit) -> None:
    name = kit.create_job(Timeout=11)
    before = kit.glue.get_job(JobName=name)["Job"]
    with refused("InvalidInputException"):
        kit.glue.update_job(JobName=name, JobUpdate=kit.definition(MaxRetries=99))
    assert kit.glue.get_job(JobName=name)["Job"] == before
    with refused("EntityNotFoundException", "nobody"):
        kit.glue.update_job(JobName="nobody", JobUpdate=kit.definition())


def test_deleted_job_is_gone_and_deleting_again_is_no_error(kit: GlueKit) -> None:
    name = kit.create_job()
    assert kit.glue.delete_job(JobName=name)["JobName"] == name
    with refused("EntityNotFoundException", f"Job with name: {name} not found."):
        kit.glue.get_job(JobName=name)
    assert kit.glue.delete_job(JobName=name)["JobName"] == name


def test_lists_are_paged_filtered_and_complete(kit: GlueKit) -> None:
    marker = unique("marker")
    names = sorted(kit.create_job(Tags={"marker": marker}) for _ in range(3))
    first = kit.glue.list_jobs(Tags={"marker": marker}, MaxResults=2)
    second = kit.glue.list_jobs(Tags={"marker": marker}, MaxResults=2, NextToken=first["NextToken"])
    assert first["JobNames"] + second["JobNames"] == names
    assert "NextToken" not in second
    found = [job["Name"] for page in kit.glue.get_paginator("get_jobs").paginate() for job in page["Jobs"]]
    assert set(names) <= set(found)
    batch = kit.glue.batch_get_jobs(JobNames=[names[0], "nobody"])
    assert ([job["Name"] for job in batch["Jobs"]], batch["JobsNotFound"]) == ([names[0]], ["nobody"])
    with refused("InvalidInputException", "NextToken"):
        kit.glue.list_jobs(NextToken="bm90aGluZw==")
