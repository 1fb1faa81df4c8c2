"""What becomes of each of Glue's own job parameters: acted on, refused, or accepted without effect.

The list is that of AWS's pages: "Using job parameters in AWS Glue jobs" (aws-glue-programming-etl-glue-arguments.html),
"Logging for AWS Glue jobs" (monitor-continuous-logging.html), "AWS Glue Spark shuffle plugin"
(monitor-spark-shuffle-manager.html), "Enabling the Spark UI" (monitor-spark-ui-jobs.html) and the virtual environments
of aws-glue-programming-python-libraries.html. A parameter that is not here is the script's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

HARMLESS_PIP_OPTIONS = frozenset(
    {"--no-index", "--only-binary=:all:", "--no-cache-dir", "--verbose", "-v", "--quiet", "-q"}
)
"""Options that change nothing here: the worker takes wheels from S3 only, without an index."""


class Fate(Enum):
    """What the emulator does with a parameter."""

    DONE = "acted on"
    REFUSED = "refused"
    WITHOUT_EFFECT = "accepted; the run's StateDetail and error log say that it has no effect here"
    INTERNAL = "refused: AWS says that it is internal to Glue and must not be set"
    NOTHING_TO_DO = "accepted; nothing could be seen of it in a run"


def _true(value: str) -> bool:
    return value.strip().lower() == "true"


def _not_false(value: str) -> bool:
    """Some parameters are on without a value too: AWS's older pages say that the key alone is enough."""
    return value.strip().lower() != "false"


def _always(value: str) -> bool:
    return True


@dataclass(frozen=True)
class Parameter:
    """The fate of one parameter, for the values for which `holds` is true; other values leave it off.

    `reason` completes the sentence about it: for REFUSED what to do instead, for WITHOUT_EFFECT what is missing.
    """

    fate: Fate
    reason: str
    holds: Callable[[str], bool] = _always


def _done(reason: str) -> Parameter:
    return Parameter(Fate.DONE, reason)


def _refused(remedy: str, holds: Callable[[str], bool] = _always) -> Parameter:
    return Parameter(Fate.REFUSED, remedy, holds)


def _without_effect(reason: str, holds: Callable[[str], bool] = _always) -> Parameter:
    return Parameter(Fate.WITHOUT_EFFECT, reason, holds)


def _nothing(reason: str) -> Parameter:
    return Parameter(Fate.NOTHING_TO_DO, reason)


_INTERNAL = Parameter(Fate.INTERNAL, "")
_NO_CATALOG = "There is no Data Catalog here. Leave it out, and let the script read and write files in S3."
_SHUFFLE = "shuffles stay on the worker's disk"

