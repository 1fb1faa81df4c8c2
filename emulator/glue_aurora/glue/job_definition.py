"""Checks a job definition and fills in what AWS fills in.

Rules and defaults: AWS Glue guide, "Jobs" (aws-glue-api-jobs-job.html) and "Defining job properties" (add-job.html).
Messages marked [AWS] were seen from the service.
"""

import re
from collections.abc import Mapping
from typing import Any

from glue_aurora.glue.errors import InvalidInputError, UnsupportedValueError
from glue_aurora.glue.job_parameters import internal, refused

SUPPORTED_GLUE_VERSIONS = ("5.0", "5.1")
"""Both are Python 3.11 and Spark 3.5, which is what the worker agent has."""
DEFAULT_TIMEOUT_MINUTES = 480
MAXIMUM_TIMEOUT_MINUTES = 7 * 24 * 60
MAXIMUM_RETRIES = 10
DEFAULT_CAPACITY = 10.0
MINIMUM_WORKERS = 2
LONGEST_ARGUMENTS = 260 * 1024
"""Bytes. Source: "maximum size limit of 260KB", aws-glue-programming-etl-glue-arguments.html."""
LONGEST_STREAM_PREFIX = 400
"""Characters. Source: monitor-continuous-logging.html."""

_OTHER_GLUE_VERSIONS = frozenset({"0.9", "1.0", "2.0", "3.0", "4.0", "6.0"})
_DPU_OF_WORKER = {
    "G.1X": 1.0,
    "G.2X": 2.0,
    "G.4X": 4.0,
    "G.8X": 8.0,
    "G.12X": 12.0,
    "G.16X": 16.0,
    "R.1X": 1.0,
    "R.2X": 2.0,
    "R.4X": 4.0,
    "R.8X": 8.0,
}
_FLEX_WORKERS = frozenset({"G.1X", "G.2X"})
_OTHER_COMMANDS = frozenset({"pythonshell", "gluestreaming", "glueray"})
_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+|[\w+=,.@/-]{1,512}")
_NOT_DEFINITION = frozenset({"Name", "Tags", "AllocatedCapacity", "MaxCapacity"})


