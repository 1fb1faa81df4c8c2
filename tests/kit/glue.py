"""Makes buckets, roles and jobs for the tests of Glue, and waits for runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

from scripts.base.waiting import NotReady, wait_for
from scripts.case.job import ENDED
from tests.kit.aws import unique

TRUST_GLUE: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "glue.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": "000000000000"}},
        }
    ],
}
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class GlueKit:
    """Makes resources for tests through the API of one LocalStack."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.client = client
        self.glue = client("glue")
        self.bucket = unique("glue-tests")
        client("s3").create_bucket(Bucket=self.bucket)
        self.role = self.create_role(TRUST_GLUE)

    def create_role(self, trust: dict[str, Any]) -> str:
        """Returns the ARN of a new role that may do everything."""
        iam, name = self.client("iam"), unique("glue-role")
        answer = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        iam.put_role_policy(RoleName=name, PolicyName="everything", PolicyDocument=json.dumps(EVERYTHING))
        return str(answer["Role"]["Arn"])

    def script(self, source: str) -> str:
        """Returns the S3 location of a new script."""
        key = f"scripts/{unique('script')}.py"
        self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=source.encode())
        return f"s3://{self.bucket}/{key}"

    def definition(self, source: str = "print('done')", **changes: Any) -> dict[str, Any]:
        """Returns the parameters of CreateJob, without the name."""
        return {
            "Role": self.role,
            "Command": {"Name": "glueetl", "ScriptLocation": self.script(source), "PythonVersion": "3"},
            "GlueVersion": "5.1",
            "WorkerType": "G.1X",
            "NumberOfWorkers": 2,
            **changes,
        }

    def create_job(self, source: str = "print('done')", **changes: Any) -> str:
        """Returns the name of a new job."""
        name = unique("job")
        self.glue.create_job(Name=name, **self.definition(source, **changes))
        return name

    def start(self, job: str, **parameters: Any) -> str:
        """Starts a run and returns its id."""
        return str(self.glue.start_job_run(JobName=job, **parameters)["JobRunId"])

    def run(self, job: str, run_id: str) -> dict[str, Any]:
        """Returns the run as GetJobRun shows it."""
        shown: dict[str, Any] = self.glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
        return shown

    def wait(self, job: str, run_id: str, states: Collection[str] = ENDED) -> dict[str, Any]:
        """Returns the run once it is in one of `states`. Fails when the run ends in another state."""

        def reached() -> dict[str, Any]:
            run = self.run(job, run_id)
            if run["JobRunState"] in states:
                return run
            assert run["JobRunState"] not in ENDED, run
            raise NotReady(run["JobRunState"])

        return wait_for(f"run {run_id[:11]} of {job}", reached, seconds=120, remedy="see the worker agent's log")

    def finish(self, job: str, **parameters: Any) -> dict[str, Any]:
        """Starts a run and returns it once it has ended."""
        return self.wait(job, self.start(job, **parameters))

    def runs(self, job: str) -> list[dict[str, Any]]:
        """Returns all runs of a job, the newest first."""
        shown: list[dict[str, Any]] = self.glue.get_job_runs(JobName=job)["JobRuns"]
        return shown

    def wait_for_run(self, job: str, run_id: str) -> dict[str, Any]:
        """Returns a run that Glue itself starts, once the run has ended."""

        def there() -> None:
            if run_id not in [run["Id"] for run in self.runs(job)]:
                raise NotReady("not started")

        wait_for(f"run {run_id[:11]}{run_id[67:]} of {job}", there, seconds=120, remedy="see LocalStack's log")
        return self.wait(job, run_id)

    def stop(self, job: str, run_id: str) -> None:
        """Stops a run and waits for its end, so that it leaves no process behind."""
        self.glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id])
        assert self.wait(job, run_id)["JobRunState"] == "STOPPED"

    def wait_for_log(self, group: str, stream: str, message: str) -> None:
        """Returns when the log stream holds the message."""

        def logged() -> None:
            if message not in self.messages(group, stream):
                raise NotReady("not logged")

        wait_for(f"{message!r} in {group}", logged, seconds=60, remedy="see the worker agent's log")

    def messages(self, group: str, stream: str) -> list[str]:
        """Returns the lines of a log stream, or none while the stream does not exist."""
        logs = self.client("logs")
        try:
            events = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in events]
