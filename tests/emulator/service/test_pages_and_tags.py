"""All services share the form of pages and tags, and answer in their own words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.kit.aws import refused, unique
from tests.kit.rds import FAMILY

pytestmark = pytest.mark.emulator

ACCOUNT = "000000000000"


@pytest.fixture
def budgets(environment: Any) -> Iterator[tuple[Any, list[str]]]:
    """Returns a client and the names of three budgets in order."""
    client, prefix = environment.client("budgets"), unique("paged")
    names = [f"{prefix}-{number}" for number in range(3)]
    for name in names:
        definition = {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY"}
        limit = {"Amount": "1", "Unit": "USD"}
        client.create_budget(AccountId=ACCOUNT, Budget={**definition, "BudgetLimit": limit})
    yield client, names
    for name in names:
        client.delete_budget(AccountId=ACCOUNT, BudgetName=name)


def test_budgets_come_in_pages(budgets: tuple[Any, list[str]]) -> None:
    client, names = budgets
    pages = list(client.get_paginator("describe_budgets").paginate(AccountId=ACCOUNT, PaginationConfig={"PageSize": 2}))
    assert [len(page["Budgets"]) for page in pages[:-1]] == [2] * (len(pages) - 1)
    found = [one["BudgetName"] for page in pages for one in page["Budgets"]]
    assert [name for name in found if name in names] == names
    with refused("InvalidNextTokenException"):
        client.describe_budgets(AccountId=ACCOUNT, NextToken="bm90aGluZw==")


def test_rds_pages_have_a_size_and_a_marker_that_rds_gave(environment: Any) -> None:
    rds = environment.client("rds")
    name = f"default.{FAMILY}"
    first = rds.describe_db_cluster_parameters(DBClusterParameterGroupName=name, MaxRecords=20)
    second = rds.describe_db_cluster_parameters(DBClusterParameterGroupName=name, MaxRecords=20, Marker=first["Marker"])
    whole = rds.describe_db_cluster_parameters(DBClusterParameterGroupName=name)["Parameters"]
    shown = [one["ParameterName"] for page in (first, second) for one in page["Parameters"]]
    assert shown == [one["ParameterName"] for one in whole[:40]]
    for marker in ("bm90aGluZw==", "%%%"):
        with refused("InvalidParameterValue", "The specified marker is invalid"):
            rds.describe_db_cluster_parameters(DBClusterParameterGroupName=name, Marker=marker)
    for size in (0, 19, 101):
        with refused("InvalidParameterValue", f"Invalid value {size} for MaxRecords"):
            rds.describe_db_cluster_parameters(DBClusterParameterGroupName=name, MaxRecords=size)


def test_the_prefix_of_aws_is_reserved(environment: Any, budgets: tuple[Any, list[str]]) -> None:
    tags = [{"Key": "AWS:owner", "Value": "x"}]
    client, names = budgets
    with refused("InvalidParameterException", "aws:"):
        client.tag_resource(ResourceARN=f"arn:aws:budgets::{ACCOUNT}:budget/{names[0]}", ResourceTags=tags)
    rds, group = environment.client("rds"), unique("tagged")
    with refused("InvalidParameterValue", "aws:"):
        rds.create_db_parameter_group(
            DBParameterGroupName=group, DBParameterGroupFamily=FAMILY, Description="d", Tags=tags
        )
    created = rds.create_db_parameter_group(
        DBParameterGroupName=group, DBParameterGroupFamily=FAMILY, Description="d", Tags=[{"Key": "a", "Value": "1"}]
    )
    arn = created["DBParameterGroup"]["DBParameterGroupArn"]
    with refused("InvalidParameterValue", "aws:"):
        rds.add_tags_to_resource(ResourceName=arn, Tags=tags)
    rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "b"}])
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["a", "absent"])
    assert rds.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "b", "Value": ""}]
    rds.delete_db_parameter_group(DBParameterGroupName=group)
