"""Arguments that a run's script gets, and the log groups that they choose."""

from collections.abc import Mapping
from typing import Any

DEFAULT_LOG_GROUP = "/aws-glue/jobs"


def merged_arguments(job: Mapping[str, Any], run_arguments: Mapping[str, str]) -> dict[str, str]:
    """Returns NonOverridableArguments over the run's arguments over DefaultArguments, key by key.

    Source: AWS Glue guide, aws-glue-programming-etl-glue-arguments.html.
    """
    return {**job.get("DefaultArguments", {}), **run_arguments, **job.get("NonOverridableArguments", {})}


def script_arguments(merged: Mapping[str, str], job_name: str, job_id: str, run_id: str) -> dict[str, str]:
    """Returns `merged` with the three arguments that Glue itself sets and no user can change."""
    return {**merged, "--JOB_NAME": job_name, "--JOB_ID": job_id, "--JOB_RUN_ID": run_id}


def log_groups(merged: Mapping[str, str], security_configuration: str | None, role_name: str) -> dict[str, str]:
    """Returns the names of the run's log groups: `output` for what the script writes, `error` for Spark's own log.

    Source: AWS Glue guide, monitor-continuous-logging.html (custom prefix, security configuration).
    """
    prefix = merged.get("--custom-logGroup-prefix") or DEFAULT_LOG_GROUP
    if security_configuration:
        prefix = f"{prefix}/{security_configuration}-role/{role_name}"
    return {stream: f"{prefix}/{stream}" for stream in ("output", "error")}


def log_stream(merged: Mapping[str, str], run_id: str) -> str:
    """Returns the name of the driver's log stream.

    Source: AWS Glue guide, monitor-continuous-logging.html (custom prefix). Without a prefix, as seen on Glue 5.1.
    """
    prefix = merged.get("--custom-logStream-prefix")
    return f"{prefix}-driver" if prefix else run_id


def role_name_of(role: str) -> str:
    """Returns the name of a role that is given by name or ARN, with or without a path."""
    return role.rsplit("/", 1)[-1]
