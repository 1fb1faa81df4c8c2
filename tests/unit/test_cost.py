"""Sums of small plans by scripts/cost/prices.toml. The emulator's layer prices the real plans."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.base.errors import CommandError
from scripts.cost import page, plans
from scripts.cost.charges import monthly_cost
from scripts.terraform.plan import Plan

pytestmark = pytest.mark.unit
CLUSTER = {
    "backup_retention_period": 1,
    "serverlessv2_scaling_configuration": [{"min_capacity": 0, "max_capacity": 2, "seconds_until_auto_pause": 300}],
}


def plan(*resources: tuple[str, dict[str, Any]], **variables: Any) -> dict[str, Any]:
    """Returns a plan of `(address, values)`. An instance refers to the cluster, an endpoint's subnets are unknown."""
    changes, blocks = [], []
    for address, values in resources:
        type_ = address.split(".")[0]
        unknown = {"subnet_ids": True} if type_ == "aws_vpc_endpoint" and "subnet_ids" not in values else {}
        change = {"after": values, "after_unknown": unknown}
        changes.append({"address": address, "mode": "managed", "type": type_, "change": change})
        cluster = {"references": ["aws_rds_cluster.this.id", "aws_rds_cluster.this"]}
        blocks.append({"address": address.split("[")[0], "expressions": {"cluster_identifier": cluster}})
    return {
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": blocks}},
        "variables": {name: {"value": value} for name, value in variables.items()},
    }


def test_type_without_a_price_is_refused_by_its_address() -> None:
    with pytest.raises(CommandError, match=r"aws_nat_gateway.this: no price[\s\S]*prices.toml"):
        monthly_cost(plan(("aws_nat_gateway.this", {})))


@pytest.mark.parametrize(
    ("address", "values"),
    [
        ("aws_glue_job.this", {"worker_type": "G.025X", "number_of_workers": 2}),
        ("aws_glue_job.this", {"worker_type": "G.1X", "number_of_workers": None}),
        ("aws_rds_cluster_instance.this", {"instance_class": "db.r6g.large"}),
    ],
)
def test_size_without_a_price_is_refused(address: str, values: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="no price for"):
        monthly_cost(plan((address, values)))


def test_run_is_paid_by_worker_and_minute() -> None:
    """A month has 30.4 runs of 2 minutes on two G.1X, at $0.44 for an hour and DPU."""
    cost = monthly_cost(plan(("aws_glue_job.this", {"worker_type": "G.1X", "number_of_workers": 2})))
    assert cost.total == pytest.approx(30.4 * 2 / 60 * 2 * 0.44)


def test_instance_that_pauses_is_paid_while_awake_and_another_all_month() -> None:
    instance = ("aws_rds_cluster_instance.this[0]", {"instance_class": "db.serverless"})
    pausing = monthly_cost(plan(("aws_rds_cluster.this", CLUSTER), instance))
    scaling = {"serverlessv2_scaling_configuration": [{"min_capacity": 0.5, "max_capacity": 2}]}
    awake = monthly_cost(plan(("aws_rds_cluster.this", {**CLUSTER, **scaling}), instance))
    acu = {cost: sum(line.total for line in cost.lines if line.price == "aurora_acu") for cost in (pausing, awake)}
    assert acu[pausing] == pytest.approx(30.4 * 7 / 60 * 0.12)
    assert acu[awake] == pytest.approx(43.80)


@pytest.mark.parametrize(
    ("values", "variables", "zones"),
    [
        ({"subnet_ids": ["subnet-1", "subnet-2"]}, {}, 2),
        ({}, {"endpoint_in_every_zone": False}, 1),
        ({}, {"endpoint_in_every_zone": True}, 3),
        ({}, {}, 3),
    ],
)
def test_endpoint_is_paid_by_zone(values: dict[str, Any], variables: dict[str, Any], zones: int) -> None:
    subnets: list[tuple[str, dict[str, Any]]] = [(f'aws_subnet.private["{zone}"]', {}) for zone in "abc"]
    endpoint = ("aws_vpc_endpoint.secretsmanager", {"vpc_endpoint_type": "Interface", **values})
    gateway = ("aws_vpc_endpoint.s3", {"vpc_endpoint_type": "Gateway"})
    cost = monthly_cost(plan(endpoint, gateway, *subnets, **variables))
    assert [line.quantity for line in cost.lines if line.price == "endpoint_hour"] == [730 * zones]


def test_free_allowance_is_taken_off_once_and_not_below_nothing() -> None:
    few = monthly_cost(plan(*((f"aws_cloudwatch_dashboard.this[{n}]", {}) for n in range(2))))
    many = monthly_cost(plan(*((f"aws_cloudwatch_dashboard.this[{n}]", {}) for n in range(4))))
    assert (few.total, few.in_an_empty_account) == (6, 0)
    assert (many.total, many.in_an_empty_account) == (12, 3)


def test_what_the_plan_destroys_costs_nothing() -> None:
    document = plan(("aws_kms_key.this", {}))
    document["resource_changes"][0]["change"]["after"] = None
    assert monthly_cost(document).total == 0


def test_table_has_every_line_and_the_sum() -> None:
    cost = monthly_cost(plan(("aws_kms_key.this", {})))
    lines = page.table(cost).splitlines()
    assert (
        lines[2] == "| `aws_kms_key.this` | each yearly rotation adds 1, twice at most | 1 | $1 per key-month | $1.00 |"
    )
    assert lines[-1] == "| **Sum** |  |  |  | **$1.03** |"


@pytest.mark.parametrize("text", ["", "[]", "{}", "no JSON"])
def test_what_is_no_plan_is_refused_with_the_way_to_make_one(text: str) -> None:
    with pytest.raises(CommandError, match="terraform show -json"):
        plans.parse(text)


def test_argument_is_followed_through_variables_and_outputs() -> None:
    def refers(*names: str) -> dict[str, Any]:
        return {"references": list(names)}

    log_group = {"address": "aws_cloudwatch_log_group.job", "expressions": {"kms_key_id": refers("var.key")}}
    modules = {
        "keys": {"module": {"outputs": {"arn": {"expression": refers("aws_kms_key.this.arn", "aws_kms_key.this")}}}},
        "logs": {
            "expressions": {"key": refers("module.keys.arn", "module.keys")},
            "module": {"resources": [log_group]},
        },
    }
    address = 'module.logs[0].aws_cloudwatch_log_group.job["error"]'
    change = {"address": address, "mode": "managed", "type": "aws_cloudwatch_log_group", "change": {"after": {}}}
    found = Plan({"resource_changes": [change], "configuration": {"root_module": {"module_calls": modules}}})
    assert found.origins(found.resources[0], "kms_key_id") == {"module.keys.aws_kms_key.this"}
    assert found.origins(found.resources[0], "name") == set()
