"""Runs of real scripts: states, fields, arguments, logs, failure, timeout, stop, retries, concurrency."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.kit.aws import refused, unique
from tests.kit.glue import TRUST_GLUE, GlueKit

pytestmark = pytest.mark.emulator

RUN_ID = re.compile(r"jr_[0-9a-f]{64}")
# This script ends only when the worker kills it.
ENDLESS = "import threading\nprint('endless', flush=True)\nthreading.Event().wait()\n"
PRINT_ARGUMENTS = "import json, sys\nprint(json.dumps(sys.argv[1:]))\n"


@pytest.fixture(scope="module")
def kit(environment: Any) -> GlueKit:
    return GlueKit(environment.client)


def test_run_succeeds_with_the_fields_of_aws(kit: GlueKit) -> None:
    job = kit.create_job(DefaultArguments={"--a": "default", "--b": "default"}, Timeout=30)
    run_id = kit.start(job, Arguments={"--b": "run"})
    assert RUN_ID.fullmatch(run_id)
    begun = kit.run(job, run_id)
    assert begun["JobRunState"] in ("STARTING", "RUNNING")
    assert not {"CompletedOn", "ErrorMessage", "PreviousRunId", "TriggerName", "DPUSeconds"} & begun.keys()
    run = kit.wait(job, run_id)
    assert run["StartedOn"] == begun["StartedOn"] < run.pop("CompletedOn") == run.pop("LastModifiedOn")
    assert run.pop("ExecutionTime") > 0
    del run["StartedOn"]
    assert run == {
        "Id": run_id,
        "Attempt": 0,
        "JobName": job,
        "JobMode": "SCRIPT",
        "JobRunQueuingEnabled": False,
        "JobRunState": "SUCCEEDED",
        "Arguments": {"--b": "run"},
        "PredecessorRuns": [],
        "Timeout": 30,
        "MaxCapacity": 2.0,
        "AllocatedCapacity": 2,
        "WorkerType": "G.1X",
        "NumberOfWorkers": 2,
        "LogGroupName": "/aws-glue/jobs",
        "GlueVersion": "5.1",
    }


def test_script_gets_the_merged_arguments(kit: GlueKit) -> None:
    job = kit.create_job(
        PRINT_ARGUMENTS,
        DefaultArguments={"--one": "default", "--two": "default", "--three": "default", "--text": "a b; $c 'é'"},
        NonOverridableArguments={"--three": "fixed"},
    )
    ids = set()
    for _ in range(2):
        run = kit.finish(job, Arguments={"--two": "run", "--three": "run", "--JOB_NAME": "pretender"})
        printed = json.loads(kit.messages("/aws-glue/jobs/output", run["Id"])[0])
        arguments = dict(zip(printed[::2], printed[1::2], strict=True))
        ids.add(arguments.pop("--JOB_ID"))
        assert arguments == {
            "--one": "default",
            "--two": "run",
            "--three": "fixed",
            "--text": "a b; $c 'é'",
            "--JOB_NAME": job,
            "--JOB_RUN_ID": run["Id"],
        }
    assert len(ids) == 1
    assert re.fullmatch(r"j_[0-9a-f]{64}", ids.pop())


def test_log_arrives_while_the_job_runs_in_the_group_of_its_prefix(kit: GlueKit) -> None:
    prefix = f"/{unique('group')}"
    job = kit.create_job(ENDLESS, DefaultArguments={"--custom-logGroup-prefix": prefix})
    run_id = kit.start(job)
    assert kit.run(job, run_id)["LogGroupName"] == prefix
    kit.wait_for_log(f"{prefix}/output", run_id, "endless")
    assert kit.run(job, run_id)["JobRunState"] == "RUNNING"
    kit.stop(job, run_id)


def test_failure_tells_the_exception(kit: GlueKit) -> None:
    job = kit.create_job("raise ValueError('coluna nota ausente')")
    run = kit.finish(job)
    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", "ValueError: coluna nota ausente")
    assert "CompletedOn" in run


def test_missing_script_fails(kit: GlueKit) -> None:
    job = kit.create_job(Command={"Name": "glueetl", "ScriptLocation": f"s3://{kit.bucket}/absent.py"})
    run = kit.finish(job)
    assert run["JobRunState"] == "FAILED"
    assert "absent.py" in run["ErrorMessage"]


def test_timeout_kills_and_is_not_retried(kit: GlueKit) -> None:
    job = kit.create_job(ENDLESS, MaxRetries=1)
    run = kit.finish(job, Timeout=2)  # This environment makes that four seconds.
    assert (run["JobRunState"], run["Timeout"]) == ("TIMEOUT", 2)
    assert run["ExecutionTime"] > 0
    assert [each["Id"] for each in kit.runs(job)] == [run["Id"]]


def test_stop_goes_through_stopping_and_is_not_retried(kit: GlueKit) -> None:
    job = kit.create_job(ENDLESS, MaxRetries=1)
    run_id = kit.start(job)
    kit.wait(job, run_id, {"RUNNING"})
    answer = kit.glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id, "jr_unknown"])
    assert answer["SuccessfulSubmissions"] == [{"JobName": job, "JobRunId": run_id}]
    assert [error["JobRunId"] for error in answer["Errors"]] == ["jr_unknown"]
    assert answer["Errors"][0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    assert kit.run(job, run_id)["JobRunState"] in ("STOPPING", "STOPPED")
    run = kit.wait(job, run_id)
    assert run["JobRunState"] == "STOPPED"
    assert "CompletedOn" in run
    assert len(kit.runs(job)) == 1
    again = kit.glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id])
    assert (again["SuccessfulSubmissions"], len(again["Errors"])) == ([], 1)


def test_run_stopped_at_once_ends_stopped(kit: GlueKit) -> None:
    job = kit.create_job(ENDLESS)
    run_id = kit.start(job)
    kit.stop(job, run_id)


def test_failure_is_retried_with_numbered_attempts(kit: GlueKit) -> None:
    job = kit.create_job("raise RuntimeError('sempre')", MaxRetries=2)
    first = kit.start(job, Arguments={"--a": "1"})
    last = kit.wait_for_run(job, f"{first}_attempt_2")
    assert last["JobRunState"] == "FAILED"
    newest_first = kit.runs(job)
    assert [run["Id"] for run in newest_first] == [f"{first}_attempt_2", f"{first}_attempt_1", first]
    assert [run["Attempt"] for run in newest_first] == [2, 1, 0]
    assert [run.get("PreviousRunId") for run in newest_first] == [f"{first}_attempt_1", first, None]
    assert {json.dumps(run["Arguments"]) for run in newest_first} == {'{"--a": "1"}'}


def test_run_is_retried_by_its_id(kit: GlueKit) -> None:
    job = kit.create_job("raise RuntimeError('uma vez')")
    failed = kit.finish(job, Arguments={"--a": "1"})
    kit.glue.update_job(JobName=job, JobUpdate=kit.definition())
    retried = kit.finish(job, JobRunId=failed["Id"])
    assert (retried["Id"], retried["Attempt"]) == (f"{failed['Id']}_attempt_1", 1)
    assert (retried["PreviousRunId"], retried["Arguments"]) == (failed["Id"], {"--a": "1"})
    assert retried["JobRunState"] == "SUCCEEDED"


def test_concurrent_runs_are_limited(kit: GlueKit) -> None:
    job = kit.create_job(ENDLESS)
    run_id = kit.start(job)
    with refused("ConcurrentRunsExceededException", f"Concurrent runs exceeded for {job}"):
        kit.start(job)
    assert len(kit.runs(job)) == 1
    kit.stop(job, run_id)
    kit.stop(job, kit.start(job))


def test_queued_run_waits_for_its_turn(kit: GlueKit) -> None:
    job = kit.create_job(ENDLESS, JobRunQueuingEnabled=True)
    first, second, third = kit.start(job), kit.start(job), kit.start(job)
    assert [kit.run(job, each)["JobRunState"] for each in (second, third)] == ["WAITING", "WAITING"]
    kit.glue.batch_stop_job_run(JobName=job, JobRunIds=[second])
    assert kit.run(job, second)["JobRunState"] == "STOPPED"
    kit.stop(job, first)
    kit.wait(job, third, {"RUNNING"})
    kit.stop(job, third)


def test_run_keeps_the_definition_that_it_was_started_with(kit: GlueKit) -> None:
    job = kit.create_job(ENDLESS, Timeout=40)
    run_id = kit.start(job)
    kit.glue.update_job(JobName=job, JobUpdate=kit.definition(Timeout=50))
    assert kit.run(job, run_id)["Timeout"] == 40
    kit.stop(job, run_id)


def test_run_overrides_capacity_and_is_billed_when_flexible(kit: GlueKit) -> None:
    job = kit.create_job()
    run = kit.finish(job, WorkerType="G.2X", NumberOfWorkers=3, ExecutionClass="FLEX")
    assert (run["MaxCapacity"], run["WorkerType"], run["ExecutionClass"]) == (6.0, "G.2X", "FLEX")
    assert run["DPUSeconds"] == 6.0 * run["ExecutionTime"]
    with refused("InvalidInputException", "minimum allowed value of Number of Workers is 2"):
        kit.start(job, NumberOfWorkers=1)
    with refused("InvalidInputException", "Please do not set Max Capacity"):
        kit.start(job, MaxCapacity=4.0)
    with refused("InvalidInputException", "--job-bookmark-option"):
        kit.start(job, Arguments={"--job-bookmark-option": "job-bookmark-enable"})
    assert len(kit.runs(job)) == 1


def test_runs_are_paged_newest_first(kit: GlueKit) -> None:
    job = kit.create_job(Role="absent-role", ExecutionProperty={"MaxConcurrentRuns": 5})
    started = [kit.start(job) for _ in range(3)]
    first = kit.glue.get_job_runs(JobName=job, MaxResults=2)
    second = kit.glue.get_job_runs(JobName=job, MaxResults=2, NextToken=first["NextToken"])
    assert [run["Id"] for run in first["JobRuns"] + second["JobRuns"]] == started[::-1]
    assert "NextToken" not in second


def test_unknown_names_are_refused(kit: GlueKit) -> None:
    job = kit.create_job()
    with refused("EntityNotFoundException", "Failed to start job run due to missing metadata"):
        kit.start("nobody")
    with refused("EntityNotFoundException"):
        kit.run(job, "jr_nothing")
    with refused("EntityNotFoundException"):
        kit.runs("nobody")
    with refused("EntityNotFoundException", "Continuation for job"):
        kit.glue.get_job_bookmark(JobName=job)
    with refused("EntityNotFoundException", "Continuation for job"):
        kit.glue.reset_job_bookmark(JobName=job)


@pytest.mark.parametrize(
    "trust",
    [
        {"Principal": {"Service": "ec2.amazonaws.com"}},
        {
            "Principal": {"Service": "glue.amazonaws.com"},
            "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
        },
    ],
)
def test_role_that_does_not_trust_glue_fails_the_run(kit: GlueKit, trust: dict[str, Any]) -> None:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", **trust}
    role = kit.create_role({"Version": "2012-10-17", "Statement": [statement]})
    job = kit.create_job(Role=role)
    run = kit.finish(job)
    assert (run["JobRunState"], run["ErrorMessage"]) == (
        "FAILED",
        f"JobName:{job} and JobRunId:{run['Id']} failed to execute with exception "
        f"Role {role} should be given assume role permissions for Glue Service."
        " (emulator) The role's trust policy must let glue.amazonaws.com assume it for"
        f" arn:aws:glue:us-east-1:000000000000:job/{job}: look at Principal, Action, and Condition (aws:SourceArn,"
        " aws:SourceAccount) of its statements.",
    )


def test_a_deny_that_cannot_be_judged_fails_the_run_and_is_named(kit: GlueKit) -> None:
    deny = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    unknown = {**deny, "Condition": {"StringEquals": {"glue:KeyThatNobodyKnows": "yes"}}}
    role = kit.create_role({**TRUST_GLUE, "Statement": [*TRUST_GLUE["Statement"], unknown]})
    run = kit.finish(kit.create_job(Role=role))
    assert run["JobRunState"] == "FAILED"
    assert "key glue:KeyThatNobodyKnows" in run["ErrorMessage"]


def test_absent_role_fails_the_run(kit: GlueKit) -> None:
    run = kit.finish(kit.create_job(Role="arn:aws:iam::000000000000:role/absent"))
    assert run["JobRunState"] == "FAILED"
    assert "should be given assume role permissions for Glue Service" in run["ErrorMessage"]


def test_script_has_the_credentials_of_the_role(kit: GlueKit) -> None:
    job = kit.create_job("import boto3\nprint(boto3.client('sts').get_caller_identity()['Arn'])")
    run = kit.finish(job)
    name = kit.role.rsplit("/", 1)[1]
    expected = f"arn:aws:sts::000000000000:assumed-role/{name}/GlueJobRunnerSession"
    assert kit.messages("/aws-glue/jobs/output", run["Id"])[0] == expected


def test_security_configuration_names_the_log_group_and_says_what_is_not_applied(kit: GlueKit) -> None:
    name = unique("security")
    mode = {"CloudWatchEncryptionMode": "SSE-KMS", "KmsKeyArn": "arn:aws:kms:us-east-1:000000000000:key/k"}
    kit.glue.create_security_configuration(Name=name, EncryptionConfiguration={"CloudWatchEncryption": mode})
    job = kit.create_job("print('seguro')", SecurityConfiguration=name)
    run = kit.finish(job)
    group = f"/aws-glue/jobs/{name}-role/{kit.role.rsplit('/', 1)[1]}"
    assert (run["JobRunState"], run["LogGroupName"], run["SecurityConfiguration"]) == ("SUCCEEDED", group, name)
    assert "seguro" in kit.messages(f"{group}/output", run["Id"])
    assert "does not apply the encryption" in run["StateDetail"]
    missing = kit.finish(kit.create_job(SecurityConfiguration="absent"))
    assert missing["JobRunState"] == "FAILED"
    assert "Security configuration absent not found" in missing["ErrorMessage"]


def test_deleted_job_forgets_its_runs(kit: GlueKit) -> None:
    job = kit.create_job(ENDLESS)
    run_id = kit.start(job)
    kit.stop(job, run_id)
    kit.glue.delete_job(JobName=job)
    kit.glue.create_job(Name=job, **kit.definition())
    assert kit.runs(job) == []


def test_on_demand_trigger_starts_its_jobs(kit: GlueKit) -> None:
    job = kit.create_job(PRINT_ARGUMENTS)
    name = unique("trigger")
    actions = [{"JobName": job, "Arguments": {"--from": "trigger"}, "Timeout": 20}]
    kit.glue.create_trigger(Name=name, Type="ON_DEMAND", Actions=actions)
    assert kit.runs(job) == []
    kit.glue.start_trigger(Name=name)
    (started,) = kit.runs(job)
    run = kit.wait(job, started["Id"])
    assert run["JobRunState"] == "SUCCEEDED"
    assert (run["TriggerName"], run["Timeout"], run["Arguments"]) == (name, 20, {"--from": "trigger"})
    assert "--from" in json.loads(kit.messages("/aws-glue/jobs/output", run["Id"])[0])


def test_arguments_without_effect_are_told_in_the_run_and_in_its_log(kit: GlueKit) -> None:
    run = kit.finish(kit.create_job(DefaultArguments={"--enable-metrics": ""}))
    sentence = "--enable-metrics has no effect in this emulator: there are no metrics of runs in CloudWatch."
    assert (run["JobRunState"], run["StateDetail"]) == ("SUCCEEDED", sentence)
    assert sentence in kit.messages("/aws-glue/jobs/error", run["Id"])


def test_arguments_of_a_run_are_refused_before_it_starts(kit: GlueKit) -> None:
    job = kit.create_job()
    with refused("InvalidInputException", "There is no Data Catalog here"):
        kit.start(job, Arguments={"--enable-glue-datacatalog": "true"})
    assert kit.runs(job) == []


def test_arguments_choose_the_script_and_the_log_stream(kit: GlueKit) -> None:
    stream = unique("stream")
    job = kit.create_job("print('of the job')", DefaultArguments={"--custom-logStream-prefix": stream})
    run = kit.finish(job, Arguments={"--scriptLocation": kit.script("print('of the run')")})
    assert run["JobRunState"] == "SUCCEEDED"
    assert kit.messages("/aws-glue/jobs/output", f"{stream}-driver") == ["of the run"]
