"""Computes the monthly cost of a plan from the list prices in `prices.toml`."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.base.errors import CommandError
from scripts.terraform.plan import Plan, Resource

PRICES = Path(__file__).with_name("prices.toml")
DPU = {"G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}


@dataclass(frozen=True)
class Line:
    """One price of one resource: `quantity` units of `unit` at `usd` dollars each."""

    address: str
    price: str
    quantity: float
    unit: str
    usd: float
    how: str

    @property
    def total(self) -> float:
        return self.quantity * self.usd


@dataclass(frozen=True)
class Cost:
    """A month in US dollars: `total` at list prices, `in_an_empty_account` without what every account gets free."""

    lines: tuple[Line, ...]
    in_an_empty_account: float

    @property
    def total(self) -> float:
        return sum(line.total for line in self.lines)


def monthly_cost(plan_json: Mapping[str, Any]) -> Cost:
    """The monthly cost of everything that exists once the plan is applied, changed by it or not.

    Args:
        plan_json: the output of `terraform show -json PLANFILE`.

    Raises:
        CommandError: a resource type, worker type or instance class has no price.
    """
    prices = tomllib.loads(PRICES.read_text())
    plan = Plan(plan_json)
    usage = {name: float(each["value"]) for name, each in prices["usage"].items()}
    lines = []
    for resource in plan.resources:
        if resource.type in prices["free"]:
            continue
        if resource.type not in CHARGES:
            raise _unknown(f"{resource.address}: no price for {resource.type}")
        for name, quantity, how in CHARGES[resource.type](resource, plan, usage):
            price = prices["prices"][name]
            lines.append(Line(resource.address, name, quantity, price["unit"], price["usd"], how))
    used: dict[str, float] = defaultdict(float)
    for line in lines:
        used[line.price] += line.quantity
    billed = {name: max(0.0, used[name] - prices["prices"][name].get("free", 0)) for name in used}
    return Cost(tuple(lines), sum(billed[name] * prices["prices"][name]["usd"] for name in used))


def _unknown(cause: str) -> CommandError:
    return CommandError(
        cause, "add it to scripts/cost/prices.toml, with the source, and to CHARGES in scripts/cost/charges.py"
    )


Charge = tuple[str, float, str]  # name of the price, quantity, how the quantity is computed
Usage = Mapping[str, float]


def _awake_hours(cluster: Resource, usage: Usage) -> float:
    """The hours a month in which a pausing cluster is awake: each run, and the idle time before the next pause."""
    scaling = cluster.values["serverlessv2_scaling_configuration"][0]
    minutes = usage["run_minutes"] + scaling["seconds_until_auto_pause"] / 60
    return min(usage["hours"], float(usage["runs_a_day"] * usage["days"] * minutes / 60))


def _cluster(cluster: Resource, plan: Plan, usage: Usage) -> Iterator[Charge]:
    yield "aurora_storage", usage["aurora_gb"], "data and indexes"
    yield "aurora_io", usage["aurora_million_io"], "reads and writes"
    days = cluster.values["backup_retention_period"]
    yield "aurora_backup", usage["aurora_gb"] * (days - 1), f"{days} days of backups, the first free; at most"
    if cluster.values.get("manage_master_user_password"):
        yield "secret", 1, "master user's secret"
        yield "secret_calls", usage["secret_ten_thousand"], "calls"
    if cluster.values.get("enable_http_endpoint"):
        yield "data_api", usage["data_api_million"], "statements through the Data API"


def _cluster_instance(instance: Resource, plan: Plan, usage: Usage) -> Iterator[Charge]:
    if instance.values["instance_class"] != "db.serverless":
        raise _unknown(f"{instance.address}: no price for {instance.values['instance_class']}")
    clusters = plan.origins(instance, "cluster_identifier")
    cluster = next(each for each in plan.of("aws_rds_cluster") if each.plain_address in clusters)
    scaling = cluster.values["serverlessv2_scaling_configuration"][0]
    least = scaling["min_capacity"]
    if least:
        yield "aurora_acu", usage["hours"] * least, f"never below {least} ACU"
        return
    hours, acu = _awake_hours(cluster, usage), min(usage["aurora_awake_acu"], scaling["max_capacity"])
    yield "aurora_acu", hours * acu, f"awake {hours:.1f} h at {acu:g} ACU, else paused"


def _glue_job(job: Resource, plan: Plan, usage: Usage) -> Iterator[Charge]:
    worker, number = job.values.get("worker_type"), job.values.get("number_of_workers")
    if worker not in DPU or not number:
        raise _unknown(f"{job.address}: no price for {number} workers of type {worker}")
    minutes, runs = max(1.0, usage["run_minutes"]), usage["runs_a_day"] * usage["days"]
    how = f"{runs:g} runs of {minutes:g} min on {number} × {worker}"
    yield "glue", runs * minutes / 60 * number * DPU[worker], how


def _endpoint(endpoint: Resource, plan: Plan, usage: Usage) -> Iterator[Charge]:
    if endpoint.values["vpc_endpoint_type"] == "Gateway":
        return  # free
    if not isinstance(endpoint.unknown.get("subnet_ids"), bool):
        zones = len(endpoint.values["subnet_ids"])
    elif plan.variables.get("endpoint_in_every_zone") is False:  # before the first apply the subnets have no ids
        zones = 1
    else:
        zones = len(plan.of("aws_subnet"))
    yield "endpoint_hour", zones * usage["hours"], f"in {zones} zone{'s' if zones > 1 else ''}"
    yield "endpoint_data", usage["endpoint_gb"], "secrets"


def _bucket(bucket: Resource, plan: Plan, usage: Usage) -> Iterator[Charge]:
    yield "s3_storage", usage["s3_gb"], "objects and old versions"
    yield "s3_puts", usage["s3_thousand_puts"], "PUT, COPY, LIST"
    yield "s3_gets", usage["s3_thousand_gets"], "GET"


def _key(key: Resource, plan: Plan, usage: Usage) -> Iterator[Charge]:
    yield "kms_key", 1, "each yearly rotation adds 1, twice at most"
    yield "kms_calls", usage["kms_ten_thousand"], "calls"


def _log_group(group: Resource, plan: Plan, usage: Usage) -> Iterator[Charge]:
    kept = usage["log_gb_a_group"] * group.values["retention_in_days"] / usage["days"]
    yield "log_ingestion", usage["log_gb_a_group"], "lines of the runs"
    yield "log_storage", kept, f"{group.values['retention_in_days']} days"


def _alarm(alarm: Resource, plan: Plan, usage: Usage) -> Iterator[Charge]:
    queries = [each for each in alarm.values.get("metric_query") or [] if each.get("metric")]
    yield "alarm", max(1, len(queries)), "metrics"


def _one(price: str, how: str) -> Callable[[Resource, Plan, Usage], Iterator[Charge]]:
    return lambda resource, plan, usage: iter([(price, 1, how)])


def _topic(topic: Resource, plan: Plan, usage: Usage) -> Iterator[Charge]:
    yield "email", usage["emails"], "e-mails"


CHARGES: dict[str, Callable[[Resource, Plan, Usage], Iterator[Charge]]] = {
    "aws_cloudwatch_dashboard": _one("dashboard", "a month"),
    "aws_cloudwatch_log_group": _log_group,
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_glue_job": _glue_job,
    "aws_kms_key": _key,
    "aws_rds_cluster": _cluster,
    "aws_rds_cluster_instance": _cluster_instance,
    "aws_s3_bucket": _bucket,
    "aws_secretsmanager_secret": _one("secret", "a month"),
    "aws_sns_topic": _topic,
    "aws_vpc_endpoint": _endpoint,
}
