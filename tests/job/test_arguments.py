"""Arguments as Glue gives them, the secret as RDS keeps it, and the authorities' file as Glue copies it."""

from __future__ import annotations

import http.server
import json
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from arguments import database_of, job_of, read_ca_bundle, resolve_arguments
from common import ConfigurationError, Job

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-0b1c-AbCdEf"
ARGUMENTS = {
    "--JOB_NAME": "letrus-de-case-etl-performance-academica",
    "--JOB_ID": "j_" + "a" * 64,
    "--JOB_RUN_ID": "jr_" + "b" * 64 + "_attempt_1",
    "--data_bucket": "letrus-de-case-data-123456789012",
    "--raw_prefix": "raw/",
    "--processed_prefix": "processed/",
    "--aurora_host": "cluster.example",
    "--aurora_port": "5432",
    "--aurora_database": "letrus",
    "--aurora_table": "performance_academica",
    "--aurora_secret_arn": ARN,
    "--aurora_ca_bundle": "authorities.pem",
}
AUTHORITY = Path(__file__).parents[2] / "terraform" / "tests" / "fixtures" / "ca-bundle.pem"


def argv(arguments: dict[str, str], *more: str) -> list[str]:
    pairs = list(arguments.items())
    random.Random(7).shuffle(pairs)  # noqa: S311 - an order, not a secret
    return ["/tmp/script.py", *(token for pair in pairs for token in pair), *more]


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in ARGUMENTS.items() if key != name}


def test_places_follow_from_arguments_in_any_order() -> None:
    job = job_of(resolve_arguments(argv(ARGUMENTS)))
    assert job == Job(
        name=ARGUMENTS["--JOB_NAME"],
        run_id=ARGUMENTS["--JOB_RUN_ID"],
        raw="s3://letrus-de-case-data-123456789012/raw/",
        processed="s3://letrus-de-case-data-123456789012/processed/",
        table="performance_academica",
    )


@pytest.mark.parametrize(("prefix", "raw"), [("raw", "raw/"), ("/a//raw/", "a/raw/"), ("", "")])
def test_prefix_may_lack_or_repeat_slashes(prefix: str, raw: str) -> None:
    options = resolve_arguments(argv({**ARGUMENTS, "--raw_prefix": prefix}))
    assert job_of(options).raw == f"s3://{ARGUMENTS['--data_bucket']}/{raw}"


@pytest.mark.parametrize(
    "more",
    [
        ["--enable-metrics"],
        ["--help"],
        ["--data", "other"],  # a prefix of --data_bucket, which argparse would take for it
        ["--JOB", "other"],
        ["--aurora", "other", "--TempDir", "s3://x/tmp/", "--job-bookmark-option", "job-bookmark-disable"],
        ["--conf", "spark.a=1 --conf spark.b=2", "--extra-py-files", "s3://x/common.py"],
    ],
)
def test_arguments_of_others_change_nothing(more: list[str]) -> None:
    assert resolve_arguments(argv(ARGUMENTS, *more)) == resolve_arguments(argv(ARGUMENTS))
    before = [ARGUMENTS["--JOB_NAME"], *more, *argv(ARGUMENTS)[1:]]
    assert resolve_arguments(before) == resolve_arguments(argv(ARGUMENTS))


def test_value_after_an_equals_sign() -> None:
    tokens = [f"{name}={value}" for name, value in ARGUMENTS.items()]
    assert resolve_arguments(["script.py", *tokens]) == resolve_arguments(argv(ARGUMENTS))


@pytest.mark.parametrize("name", [name for name in ARGUMENTS if name != "--JOB_ID"])
def test_missing_argument_is_named(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        resolve_arguments(argv(without(name)))


def test_run_id_that_leaves_its_folder_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="JOB_RUN_ID"):
        resolve_arguments(argv({**ARGUMENTS, "--JOB_RUN_ID": "jr_1/../../raw"}))


def test_port_must_be_a_number() -> None:
    with pytest.raises(ConfigurationError, match="--aurora_port"):
        resolve_arguments(argv({**ARGUMENTS, "--aurora_port": "five"}))


@pytest.mark.parametrize("value", ["", "s3://data/certificates/authorities.pem", "../authorities.pem"])
def test_bundle_is_a_file_name(value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"--aurora_ca_bundle .* is not a file's name.*--extra-files"):
        resolve_arguments(argv({**ARGUMENTS, "--aurora_ca_bundle": value}))


class SecretsManager(http.server.BaseHTTPRequestHandler):
    """Answers GetSecretValue with what the test wants, and keeps what it was asked."""

    status = 200
    answer: dict[str, str]
    asked: dict[str, str]
    scope: str

    def do_POST(self) -> None:
        type(self).asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).scope = self.headers["Authorization"]
        body = json.dumps(self.answer).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""


@pytest.fixture
def secrets_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[SecretsManager]]:
    handler = type("Handler", (SecretsManager,), {})
    server = http.server.HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    yield handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The script's working directory, in which Glue has put the file of the authorities."""
    monkeypatch.chdir(tmp_path)
    bundle = tmp_path / ARGUMENTS["--aurora_ca_bundle"]
    bundle.write_text(AUTHORITY.read_text())
    return bundle


