"""Each of Glue's own job parameters has a fate, and the fate that its value asks for."""

from __future__ import annotations

import pytest
from glue_aurora.glue.job_parameters import PARAMETERS, Fate, internal, refused, without_effect

pytestmark = pytest.mark.unit

# The names on AWS's pages that job_parameters.py cites, read in November 2026.
OF_AWS = """
--additional-python-modules --auto-scale-within-microbatch --class --continuous-log-conversionPattern
--continuous-log-logGroup --continuous-log-logStreamPrefix --customer-driver-env-vars --customer-executor-env-vars
--datalake-formats --disable-proxy-v2 --enable-auto-scaling --enable-continuous-cloudwatch-log
--enable-continuous-log-filter --enable-glue-datacatalog --enable-job-insights
--enable-lakeformation-fine-grained-access --enable-metrics --enable-observability-metrics
--enable-rename-algorithm-v2 --enable-s3-parquet-optimized-committer --enable-spark-ui --executor-cores --extra-files
--extra-jars --extra-py-files --job-bookmark-option --job-bookmark-from --job-bookmark-to --job-language
--python-modules-installer-option --scriptLocation --spark-event-logs-path --TempDir --use-postgres-driver
--user-jars-first --conf --encryption-type --debug --mode --JOB_NAME --endpoint --custom-logGroup-prefix
--custom-logStream-prefix --enable-spark-ui-legacy-path --python-virtual-env --write-shuffle-files-to-s3
--write-shuffle-spills-to-s3
"""


def test_every_parameter_of_aws_has_a_fate() -> None:
    assert sorted(PARAMETERS) == sorted(OF_AWS.split())


def test_every_refusal_has_a_remedy_and_every_gap_a_reason() -> None:
    told = [name for name, each in PARAMETERS.items() if each.fate in (Fate.REFUSED, Fate.WITHOUT_EFFECT)]
    assert [name for name in told if not PARAMETERS[name].reason] == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"--enable-glue-datacatalog": "true"},
        {"--enable-glue-datacatalog": ""},
        {"--datalake-formats": "iceberg"},
        {"--enable-lakeformation-fine-grained-access": "true"},
        {"--job-language": "scala"},
        {"--job-bookmark-option": "job-bookmark-enable"},
        {"--python-modules-installer-option": "-r"},
        {"--python-modules-installer-option": "--no-index --upgrade"},
        {"--python-virtual-env": "s3://b/venv.tar.gz"},
    ],
)
def test_what_only_aws_can_do_is_refused(arguments: dict[str, str]) -> None:
    [(argument, remedy)] = refused(arguments)
    assert argument.startswith(next(iter(arguments))) and remedy


@pytest.mark.parametrize(
    "arguments",
    [
        {"--enable-glue-datacatalog": "false", "--datalake-formats": "", "--job-language": "python"},
        {"--job-bookmark-option": "job-bookmark-disable", "--python-modules-installer-option": "--no-index"},
        {"--enable-metrics-of-mine": "true", "--Mode": "x"},
    ],
)
def test_what_asks_for_nothing_is_taken_without_a_word(arguments: dict[str, str]) -> None:
    assert (refused(arguments), internal(arguments), without_effect(arguments)) == ([], [], [])


def test_what_has_no_effect_is_said() -> None:
    arguments = {"--enable-metrics": "", "--enable-auto-scaling": "true", "--enable-job-insights": "false"}
    assert [sentence.partition(" ")[0] for sentence in without_effect(arguments)] == [
        "--enable-auto-scaling",
        "--enable-metrics",
    ]


def test_spark_ui_needs_a_path() -> None:
    arguments = {"--enable-spark-ui": "true"}
    assert "without --spark-event-logs-path" in without_effect(arguments)[0]
    assert without_effect(arguments | {"--spark-event-logs-path": "s3://b/logs/"}) == []


@pytest.mark.parametrize("name", ["--debug", "--mode", "--endpoint"])
def test_names_that_glue_keeps_to_itself(name: str) -> None:
    assert internal({name: "x"}) == [name]
