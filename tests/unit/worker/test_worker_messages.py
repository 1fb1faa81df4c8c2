"""The run's ErrorMessage, from what ended the script or the process."""

from __future__ import annotations

from pathlib import Path

import pytest
from glue_worker import failure
from glue_worker.runscript import describe, java_message

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("duas\nlinhas"), "ValueError: duas\nlinhas"),
        (KeyError("aluno_id"), "KeyError: 'aluno_id'"),
        (AssertionError(), "AssertionError"),
        (SystemExit("faltam notas"), "SystemExit: faltam notas"),
        (SystemExit(2), "SystemExit: 2"),
    ],
)
def test_exception_is_class_and_message(error: BaseException, message: str) -> None:
    assert describe(error) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "An error occurred while calling o45.parquet.\n: org.apache.spark.SparkException: Job aborted due to"
            " stage failure: Task 0 failed\n\tat org.apache.spark.X.y(X.scala:1)\nCaused by: java.io.IOException: no",
            "An error occurred while calling o45.parquet. Job aborted due to stage failure: Task 0 failed",
        ),
        (
            "An error occurred while calling o9.load.\n: java.lang.NullPointerException\n\tat a.b(C.java:1)\n",
            "An error occurred while calling o9.load. java.lang.NullPointerException",
        ),
        ("An error occurred while calling o9.load", "An error occurred while calling o9.load"),
    ],
)
def test_java_error_is_the_call_and_its_cause(text: str, message: str) -> None:
    assert java_message(text) == message


def test_report_of_the_script_wins(tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.write_text("ValueError: nota")
    assert failure.message(1, report=report, spark_log=tmp_path / "none") == "ValueError: nota"


@pytest.mark.parametrize(
    ("code", "log", "message"),
    [
        (5, "", "Command failed with exit code 5"),
        (52, "", "Command failed with exit code 52 - Spark ran out of memory"),
        (139, "", "Command failed with exit code 139 - the process was killed by SIGSEGV"),
        (
            1,
            'INFO x\nException in thread "main" java.lang.IllegalArgumentException: no\n\tat a.b\n',
            "Command failed with exit code 1 - java.lang.IllegalArgumentException: no",
        ),
    ],
)
def test_without_a_report_the_exit_code_and_what_is_known(tmp_path: Path, code: int, log: str, message: str) -> None:
    spark_log = tmp_path / "error.log"
    spark_log.write_text(log)
    assert failure.message(code, report=tmp_path / "none", spark_log=spark_log) == message
