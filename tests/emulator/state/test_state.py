"""What LocalStack has outlives its process, and what can't be trusted is said."""

from __future__ import annotations

import json
import os
import pickle
import pickletools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from scripts.base.paths import LOCAL
from scripts.environment import lifecycle, localstack, state
from scripts.environment.instance import Instance, Ports
from tests.emulator.conftest import SHORTER_TIMES, Environment
from tests.kit.aws import unique
from tests.kit.glue import GlueKit
from tests.kit.queues import Queue
from tests.kit.rds import RdsKit

pytestmark = pytest.mark.emulator


class Site(Environment):
    """An environment whose LocalStack ends and starts again."""

    def again(self, *, killed: bool = False, how: dict[str, str] | None = None) -> state.Kept:
        """Starts LocalStack again, and returns what it says of its state."""
        server = localstack.daemon(self.instance)
        if killed:
            process = server.process()
            assert process
            process.kill()
            process.wait(30)
        server.stop()
        lifecycle.start(self.instance, localstack_env={**SHORTER_TIMES, **(how or {})})
        return state.ask(self.instance)

    @property
    def saved(self) -> Any:
        return self.instance.folder / "localstack" / "state"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    instance = Instance.open(LOCAL / f"test-state-{os.getpid()}", Ports.free())
    with lifecycle.running(instance, localstack_env=SHORTER_TIMES):
        yield Site(instance)


@pytest.fixture
def bucket(site: Site) -> str:
    name = unique("state")
    site.client("s3").create_bucket(Bucket=name)
    return name


