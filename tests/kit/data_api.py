"""Makes a cluster with a managed secret for the tests of the RDS Data API, and calls the API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.kit.rds import RdsKit

WITH_DATA_API: dict[str, Any] = {
    "ManageMasterUserPassword": True,
    "MasterUserPassword": None,
    "EnableHttpEndpoint": True,
}


class DataApi:
    """Calls with a cluster's ARN, its secret and its database."""

    def __init__(self, kit: RdsKit, cluster: dict[str, Any]) -> None:
        self.kit = kit
        self.cluster = cluster
        self.client = kit.client("rds-data")
        self.target = {"resourceArn": cluster["DBClusterArn"], "secretArn": cluster["MasterUserSecret"]["SecretArn"]}
        self.database = cluster["DatabaseName"]

    def execute(self, sql: str, parameters: list[dict[str, Any]] | None = None, **options: Any) -> dict[str, Any]:
        if parameters:
            options["parameters"] = parameters
        answer: dict[str, Any] = self.client.execute_statement(
            **{**self.target, "database": self.database, "sql": sql, **options}
        )
        return answer

    def value(self, sql: str, *parameters: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Returns the only field of the only record."""
        ((field,),) = self.execute(sql, list(parameters), **options)["records"]
        return dict(field)

    def batch(self, sql: str, *sets: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
        answer = self.client.batch_execute_statement(
            **self.target, database=self.database, sql=sql, parameterSets=list(sets), **options
        )
        return list(answer["updateResults"])

    def begin(self) -> str:
        return str(self.client.begin_transaction(**self.target, database=self.database)["transactionId"])

    def commit(self, transaction: str) -> str:
        return str(self.client.commit_transaction(**self.target, transactionId=transaction)["transactionStatus"])

    def rollback(self, transaction: str) -> str:
        return str(self.client.rollback_transaction(**self.target, transactionId=transaction)["transactionStatus"])

    @contextmanager
    def table(self, name: str, columns: str = "n bigint PRIMARY KEY") -> Iterator[str]:
        """Creates a table with this name for the block."""
        self.execute(f"CREATE TABLE {name} ({columns})")
        yield name
        self.execute(f"DROP TABLE {name}")


def until(condition: Callable[[], Any]) -> None:
    """Asks `condition` until it is true, for a minute at most."""
    last = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < last


def parameter(name: str, member: str, value: Any, hint: str | None = None) -> dict[str, Any]:
    """Returns a SqlParameter. `member` is a member of Field without its suffix `Value` (string, long, isNull, …)."""
    field = {member if member == "isNull" else f"{member}Value": value}
    return {"name": name, "value": field, **({"typeHint": hint} if hint else {})}


@contextmanager
def data_api(environment: Any) -> Iterator[DataApi]:
    """Makes a cluster as the project's Terraform does, for the block."""
    kit = RdsKit(environment)
    with (
        kit.parameter_group(rds__force_ssl="1") as group,
        kit.cluster(DBClusterParameterGroupName=group, **WITH_DATA_API) as cluster,
    ):
        yield DataApi(kit, cluster)
