"""SQL through the RDS Data API. Aurora is in private subnets, and the Data API reaches it without a bastion host.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from botocore.exceptions import ClientError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from scripts.base.errors import DatabaseError
from scripts.case.statements import statements
from scripts.cloud.cloud import Cloud
from scripts.environment import tables

RESUMING = "DatabaseResumingException"
RESUME_SECONDS = 120  # Aurora says 15 to 30
ASK_AGAIN_SECONDS = 3.0
CORRECT = "correct the statement, or what the message names"
T = TypeVar("T")


@dataclass(frozen=True)
class Result:
    """Rows of a statement: int, float, bool, str, bytes or None, NUMERIC as Decimal. `updated` counts rows written."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    updated: int = 0


class DataApi:
    """Runs statements on the cluster's database as its master user, with the managed secret.

    Its methods raise DatabaseError when the cluster refuses or does not wake up.
    """

    def __init__(self, cloud: Cloud, outputs: Mapping[str, Any], waking: Callable[[], None] = lambda: None) -> None:
        """Calls `waking` each time that the cluster answers that it was paused and resumes."""
        self._client, self._waking = cloud.client("rds-data"), waking
        found = cloud.client("rds").describe_db_clusters(DBClusterIdentifier=outputs["aurora_cluster_identifier"])
        cluster = found["DBClusters"][0]
        if not cluster.get("HttpEndpointEnabled"):
            raise DatabaseError(
                f"the cluster {cluster['DBClusterIdentifier']} does not enable the RDS Data API",
                "apply terraform/, whose module 4_rds_aurora enables it (enable_http_endpoint)",
            )
        secret = outputs["secret_manager_aurora_credentials_arn"]
        self._cluster = {"resourceArn": cluster["DBClusterArn"], "secretArn": secret}
        self._database = {"database": outputs["aurora_database_name"]}

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[Callable[..., Result]]:
        """Yields `execute(sql, **values)`. Commits at the end of the block, rolls back when the block fails."""
        began = self._call(self._client.begin_transaction, **self._cluster, **self._database)
        inside = {"transactionId": began["transactionId"]}
        try:
            if read_only:
                self._execute("SET TRANSACTION READ ONLY", inside, {})
                self._execute("SELECT 1", inside, {})  # after a query PostgreSQL refuses SET TRANSACTION READ WRITE
            yield lambda sql, **values: self._execute(sql, inside, values)
        except BaseException:
            with suppress(DatabaseError):  # AWS may have rolled back by itself; the user must see the first failure
                self._call(self._client.rollback_transaction, **self._cluster, **inside)
            raise
        self._call(self._client.commit_transaction, **self._cluster, **inside)

    def run(self, path: Path) -> None:
        """Runs the statements of a file in one transaction, one a call. Raises DatabaseError, naming the file."""
        try:
            with self.transaction() as execute:
                execute(tables.LOCK_TIMEOUT)
                for each in statements(path.read_text(encoding="utf-8")):
                    execute(each.sql)
        except DatabaseError as error:
            raise tables.refused(path, error.cause) from None

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self.transaction(read_only=True) as execute:
            return execute(sql).rows

    def _execute(self, sql: str, inside: Mapping[str, str], values: Mapping[str, str | int]) -> Result:
        parameters = [
            {"name": name, "value": {"longValue" if isinstance(value, int) else "stringValue": value}}
            for name, value in values.items()
        ]
        given = {**self._cluster, **self._database, **inside, "sql": sql, "parameters": parameters}
        answer = self._call(self._client.execute_statement, **given, includeResultMetadata=True)
        described = answer.get("columnMetadata", [])
        numeric = [column.get("typeName") == "numeric" for column in described]
        return Result(
            [column.get("label") or column.get("name", "") for column in described],
            [_row(record, numeric) for record in answer.get("records", [])],
            answer.get("numberOfRecordsUpdated", 0),
        )

    def _call(self, operation: Callable[..., T], **arguments: Any) -> T:
        """Repeats the call while the cluster resumes: the first call to a paused cluster wakes it and fails."""
        try:
            return Retrying(
                retry=retry_if_exception(_is_resuming),
                wait=wait_fixed(ASK_AGAIN_SECONDS),
                stop=stop_after_delay(RESUME_SECONDS),
                before_sleep=lambda _: self._waking(),
                reraise=True,
            )(operation, **arguments)
        except ClientError as error:
            found = error.response["Error"]
            if found["Code"] == RESUMING:
                raise DatabaseError(
                    f"the cluster did not wake up in {RESUME_SECONDS} s: {found['Message']}",
                    "look at the cluster in the RDS console, then run the same command again",
                ) from None
            raise DatabaseError(f"{found['Code']}: {found['Message']}", CORRECT) from None


def _is_resuming(error: BaseException) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] == RESUMING


def _row(record: Sequence[Mapping[str, Any]], numeric: Sequence[bool]) -> tuple[Any, ...]:
    values = []
    for field, is_numeric in zip(record, numeric, strict=True):
        kind, value = next(iter(field.items()))
        if kind == "isNull":
            value = None
        elif is_numeric:
            value = Decimal(str(value))  # AWS sends text, so that no digit is lost
        values.append(value)
    return tuple(values)
