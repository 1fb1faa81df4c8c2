"""What a failed run tells its user to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.base.paths import TOP
from scripts.case import failures, tracebacks
from scripts.case.dictionary import RULES
from scripts.case.failures import Failure, Typed

pytestmark = pytest.mark.unit
TOO_MANY = "QualityError: 3 of 9 lines of notas (33.3 %) were rejected, more than --max_rejected_percent 10: "
RAW = "s3://bucket/raw/"
FILES = {"etl.py": "glue_scripts/etl.py", "reading.py": "glue_scripts/reading.py"}


def remedy(error: str, typed: Typed = Typed(), **given: object) -> str:  # noqa: B008 - it is frozen
    return failures.remedy(Failure("jr_1", str(given.pop("state", "FAILED")), error, typed, **given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            f"InputFileError: {RAW}alunos.csv is not in utf-8: its first line has bytes that are invalid in it. Set …",
            'make run ARGS="--csv_encoding windows-1252"',
        ),
        (
            f"InputFileError: {RAW}notas.csv has no usable line. Rejected: {{'invalid_encoding': 7, 'empty_key': 9}}.",
            'make run ARGS="--csv_encoding windows-1252"',
        ),
        (
            TOO_MANY + "{'nota_not_a_number': 2, 'empty_key': 1}. Nothing was merged.",
            'make run ARGS="--decimal_separator ,"',
        ),
        (
            TOO_MANY + "{'x': 3}.",
            'make run ARGS="--max_rejected_percent 34"',
        ),
        (
            TOO_MANY + "{'x': 3}.",
            "make rejects RUN_ID=jr_1",
        ),
        (
            "LAUNCH ERROR | s3://b/etl.py can't be read: AccessDenied: User: arn:aws:sts::1:assumed-role/r/s is not "
            "authorized to perform: kms:Decrypt on resource: arn:aws:kms:k because no identity-based policy allows …",
            "AWS refuses kms:Decrypt to the job's role",
        ),
        (
            "ConfigurationError: Secrets Manager refused secret s: Access to KMS is not allowed. (emulator) User: u is "
            "not authorized to perform: kms:Decrypt on resource: k",
            "all decisions on this run: make parity RUN_ID=jr_1",
        ),
        (
            f"InputFileError: {RAW}notas.csv must have a header with each of the columns nota once, separated "
            "by ','; missing or repeated: nota (its first line has 1 values)",
            "save the file with one of these",
        ),
        (f"InputFileError: {RAW} has no notas: neither notas.csv, nor notas.csv.gz, nor *.csv in notas/.", "notas.csv"),
        (f"InputFileError: {RAW} has notas.csv and notas/, which are 2 forms of notas. Leave one", "leave one form"),
        (f"InputFileError: {RAW}notas.csv is not text in utf-8: its first line has NUL bytes, as UTF-16 has.", "iconv"),
        ("DatabaseError: table performance_academica does not exist: run sql/01_create_tables.sql", "make local-up"),
        ("DatabaseError: table t is not the one that this job writes: column nota is missing", "make local-up"),
        ("DatabaseError: can't connect to database letrus at 127.0.0.1:1 as x (attempt 9): refused.", "make status"),
        ("LAUNCH ERROR | Installation of Additional Python Modules failed: no such file", "make local-up"),
        ("Command failed with exit code 137 - the process was killed by SIGKILL", "memory ran out"),
        ("The Glue worker agent does not know this run; the agent was probably restarted.", "make local-up"),
        ("KeyError: 'nota'", "make logs RUN_ID=jr_1"),
    ],
)
def test_remedy_fits_the_cause(error: str, told: str) -> None:
    assert told in remedy(error)


def test_remedy_of_states() -> None:
    assert "glue_timeout_minutes" in remedy("", state="TIMEOUT")
    assert "was stopped" in remedy("", state="STOPPED")


def test_remedy_repeats_what_the_user_typed() -> None:
    typed = Typed("make run", Path("my csvs"), {"--csv-separator": ";", "--decimal_separator": ","})
    error = "InputFileError: x has bytes that are invalid in it"
    wanted = "make run DATA='my csvs' ARGS=\"--csv-separator ';' --decimal_separator , --csv_encoding windows-1252\""
    assert wanted in remedy(error, typed)


def test_remedy_keeps_the_empty_table() -> None:
    typed = Typed("make run", Path("csvs"), {"--x": "y"}, fresh=True)
    assert 'make run DATA=csvs FRESH=1 ARGS="--x y --csv_encoding windows-1252"' in remedy(
        "bytes that are invalid in it", typed
    )
    assert 'make run DATA=that/folder FRESH=1 ARGS="--x y"' in remedy(
        "notas.csv and notas/, which are 2 forms of notas", typed
    )
    assert "leave it out: make run DATA=csvs FRESH=1\n" in remedy("ConfigurationError: x", typed)


def test_separator_that_the_user_gave_is_taken_back() -> None:
    typed = Typed(arguments={"--csv_separator": "|"})
    error = "InputFileError: x must have a header with each of … (its first line has 1 values)"
    assert "'|'" in remedy(error, typed) and remedy(error, typed).split("\n")[0].endswith(": make run")


def test_encoding_that_the_user_gave_is_taken_back() -> None:
    typed = Typed(arguments={"--csv_encoding": "windows-1252"})
    assert "For UTF-8: make run\n" in remedy("InputFileError: x has bytes that are invalid in it", typed)


def test_encoding_of_alunos_explains_why_every_pupil_of_notas_is_unknown() -> None:
    rejected = {"alunos": {"invalid_encoding": 5}, "escolas": {}, "notas": {"unknown_aluno": 90}}
    error = f"InputFileError: {RAW}notas.csv has no usable line. Rejected: {{'unknown_aluno': 90}}."
    assert "--csv_encoding windows-1252" in remedy(error, rejected=rejected)


def test_remedy_on_aws_names_targets_for_aws() -> None:
    error = "DatabaseError: table t does not exist: run …"
    told = remedy(error, Typed("make aws-run"), is_local=False)
    assert "make aws-create-tables aws-run" in told and "local" not in told


def test_counts_come_from_the_last_event_of_the_log() -> None:
    lines = ['{"event": "rejected_lines", "alunos": {"x": 1}}', "text", '{"event": "rejected_lines", "alunos": {}}', ""]
    assert failures.rejected_by_set(lines) == {"alunos": {}}
    assert failures.rejected_by_set(["none"]) == {}
    assert (
        failures.rejected_by_set(['{"event": "rejected_lines", "alunos": {"x": "two"}}', '{"rejected_lines" cut']) == {}
    )


def test_words_that_are_looked_for_are_those_of_the_job() -> None:
    """A reworded message of the job would lose its remedy in silence."""
    job = " ".join(path.read_text(encoding="utf-8") for path in (TOP / "glue_scripts").glob("*.py"))
    job = re.sub(r'"\s+f?"', "", job)
    for words in (
        "has no usable line",
        "were rejected, more than",
        "bytes that are invalid in it",
        "as UTF-16 has",
        "must have a header with",
        "(its first line has {len(names)} values)",
        "has no {name}:",
        "forms of {name}",
        "does not exist: run",
        "is not the one that this job writes",
        "can't connect to database",
        'log("rejected_lines"',
    ):
        assert words in job, words
    for name in failures.OF_THE_JOB:
        assert f"class {name}(" in job


def test_hints_are_for_rules_that_the_job_has() -> None:
    known = {rule.name for rule in RULES}
    for rule in ("invalid_encoding", "nota_not_a_number", "malformed_line", "unknown_aluno", "unknown_escola"):
        assert failures.hint(rule, Typed()) and rule in known
    assert failures.hint("another", Typed()) == ""


TRACEBACK = """\
Traceback (most recent call last):
  File "/tmp/glue-job-1/pythonrunner/runscript.py", line 44, in main
    runpy.run_path(script, run_name="__main__")
  File "<frozen runpy>", line 291, in run_path
  File "/tmp/glue-job-1/etl.py", line 287, in <module>
    main(sys.argv)
  File "/tmp/glue-job-1/reading.py", line 103, in run
    sources = fnd_sources(spark, job)
              ^^^^^^^^^^^
  File "/venv/lib/python3.11/site-packages/pyspark/sql/session.py", line 7, in sql
    raise converted
