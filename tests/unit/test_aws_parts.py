"""Parts of the commands for AWS that the local environment can't show: a paused cluster, a taken name."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scripts.base.errors import CommandError, DatabaseError
from scripts.case import data_api
from scripts.case.data_api import DataApi
from scripts.case.statements import Statement, statements
from scripts.cloud import state_bucket, teardown
from scripts.cloud.cloud import local_client
from tests.kit.recorder import Recorder, Request

pytestmark = pytest.mark.unit
OUTPUTS = {
    "aurora_cluster_identifier": "c",
    "aurora_database_name": "letrus",
    "secret_manager_aurora_credentials_arn": "arn:aws:secretsmanager:us-east-1:000000000000:secret:s",
}


class Paused(Recorder):
    """A cluster that answers `times` calls with DatabaseResumingException, and then a row with a NUMERIC."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def answer(self, request: Request) -> tuple[int, str]:
        if b"DescribeDBClusters" in request.body:
            found = "<DBClusterArn>arn:aws:rds:us-east-1:000000000000:cluster:c</DBClusterArn>"
            found += "<HttpEndpointEnabled>true</HttpEndpointEnabled>"
            return (
                200,
                f"<R><DescribeDBClustersResult><DBClusters><DBCluster>{found}</DBCluster></DBClusters></DescribeDBClustersResult></R>",
            )
        if self.times:
            self.times -= 1
            return 400, json.dumps({"__type": "DatabaseResumingException", "message": "is resuming"})
        return 200, json.dumps(
            {
                "transactionId": "t",
                "columnMetadata": [{"name": "nota", "label": "nota", "typeName": "numeric"}],
                "records": [[{"stringValue": "9.50"}]],
            }
        )


class Place:
    def __init__(self, url: str) -> None:
        self.url = url

    def client(self, service: str) -> Any:
        return local_client(self.url, service)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_api, "ASK_AGAIN_SECONDS", 0)


def test_a_paused_cluster_is_asked_until_it_is_awake() -> None:
    told: list[str] = []
    with Paused(3).running() as cluster:
        api = DataApi(Place(cluster.url), OUTPUTS, waking=lambda: told.append("wakes"))  # type: ignore[arg-type]
        with api.transaction(read_only=True) as execute:
            result = execute("SELECT nota")
    assert told == ["wakes"] * 3
    assert (result.columns, result.rows) == (["nota"], [(Decimal("9.50"),)])


def test_a_cluster_that_does_not_wake_up_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_api, "RESUME_SECONDS", 0)
    with Paused(1000).running() as cluster:
        api = DataApi(Place(cluster.url), OUTPUTS)  # type: ignore[arg-type]
        with pytest.raises(DatabaseError, match="did not wake up"), api.transaction():
            pass


class RolledBack(Paused):
    """A cluster that refuses a statement and ends its transaction by itself."""

    def answer(self, request: Request) -> tuple[int, str]:
        if request.target == "/Execute":
            return 400, json.dumps({"__type": "DatabaseErrorException", "message": "division by zero"})
        if request.target == "/RollbackTransaction":
            return 404, json.dumps({"__type": "TransactionNotFoundException", "message": "is not found"})
        return super().answer(request)


def test_what_failed_is_shown_though_the_transaction_is_gone() -> None:
    with RolledBack(0).running() as cluster:
        api = DataApi(Place(cluster.url), OUTPUTS)  # type: ignore[arg-type]
        with pytest.raises(DatabaseError, match="division by zero"), api.transaction() as execute:
            execute("SELECT 1/0")
        assert [request.target for request in cluster.requests].count("/RollbackTransaction") == 1


class Taken(Recorder):
    def answer(self, request: Request) -> tuple[int, str]:
        return (403, "") if request.method == "HEAD" else super().answer(request)


def test_a_bucket_of_another_account_is_not_touched() -> None:
    with Taken().running() as aws:
        with pytest.raises(CommandError, match=r"taken by another account[\s\S]*STATE_BUCKET="):
            state_bucket.ensure(local_client(aws.url, "s3"), "common-name", "000000000000", "us-east-1")
        assert {request.method for request in aws.requests} == {"HEAD"}
        assert {request.headers["x-amz-expected-bucket-owner"] for request in aws.requests} == {"000000000000"}


def test_statements_of_a_file() -> None:
    text = """-- The tables; begun in 2026.
    CREATE TABLE a (t TEXT DEFAULT ';');  -- a comment; with a semicolon

    -- name: second
    SELECT '--;', $$ ; $$ FROM a
     WHERE t = ':x' /* ; */;
    -- The end; no more.
    """
    assert statements(text) == [
        Statement("CREATE TABLE a (t TEXT DEFAULT ';')"),
        Statement("SELECT '--;', $$ ; $$ FROM a\n     WHERE t = ':x'", "second"),
    ]


def test_destroy_remembers_every_resource_of_a_type(tmp_path: Path) -> None:
    """Also of a destroy that was interrupted, when the state has lost some of them."""
    state = [
        {"address": f"aws_s3_bucket.{name}", "type": "aws_s3_bucket", "values": {"bucket": name}}
        for name in ("data", "logs")
    ]
    state += [
        {"address": f"aws_kms_key.{name}", "type": "aws_kms_key", "values": {"arn": f"arn:{name}"}}
        for name in ("first", "second")
    ]
    state += [
        {
            "address": f"aws_rds_cluster.{name}",
            "type": "aws_rds_cluster",
            "values": {
                "cluster_identifier": name,
                "kms_key_id": key,
                "master_user_secret": [{"secret_arn": f"arn:secret:{name}"}],
                "skip_final_snapshot": skip,
                "final_snapshot_identifier": f"{name}-last",
            },
        }
        for name, key, skip in (("kept", "arn:first", False), ("dropped", "arn:second", True))
    ]
    whole = teardown.known(tmp_path / "memory", state)
    assert sorted(whole.buckets.values()) == ["data", "logs"]
    assert sorted(whole.keys.values()) == ["arn:first", "arn:second"]
    assert sorted(whole.clusters.values()) == ["dropped", "kept"]
    assert sorted(whole.secrets.values()) == ["arn:secret:dropped", "arn:secret:kept"]
    assert list(whole.snapshots.values()) == ["kept-last"]
    assert list(whole.snapshot_keys.values()) == ["arn:first"]
    assert teardown.known(tmp_path / "memory", state[:1]) == whole


def test_destroy_of_an_empty_state_remembers_nothing(tmp_path: Path) -> None:
    assert not teardown.known(tmp_path / "memory", [])
    assert not (tmp_path / "memory").exists()
