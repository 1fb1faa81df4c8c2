"""What a run of the job would be given, for the commands that run it in the terminal instead."""

from __future__ import annotations

import secrets
from typing import Any

from scripts.base.isolation import REGION
from scripts.environment.instance import Instance

SECONDS = 7 * 24 * 3600  # the body needs a limit; nothing in the terminal watches it


def body(instance: Instance, outputs: dict[str, Any], arguments: dict[str, str]) -> dict[str, Any]:
    """Returns the body of `POST /runs` that StartJobRun would make of the job, with the role's keys in it.

    Its run id is no run of Glue's. The job uses it as any other: the id names folders in S3.
    """
    glue, name = instance.client("glue"), outputs["glue_job_performance_academica_name"]
    job = glue.get_job(JobName=name)["Job"]
    role = instance.client("sts").assume_role(RoleArn=job["Role"], RoleSessionName="GlueJobRunnerSession")[
        "Credentials"
    ]
    run_id = f"jr_terminal_{secrets.token_hex(8)}"
    # The order in which Glue merges them (aws-glue-programming-etl-glue-arguments.html), and what Glue adds.
    merged = {**job.get("DefaultArguments", {}), **arguments, **job.get("NonOverridableArguments", {})}
    merged |= {"--JOB_NAME": name, "--JOB_ID": "j_terminal", "--JOB_RUN_ID": run_id}
    return {
        "run_id": run_id,
        "job_name": name,
        "script_location": merged.get("--scriptLocation") or job["Command"]["ScriptLocation"],
        "arguments": merged,
        "credentials": {
            "access_key_id": role["AccessKeyId"],
            "secret_access_key": role["SecretAccessKey"],
            "session_token": role["SessionToken"],
        },
        "region": REGION,
        "timeout_seconds": SECONDS,
        "log_groups": {"output": "none", "error": "none"},
        "log_stream": run_id,
        "internet": False,
    }