def build_definition(request: Mapping[str, Any], present: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Returns the definition (shape `Job` without Name and times) of a CreateJob request or a JobUpdate.

    `present` is the definition that an update replaces. Clients send back the capacity that they read, so a capacity
    equal to the present one is taken.

    Raises:
        InvalidInputError: AWS refuses the request, or the emulator does not support it.
    """
    _check_command(request)
    check_arguments(request.get("DefaultArguments", {}))
    check_arguments(request.get("NonOverridableArguments", {}))
    check_timeout(request)
    retries = request.get("MaxRetries", 0)
    if not 0 <= retries <= MAXIMUM_RETRIES:
        raise InvalidInputError(f"MaxRetries must be between 0 and {MAXIMUM_RETRIES}, not {retries}.")
    if request.get("ExecutionProperty", {}).get("MaxConcurrentRuns", 1) < 1:
        raise InvalidInputError("MaxConcurrentRuns must be at least 1.")
    role = request.get("Role", "")
    if not _ROLE.fullmatch(role):
        raise InvalidInputError(f"Role {role!r} is not the name or the ARN of an IAM role.")
    definition = {
        "JobMode": "SCRIPT",
        "ExecutionProperty": {"MaxConcurrentRuns": 1},
        "MaxRetries": 0,
        "Timeout": DEFAULT_TIMEOUT_MINUTES,
        **{name: value for name, value in request.items() if name not in _NOT_DEFINITION},
    }
    definition.update(capacity(request, present))
    check_execution_class(definition)
    return definition


def capacity(request: Mapping[str, Any], present: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Returns the WorkerType, NumberOfWorkers, MaxCapacity (DPU) and AllocatedCapacity that a request asks for.

    Without any of them it is 10 DPU, as on AWS.

    Raises:
        InvalidInputError: the members do not go together.
    """
    worker_type, workers = request.get("WorkerType"), request.get("NumberOfWorkers")
    allocated, maximum = request.get("AllocatedCapacity"), request.get("MaxCapacity")
    if allocated and maximum:
        raise InvalidInputError("Please set only Allocated Capacity or Max Capacity.")  # [AWS]
    if worker_type is None and workers is None:
        asked = float(maximum or allocated or DEFAULT_CAPACITY)
        if (maximum or allocated) and (present is None or present.get("WorkerType") or present["MaxCapacity"] != asked):
            raise InvalidInputError(
                "For Glue version 2.0 or later jobs, you cannot specify a Maximum capacity. "
                "Instead, you should specify a Worker type and the Number of workers."
            )
        return {"MaxCapacity": asked, "AllocatedCapacity": int(asked)}
    if maximum or allocated:
        raise InvalidInputError("Please do not set Max Capacity if using Worker Type and Number of Workers.")  # [AWS]
    if worker_type is None or workers is None:
        raise InvalidInputError("Please set both Worker Type and Number of Workers.")  # [AWS]
    if worker_type not in _DPU_OF_WORKER:
        raise InvalidInputError(f"Worker type {worker_type} cannot be used by a job with command glueetl.")
    if workers < MINIMUM_WORKERS:
        raise InvalidInputError(  # [AWS]
            f"To use Worker Type {worker_type}, minimum allowed value of Number of Workers is {MINIMUM_WORKERS}."
        )
    total = _DPU_OF_WORKER[worker_type] * workers
    return {
        "WorkerType": worker_type,
        "NumberOfWorkers": workers,
        "MaxCapacity": total,
        "AllocatedCapacity": int(total),
    }


def check_timeout(request: Mapping[str, Any]) -> None:
    """Checks Timeout, in minutes. The model refuses less than one.

    Raises:
        InvalidInputError: it is above seven days.
    """
    if request.get("Timeout", 1) > MAXIMUM_TIMEOUT_MINUTES:
        raise InvalidInputError(f"Timeout must not be above {MAXIMUM_TIMEOUT_MINUTES} minutes (7 days).")


def check_execution_class(settings: Mapping[str, Any]) -> None:
    """Checks that the worker type fits the execution class.

    Raises:
        InvalidInputError: FLEX, with a worker type that cannot be flexible.
    """
    if settings.get("ExecutionClass") == "FLEX" and settings.get("WorkerType") not in _FLEX_WORKERS:
        raise InvalidInputError("Execution class FLEX needs worker type G.1X or G.2X.")


def check_arguments(arguments: Mapping[str, str]) -> None:
    """Checks the arguments of a job or of a run.

    Raises:
        UnsupportedValueError: an argument asks for what the worker agent can't do.
        InvalidInputError: AWS refuses the arguments, or says that nobody may set one of them.
    """
    size = sum(len(name.encode()) + len(value.encode()) for name, value in arguments.items())
    if size > LONGEST_ARGUMENTS:
        raise InvalidInputError(f"The arguments have {size} bytes. Job arguments have a maximum size limit of 260KB.")
    for name in internal(arguments):
        raise InvalidInputError(f"{name} is internal to AWS Glue. Give the script's argument another name.")
    for argument, remedy in refused(arguments):
        raise UnsupportedValueError(argument, remedy)
    prefix = arguments.get("--custom-logStream-prefix", "")
    if len(prefix) > LONGEST_STREAM_PREFIX or {":", "*"} & set(prefix):
        raise InvalidInputError(
            f"--custom-logStream-prefix must have at most {LONGEST_STREAM_PREFIX} characters, and neither ':' nor '*'."
        )
    script = arguments.get("--scriptLocation", "s3://")
    if not script.startswith("s3://"):
        raise InvalidInputError(f"--scriptLocation {script} must be an S3 path of the form s3://bucket/script.py.")


def _check_command(request: Mapping[str, Any]) -> None:
    version = request.get("GlueVersion")
    if version is None:
        # AWS Glue guide, release-notes.html: 6.0 is the default. It has Spark 4.1 and Python 3.13.
        raise UnsupportedValueError(
            "A job without GlueVersion (AWS's default is 6.0)", f"Use {' or '.join(SUPPORTED_GLUE_VERSIONS)}."
        )
    if version in _OTHER_GLUE_VERSIONS:
        raise UnsupportedValueError(f"Glue version {version}", f"Use {' or '.join(SUPPORTED_GLUE_VERSIONS)}.")
    if version not in SUPPORTED_GLUE_VERSIONS:
        raise InvalidInputError(f"Glue version {version} does not exist.")
    command = request.get("Command", {})
    name = command.get("Name")
    if name in _OTHER_COMMANDS:
        raise UnsupportedValueError(f"Command {name}", "Use glueetl.")
    if name != "glueetl":
        raise InvalidInputError(f"Command name {name!r} does not exist.")
    if not command.get("ScriptLocation"):
        raise InvalidInputError("ScriptLocation of the command must not be empty.")
    if command.get("PythonVersion", "3") != "3":
        raise InvalidInputError(f"Glue version {version} needs Python version 3, not {command['PythonVersion']}.")
    if command.get("Runtime"):
        raise InvalidInputError("Runtime is for command glueray only. Remove it.")
    if request.get("MaintenanceWindow"):
        raise InvalidInputError("MaintenanceWindow is for streaming jobs only. Remove it.")
    if request.get("CodeGenConfigurationNodes"):
        raise UnsupportedValueError("A visual job (CodeGenConfigurationNodes)", "Give the script in ScriptLocation.")