def test_credentials_come_from_the_secret_and_the_place_from_arguments(
    secrets_manager: type[SecretsManager], beside: Path
) -> None:
    secrets_manager.answer = {"SecretString": json.dumps({"username": "letrus_admin", "password": "s3cr3t-9"})}
    database = database_of(resolve_arguments(argv(ARGUMENTS)))
    assert (database.host, database.port, database.name) == ("cluster.example", 5432, "letrus")
    assert (database.user, database.password) == ("letrus_admin", "s3cr3t-9")
    assert "s3cr3t-9" not in repr(database)
    assert database.ca_bundle == AUTHORITY.read_text()
    assert secrets_manager.asked == {"SecretId": ARN}
    assert "/us-east-1/secretsmanager/" in secrets_manager.scope  # the ARN's region, without one in the environment


@pytest.mark.parametrize("secret", ['{"username": "u", "pass": "s3cr3t-9"}', "s3cr3t-9", '["s3cr3t-9"]'])
def test_unusable_secret_is_named_and_not_quoted(
    secrets_manager: type[SecretsManager], beside: Path, secret: str
) -> None:
    secrets_manager.answer = {"SecretString": secret}
    with pytest.raises(ConfigurationError, match="username and password") as caught:
        database_of(resolve_arguments(argv(ARGUMENTS)))
    assert ARN in str(caught.value)
    assert "s3cr3t-9" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_refused_secret_tells_the_remedy(secrets_manager: type[SecretsManager], beside: Path) -> None:
    secrets_manager.status = 400
    secrets_manager.answer = {"__type": "AccessDeniedException", "Message": "not authorized"}
    with pytest.raises(ConfigurationError, match=r"AccessDeniedException.*role"):
        database_of(resolve_arguments(argv(ARGUMENTS)))


def test_bundle_may_lie_where_spark_puts_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "authorities.pem").write_text(AUTHORITY.read_text())
    assert not Path("authorities.pem").exists()
    assert read_ca_bundle("authorities.pem") == AUTHORITY.read_text()


def test_of_the_bundle_only_certificates_are_handed_on(beside: Path) -> None:
    certificate = AUTHORITY.read_text()
    beside.write_bytes("# Autoridade da Região\r\n".encode("latin-1") + (certificate + certificate).encode())
    assert read_ca_bundle(beside.name) == certificate * 2


def test_missing_bundle_is_refused_before_the_secret_is_asked_for(beside: Path) -> None:
    beside.unlink()
    with pytest.raises(ConfigurationError, match=r"--aurora_ca_bundle authorities\.pem: .*--extra-files"):
        database_of(resolve_arguments(argv(ARGUMENTS)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("<html>no such key</html>", "no certificate in PEM form"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "no certificate in PEM form"),
        (AUTHORITY.read_text()[:-40], "no certificate in PEM form"),  # the download broke off
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "can't be read"),
        (AUTHORITY.read_text() + AUTHORITY.read_text().replace("MII", "MIX", 1), "can't be read"),
    ],
)
def test_bundle_without_readable_certificates_is_refused(beside: Path, content: str, words: str) -> None:
    beside.write_text(content)
    with pytest.raises(ConfigurationError, match=rf"--aurora_ca_bundle authorities\.pem .*{words}"):
        read_ca_bundle(beside.name)


def test_reading_arguments_have_defaults_and_are_checked() -> None:
    job = job_of(resolve_arguments(argv(ARGUMENTS)))
    assert (job.csv_encoding, job.csv_separator, job.decimal_separator) == ("utf-8", "auto", "auto")
    assert job.max_rejected_percent == 10
    given = {
        "--csv_encoding": "ISO-8859-1", "--csv_separator": "tab", "--decimal_separator": ",",
        "--max_rejected_percent": "0.5",
    }  # fmt: skip
    job = job_of(resolve_arguments(argv({**ARGUMENTS, **given})))
    assert (job.csv_encoding, job.csv_separator, job.decimal_separator) == ("iso-8859-1", "\t", ",")
    assert job.max_rejected_percent == 0.5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("--csv_encoding", "utf-16"),
        ("--csv_separator", "#"),
        ("--decimal_separator", ";"),
        ("--max_rejected_percent", "ten"),
        ("--max_rejected_percent", "100.5"),
        ("--max_rejected_percent", "-1"),
    ],
)
def test_reading_argument_that_cannot_be_meant_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        resolve_arguments(argv({**ARGUMENTS, name: value}))


def test_argument_may_be_spelled_with_hyphens_but_not_twice() -> None:
    hyphens = {**ARGUMENTS, "--max-rejected-percent": "25"}
    assert job_of(resolve_arguments(argv(hyphens))).max_rejected_percent == 25
    assert job_of(resolve_arguments([*argv(ARGUMENTS), "--max-rejected-percent=25"])).max_rejected_percent == 25
    with pytest.raises(ConfigurationError, match=r"--max_rejected_percent is given twice"):
        resolve_arguments(argv({**hyphens, "--max_rejected_percent": "10"}))