PARAMETERS: Mapping[str, Parameter] = {
    # Files and modules
    "--additional-python-modules": _done("wheels in S3; the worker refuses other forms"),
    "--extra-files": _done("files, not folders"),
    "--extra-jars": _done(""),
    "--extra-py-files": _done(""),
    "--python-modules-installer-option": _refused(
        f"Leave it out, or use {', '.join(sorted(HARMLESS_PIP_OPTIONS))}.",
        lambda value: not set(value.split()) <= HARMLESS_PIP_OPTIONS,
    ),
    "--python-virtual-env": _refused("Give wheels in --additional-python-modules."),
    "--scriptLocation": _done("it replaces the job's ScriptLocation"),
    "--user-jars-first": _done("the jars of --extra-jars come first on the class path"),
    "--use-postgres-driver": _nothing("it is for Glue 2.0 only"),
    "--datalake-formats": _refused(
        "There are no jars of Hudi, Delta Lake or Iceberg here. Leave it out.", lambda value: bool(value.strip())
    ),
    # The job itself
    "--class": _nothing("it is for Scala only"),
    "--conf": _done(""),
    "--customer-driver-env-vars": _done(""),
    "--customer-executor-env-vars": _done("in the processes of Python functions that Spark runs"),
    "--job-language": _refused("Write the job in Python.", lambda value: value != "python"),
    "--job-bookmark-option": _refused("Use job-bookmark-disable.", lambda value: value != "job-bookmark-disable"),
    "--job-bookmark-from": _refused("Use --job-bookmark-option job-bookmark-disable alone."),
    "--job-bookmark-to": _refused("Use --job-bookmark-option job-bookmark-disable alone."),
    "--TempDir": _nothing("it is the script's to use; AWS also makes a bucket when none is given"),
    "--encryption-type": _without_effect("objects are not encrypted at rest"),
    # The Data Catalog
    "--enable-glue-datacatalog": _refused(_NO_CATALOG, _not_false),
    "--enable-lakeformation-fine-grained-access": _refused(
        "Lake Formation does not exist here. Leave it out.", _not_false
    ),
    # Logs, metrics, Spark's UI
    "--custom-logGroup-prefix": _done(""),
    "--custom-logStream-prefix": _done("the driver's stream is <prefix>-driver"),
    "--continuous-log-logGroup": _without_effect("logs go to the groups of --custom-logGroup-prefix"),
    "--continuous-log-logStreamPrefix": _without_effect("streams are named by --custom-logStream-prefix"),
    "--continuous-log-conversionPattern": _without_effect("Spark's log keeps its own pattern"),
    "--enable-continuous-cloudwatch-log": _nothing("logs arrive while a run is alive, always, as in Glue 5"),
    "--enable-continuous-log-filter": _without_effect("no line of a log is left out", _true),
    "--enable-job-insights": _without_effect("there are no insights of runs", _true),
    "--enable-metrics": _without_effect("there are no metrics of runs in CloudWatch"),
    "--enable-observability-metrics": _without_effect("there are no metrics of runs in CloudWatch", _true),
    "--enable-spark-ui": _done("with --spark-event-logs-path"),
    "--enable-spark-ui-legacy-path": _without_effect("the event log is written once, named by the run's id", _true),
    "--spark-event-logs-path": _done("with --enable-spark-ui true; the event log is written when the run ends"),
    # Size and place of the workers
    "--enable-auto-scaling": _without_effect("a run is one process with all cores of the machine", _true),
    "--auto-scale-within-microbatch": _nothing("it is for streaming jobs only"),
    "--executor-cores": _without_effect("a run is one process with all cores of the machine"),
    "--write-shuffle-files-to-s3": _without_effect(_SHUFFLE, _true),
    "--write-shuffle-spills-to-s3": _without_effect(_SHUFFLE, _true),
    "--disable-proxy-v2": _done("calls to Glue and CloudWatch's metrics are then judged by the run's VPC too"),
    "--enable-rename-algorithm-v2": _nothing("it is for Glue 1.0 only"),
    "--enable-s3-parquet-optimized-committer": _nothing("it is EMRFS's; Glue 5.1 and the worker write through S3A"),
    # What Glue sets itself
    "--JOB_NAME": _done("Glue's own value replaces it"),
    "--debug": _INTERNAL,
    "--mode": _INTERNAL,
    "--endpoint": _INTERNAL,
}


def refused(arguments: Mapping[str, str]) -> list[tuple[str, str]]:
    """Returns the arguments that the emulator refuses, each with its value, and what to do instead."""
    return [(f"{name} {arguments[name]}".strip(), parameter.reason) for name, parameter in _of(arguments, Fate.REFUSED)]


def internal(arguments: Mapping[str, str]) -> list[str]:
    """Returns the arguments that AWS keeps to itself: "AWS Glue uses the following arguments internally"."""
    return [name for name, _ in _of(arguments, Fate.INTERNAL)]


def without_effect(arguments: Mapping[str, str]) -> list[str]:
    """Returns a sentence for each of a run's arguments that AWS acts on and the emulator does not."""
    found = [
        f"{name} has no effect in this emulator: {parameter.reason}."
        for name, parameter in _of(arguments, Fate.WITHOUT_EFFECT)
    ]
    if _true(arguments.get("--enable-spark-ui", "")) and not arguments.get("--spark-event-logs-path"):
        found.append("--enable-spark-ui has no effect in this emulator without --spark-event-logs-path.")
    return found


def _of(arguments: Mapping[str, str], fate: Fate) -> list[tuple[str, Parameter]]:
    named = [(name, PARAMETERS[name]) for name in sorted(arguments) if name in PARAMETERS]
    return [
        (name, parameter) for name, parameter in named if parameter.fate is fate and parameter.holds(arguments[name])
    ]
