"""A request for a run, as the worker agent has it after it has read one."""

from __future__ import annotations

from glue_worker.request import Credentials, RunRequest


def make_request(**arguments: str) -> RunRequest:
    return RunRequest(
        run_id="jr_1",
        job_name="job",
        script_location="s3://bucket/job.py",
        arguments={f"--{name}": value for name, value in arguments.items()},
        credentials=Credentials("AKID", "very-secret", "session-secret"),
        region="sa-east-1",
        timeout_seconds=60,
        log_groups={"output": "o", "error": "e"},
        log_stream="s",
        internet=False,
    )