NameError: name 'fnd_sources' is not defined. Did you mean: 'find_sources'?
""".splitlines()
SYNTAX = """\
Traceback (most recent call last):
  File "<frozen runpy>", line 259, in _get_code_from_file
  File "/tmp/glue-job-1/etl.py", line 34
    def main((argv: list[str]) -> None:
             ^^^^^^^^^^^^^^^^^
SyntaxError: Function parameters cannot be parenthesized
""".splitlines()


def test_traceback_gives_the_places_in_the_users_files() -> None:
    found = tracebacks.frames([*SYNTAX, *TRACEBACK], FILES)
    assert [str(each) for each in found] == [
        "glue_scripts/etl.py:287, in <module>: main(sys.argv)",
        "glue_scripts/reading.py:103, in run: sources = fnd_sources(spark, job)",
    ]


def test_syntax_error_gives_its_line() -> None:
    assert [str(each) for each in tracebacks.frames(SYNTAX, FILES)] == [
        "glue_scripts/etl.py:34: def main((argv: list[str]) -> None:"
    ]


def test_log_without_traceback_gives_no_place() -> None:
    assert tracebacks.frames(['  File "/tmp/etl.py", line 3'], FILES) == []


def test_mistake_in_a_script_is_shown_with_its_place_and_what_to_correct() -> None:
    failure = Failure("jr_1", "FAILED", "NameError: x", Typed(), frames=tracebacks.frames(TRACEBACK, FILES))
    assert "at glue_scripts/reading.py:103" in failures.cause(failure)
    assert failures.remedy(failure).startswith("correct glue_scripts/reading.py, then make run")
