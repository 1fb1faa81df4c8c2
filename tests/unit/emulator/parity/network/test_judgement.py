"""What a judged way does to a run: it ends, it gets a note, or nothing happens, and the way is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from glue_aurora.parity.network.clusters import Cluster
from glue_aurora.parity.network.judgement import judge_clusters, judge_service
from glue_aurora.parity.network.reachability import Interface
from glue_aurora.parity.network.runs import PROXIED, PROXIED_ALWAYS, Routes, RunNetwork, Runs
from glue_aurora.parity.network.services import endpoint_prefix, endpoint_services
from glue_aurora.parity.network.vpc import Vpc

from tests.kit.vpc import EVERYTHING, Change

pytestmark = pytest.mark.unit

DB = Cluster("db", "db.example", 5432, "", "vpc-1", ("subnet-db",), ("sg-db",), public=False)
OTHER = Cluster("other", "db.example", 5432, "", "vpc-1", ("subnet-db",), ("sg-endpoint",), public=False)


@dataclass
class Told:
    """What a run is told."""

    ends: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def run_in(change: Change, proxied: frozenset[str] = PROXIED) -> tuple[RunNetwork, Told]:
    told = Told()
    own = (Vpc(**change.of), Interface("subnet-job", ("sg-job",)))

    def no_client(service: str) -> Any:
        raise AssertionError(service)

    run = RunNetwork(
        "jr_1",
        "000000000000",
        "us-east-1",
        own,
        clients=no_client,
        end=told.ends.append,
        note=told.notes.append,
        routes=Routes(),
        proxied=proxied,
    )
    return run, told


def test_missing_way_ends_the_run_once() -> None:
    run, told = run_in(Change())
    judge_service(run, "kms", "us-east-1")
    judge_service(run, "sts", "us-east-1")
    assert len(told.ends) == 1
    assert told.ends[0] == run.stopped
    assert told.ends[0].startswith(
        'Connect timeout on endpoint URL: "https://kms.us-east-1.amazonaws.com/". (emulator) '
    )


def test_mode_warn_only_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMULATOR_PARITY", "warn")
    run, told = run_in(Change().group("sg-db", ingress=[]))
    judge_service(run, "kms", "us-east-1")
    judge_clusters(run, [DB])
    assert told.ends == []
    assert [note.startswith("On AWS this run would fail: ") for note in told.notes] == [True, True]


def test_doubt_is_noted() -> None:
    run, told = run_in(Change().group("sg-job", egress=[EVERYTHING]).route("rtb-job", TransitGatewayId="tgw-1"))
    judge_service(run, "kms", "us-east-1")
    assert told.ends == []
    assert "can't judge the way beyond tgw-1" in told.notes[0]


def test_one_of_the_clusters_that_share_an_endpoint_is_enough() -> None:
    run, told = run_in(Change())
    judge_clusters(run, [OTHER, DB])
    assert told.ends == []
    judge_clusters(run, [OTHER])
    assert told.ends[0].startswith('connection to server at "db.example", port 5432 failed: timeout expired.')


@pytest.mark.parametrize("service", ["glue", "monitoring", "logs"])
def test_glues_proxy_carries_its_own_services(service: str) -> None:
    run, told = run_in(Change())
    judge_service(run, service, "us-east-1")
    assert told.ends == []
    run, told = run_in(Change(), PROXIED_ALWAYS)
    judge_service(run, service, "us-east-1")
    assert bool(told.ends) is (service != "logs")


def test_service_of_another_region_is_not_behind_the_endpoint() -> None:
    run, told = run_in(Change())
    judge_service(run, "secretsmanager", "us-east-1")
    assert told.ends == []
    judge_service(run, "secretsmanager", "eu-west-1")
    assert "secretsmanager.eu-west-1.amazonaws.com" in told.ends[0]


def test_routes_are_kept_with_their_counts() -> None:
    run, _ = run_in(Change())
    for service in ("s3", "secretsmanager", "s3"):
        run.way_to_service(service, "us-east-1")
    run.way_to_service("kms", "us-east-1", used=False)
    kept = run.routes.of("jr_1")
    assert [(each.destination, each.way.endpoint, each.count) for each in kept] == [
        ("s3", "vpce-s3", 2),
        ("secretsmanager", "vpce-secrets", 1),
    ]


def test_routes_forget_the_oldest_run() -> None:
    routes = Routes(most_runs=2)
    way = run_in(Change())[0].way_to_service("s3", "us-east-1")
    for run_id in ("1", "2", "3"):
        routes.add(run_id, "s3", way)
    assert [len(routes.of(run_id)) for run_id in ("1", "2", "3")] == [0, 1, 1]


def test_credentials_lead_to_their_run_until_it_ends() -> None:
    runs, (run, _) = Runs(), run_in(Change())
    runs.add("KEY", run)
    runs.add_session("KEY", "SESSION")
    runs.add_session("STRANGER", "OTHER")
    assert (runs.of("KEY"), runs.of("SESSION"), runs.of("OTHER"), runs.of(None)) == (run, run, None, None)
    runs.forget(run)
    assert (runs.of("KEY"), runs.of("SESSION")) == (None, None)


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("s3", "s3"),
        ("secretsmanager", "secretsmanager"),
        ("cloudwatch", "monitoring"),
        ("stepfunctions", "states"),
        ("kinesis", "kinesis-streams"),
        ("ecr", "ecr.api"),
        ("nonsense", "nonsense"),
    ],
)
def test_services_have_the_names_of_their_endpoints(service: str, name: str) -> None:
    assert f"com.amazonaws.us-east-1.{name}" in endpoint_services(endpoint_prefix(service), "us-east-1")