def test_every_service_has_what_it_had(site: Site, bucket: str) -> None:
    s3, secrets, kms, logs = (site.client(name) for name in ("s3", "secretsmanager", "kms", "logs"))
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="açaí/k", Body=b"one")["VersionId"]
    s3.put_object(Bucket=bucket, Key="açaí/k", Body=b"x" * 700_000, Metadata={"of": "letrus"})
    secret = secrets.create_secret(Name=unique("secret"), SecretString="quiet")["ARN"]
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]
    group = unique("group")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    event = {"timestamp": int(time.time() * 1000), "message": "m"}
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])
    alarm = unique("alarm")
    site.client("cloudwatch").put_metric_alarm(
        AlarmName=alarm, Namespace="N", MetricName="M", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1.0, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    kit = GlueKit(site.client)
    job = kit.create_job()

    site.again()
    s3.put_object(Bucket=bucket, Key="more", Body=b"")  # the others are asked for nothing before the next end
    kept = site.again()

    assert (kept.loaded, kept.why) == (True, "")
    assert s3.get_object(Bucket=bucket, Key="açaí/k", VersionId=first)["Body"].read() == b"one"
    last = s3.get_object(Bucket=bucket, Key="açaí/k")
    assert (last["Body"].read(), last["Metadata"]) == (b"x" * 700_000, {"of": "letrus"})
    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == "quiet"
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"text"
    assert [each["message"] for each in logs.get_log_events(logGroupName=group, logStreamName="s")["events"]] == ["m"]
    assert site.client("cloudwatch").describe_alarms(AlarmNames=[alarm])["MetricAlarms"][0]["Threshold"] == 1.0
    run = kit.wait(job, kit.start(job))  # role, script and job
    assert run["JobRunState"] == "SUCCEEDED"
    policies = site.client("iam").list_policies(Scope="AWS", MaxItems=1000)["Policies"]
    assert "AWSGlueServiceRole" in {each["PolicyName"] for each in policies}


def test_a_rule_sends_events_afterwards(site: Site) -> None:
    queue, events, rule = Queue(site.client), site.client("events"), unique("rule")
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": [rule]}))
    events.put_targets(Rule=rule, Targets=[{"Id": "q", "Arn": queue.arn}])
    site.again()
    events.put_events(Entries=[{"Source": rule, "DetailType": "t", "Detail": json.dumps({"n": 1})}])
    assert queue.messages(1)[0]["detail"] == {"n": 1}


def test_a_dictionary_of_another_kind_does_no_harm(site: Site, bucket: str) -> None:
    """moto keeps SSM's parameters in a class of its own, which Python alone can write and not read."""
    ssm, name = site.client("ssm"), unique("parameter")
    ssm.put_parameter(Name=name, Value="v", Type="String")
    kept = site.again()
    assert (kept.loaded, kept.why) == (True, "")
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "v"
    assert site.client("s3").head_bucket(Bucket=bucket)


def test_a_service_whose_state_cannot_be_read_is_left_out_alone(site: Site, bucket: str) -> None:
    queue = unique("queue")
    site.client("sqs").create_queue(QueueName=queue)
    localstack.daemon(site.instance).stop()
    file = site.saved / "services"
    with file.open("rb") as written:
        list(pickletools.genops(written))  # over the header, whose class is LocalStack's
        end = written.tell()
        services, index = pickle.load(written)  # noqa: S301 - this test's own LocalStack wrote it
    services["sqs"] = b"ruin"
    file.write_bytes(file.read_bytes()[:end] + pickle.dumps((services, index)))

    kept = site.again()

    assert (kept.loaded, kept.configured, kept.why) == (True, True, "lacks sqs")
    assert site.client("sqs").list_queues(QueueNamePrefix=queue).get("QueueUrls", []) == []
    assert site.client("s3").head_bucket(Bucket=bucket)


def test_a_poll_that_waits_keeps_nothing_from_being_saved(site: Site) -> None:
    sqs, later = site.client("sqs"), unique("later")
    url = sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(site.client("sqs").receive_message, QueueUrl=url, WaitTimeSeconds=20)
        sqs.create_queue(QueueName=later)
        kept = site.again()
        poll.exception()  # LocalStack ended, or it waited on the next one
    assert (kept.loaded, kept.why) == (True, "")
    assert sqs.get_queue_url(QueueName=later)


def test_what_came_after_the_last_save_is_gone_after_a_kill_and_said(site: Site, bucket: str) -> None:
    s3 = site.client("s3")
    s3.put_object(Bucket=bucket, Key="before", Body=b"1")
    state.save(site.instance, applied=True)
    assert not state.ask(site.instance).configured
    s3.put_object(Bucket=bucket, Key="after", Body=b"2")

    kept = site.again(killed=True)

    assert kept.loaded and kept.configured and "LocalStack was killed" in kept.why
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["before"]
    state.save(site.instance)
    assert site.again(killed=True).why == ""


def test_reads_and_runs_leave_what_terraform_made(site: Site, bucket: str) -> None:
    state.save(site.instance, applied=True)
    site.client("s3").put_object(Bucket=bucket, Key="k", Body=b"")
    site.client("ec2").describe_vpcs()
    assert not site.again().configured
    site.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert state.ask(site.instance).configured
    assert site.again().configured, "a clean stop does not apply terraform/"


def test_a_cluster_keeps_its_database_and_its_password(site: Site) -> None:
    kit = RdsKit(site)
    arguments = kit.arguments(MasterUserPassword=None, ManageMasterUserPassword=True)
    name = arguments["DBClusterIdentifier"]
    kit.rds.create_db_cluster(**arguments)
    kit.rds.create_db_instance(
        DBInstanceIdentifier=unique("writer"), DBClusterIdentifier=name, DBInstanceClass="db.serverless",
        Engine=arguments["Engine"],
    )  # fmt: skip
    with _master(site, name) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    state.save(site.instance)
    kit.rds.modify_db_cluster(DBClusterIdentifier=name, RotateMasterUserPassword=True, ApplyImmediately=True)

    site.again(killed=True)  # the secret is again the one of before the rotation

    with _master(site, name) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_without_its_database_a_state_is_of_no_use(site: Site, bucket: str) -> None:
    kit = RdsKit(site)
    arguments = kit.arguments()
    kit.rds.create_db_cluster(**arguments)
    localstack.daemon(site.instance).stop()
    with site.admin() as connection:
        connection.autocommit = True
        connection.execute(f'DROP DATABASE "{arguments["DatabaseName"]}"')
        connection.execute(f'DROP OWNED BY "{arguments["MasterUsername"]}"')
        connection.execute(f'DROP ROLE "{arguments["MasterUsername"]}"')

    kept = site.again()

    assert not kept.loaded and kept.configured
    assert arguments["MasterUsername"] in kept.why
    assert site.client("s3").list_buckets()["Buckets"] == []


def test_a_run_that_nobody_followed_has_failed(site: Site) -> None:
    kit = GlueKit(site.client)
    job = kit.create_job("import time; time.sleep(600)")
    run_id = kit.start(job)
    kit.wait(job, run_id, ["RUNNING"])
    site.again()
    run = kit.run(job, run_id)
    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", "The emulator ended while this run was under way.")
    assert kit.start(job), "the job has no run any more"


def test_anew_and_other_versions_and_ruins_begin_from_nothing(site: Site, bucket: str) -> None:
    assert not site.again(how=state.ANEW).loaded
    assert site.client("s3").list_buckets()["Buckets"] == []
    for content in (b"", b"ruin", pickle.dumps("another thing")):
        localstack.daemon(site.instance).stop()
        (site.saved / "services").write_bytes(content)
        kept = site.again()
        assert (kept.loaded, kept.configured) == (False, True)


def _master(site: Site, name: str) -> psycopg.Connection[Any]:
    (cluster,) = site.client("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    arn = cluster["MasterUserSecret"]["SecretArn"]
    secret = json.loads(site.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    return psycopg.connect(
        host=cluster["Endpoint"], port=cluster["Port"], dbname=cluster["DatabaseName"],
        user=secret["username"], password=secret["password"], autocommit=True,
    )  # fmt: skip
