"""Taking something away, or denying more, never makes a destination reachable. Networks are drawn from fixed seeds."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from glue_aurora.parity.network.clusters import Cluster, to_cluster
from glue_aurora.parity.network.reachability import Interface, to_internet
from glue_aurora.parity.network.service_ways import to_service
from glue_aurora.parity.network.vpc import Vpc

from tests.kit.vpc import ANYWHERE, EVERYTHING, Change, entry, tcp

pytestmark = pytest.mark.unit

JOB = Interface("subnet-job", ("sg-job",))
CLUSTER = Cluster("db", "db.example", 5432, "", "vpc-1", ("subnet-db",), ("sg-db",), public=False)
CIDRS = (
    ANYWHERE,
    "10.0.0.0/16",
    "10.0.0.0/24",
    "10.0.1.0/24",
    "10.0.1.7/32",
    "10.0.0.0/25",
    "52.0.0.0/8",
    "8.8.8.8/32",
)
PORTS = (None, (443, 443), (5432, 5432), (1, 1023), (1024, 65535), (32768, 60999))


def reached(fields: dict[str, Any]) -> set[str]:
    vpc = Vpc(**fields)
    ways = {service: to_service(vpc, JOB, service, "us-east-1") for service in ("s3", "secretsmanager", "kms")}
    ways["internet"] = to_internet(vpc, JOB)
    ways["db"] = to_cluster((vpc, JOB), CLUSTER, lambda _: vpc)
    return {name for name, way in ways.items() if way.reaches}


def drawn(dice: random.Random) -> dict[str, Any]:
    """Returns the fields of a network with rules, entries and a route to the NAT gateway drawn by lot."""
    change = Change()
    if dice.random() < 0.5:
        change.nat()
    for group in ("sg-job", "sg-endpoint", "sg-db"):
        for direction in ("IpPermissions", "IpPermissionsEgress"):
            rules = change.of["groups"][group].setdefault(direction, [])
            rules += [
                tcp(dice.choice((443, 5432, (0, 65535))), cidr=dice.choice(CIDRS)) for _ in range(dice.randint(0, 2))
            ]
    for subnet in ("subnet-job", "subnet-db", "subnet-public"):
        if dice.random() < 0.5:
            change.acl(subnet, *(lot(dice, number) for number in range(1, dice.randint(1, 6))))
    return change.of


def lot(dice: random.Random, number: int, action: str = "") -> dict[str, Any]:
    action = action or dice.choice(("allow", "deny"))
    return entry(number, action, egress=dice.random() < 0.5, cidr=dice.choice(CIDRS), ports=dice.choice(PORTS))


def narrowed(dice: random.Random, fields: dict[str, Any]) -> dict[str, Any]:
    """Returns the fields with one thing taken away or one Deny added."""
    less = copy.deepcopy(fields)
    kind = dice.choice(("rule", "deny", "allow", "route", "endpoint's group", "nat", "dns"))
    if kind == "rule":
        rules = dice.choice(
            [rules for each in less["groups"].values() for rules in each.values() if isinstance(rules, list)]
        )
        if rules:
            rules.pop(dice.randrange(len(rules)))
    elif kind == "deny":
        dice.choice(less["acls"])["Entries"].append(lot(dice, dice.choice((-1, 3, 101)), "deny"))
    elif kind == "allow":
        entries = dice.choice(less["acls"])["Entries"]
        allows = [each for each in entries if each["RuleAction"] == "allow"]
        entries.remove(dice.choice(allows)) if allows else None
    elif kind == "route":
        routes = dice.choice(less["route_tables"])["Routes"]
        routes.pop() if routes else None
    elif kind == "endpoint's group":
        less["endpoints"][1]["Groups"] = []
    elif kind == "nat":
        less["nat_gateways"]["nat-1"]["State"] = "deleted"
    else:
        less["dns_support"] = False
    return less


@pytest.mark.parametrize("seed", range(20))
def test_less_never_reaches_more(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311
    for _ in range(10):
        fields = drawn(dice)
        less = narrowed(dice, fields)
        assert reached(less) <= reached(fields), (fields, less)


@pytest.mark.parametrize("seed", range(5))
def test_another_rule_of_a_group_never_stops_anything(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311
    for _ in range(10):
        fields = drawn(dice)
        more = copy.deepcopy(fields)
        more["groups"][dice.choice(sorted(more["groups"]))].setdefault("IpPermissionsEgress", []).append(EVERYTHING)
        assert reached(fields) <= reached(more), (fields, more)


def test_drawn_networks_differ() -> None:
    found = {frozenset(reached(drawn(random.Random(seed)))) for seed in range(40)}  # noqa: S311
    assert len(found) > 3
