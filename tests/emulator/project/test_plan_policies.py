"""The plans of dev and prod keep to the policies, and each policy fails on a plan that breaks it."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scripts.cost import page, plans
from scripts.cost.charges import monthly_cost
from scripts.terraform.plan import Plan
from scripts.terraform.root import Terraform
from tests.kit import plan_policies as policies
from tests.kit.plan_statements import statements

pytestmark = pytest.mark.emulator
Document = dict[str, Any]


@pytest.fixture(scope="module")
def documents(environment: Any) -> dict[str, Document]:
    """Returns the JSON of each environment's plan, made against an account that has only the state bucket."""
    terraform = Terraform(environment.instance)
    terraform.init()
    return {name: plans.of(terraform, name, environment.instance.folder) for name in plans.ENVIRONMENTS}


@pytest.mark.parametrize("name", plans.ENVIRONMENTS)
@pytest.mark.parametrize("policy", policies.EVERYWHERE, ids=lambda policy: policy.__name__)
def test_plan_keeps_to_the_policy(policy: policies.Policy, name: str, documents: dict[str, Document]) -> None:
    assert list(policy(Plan(documents[name]))) == []


def test_data_of_prod_outlives_a_mistake(documents: dict[str, Document]) -> None:
    assert list(policies.data_outlives_a_mistake(Plan(documents["prod"]))) == []


def test_dev_can_be_torn_down(documents: dict[str, Document]) -> None:
    assert any("no deletion protection" in each for each in policies.data_outlives_a_mistake(Plan(documents["dev"])))


def test_every_exception_is_still_needed(documents: dict[str, Document]) -> None:
    found = {(each.document, each.sid) for document in documents.values() for each in statements(Plan(document))}
    assert {*policies.ON_EVERYTHING, *policies.UNTIED_SERVICES} <= found


def test_cost_page_is_what_the_plans_cost(documents: dict[str, Document]) -> None:
    costs = {name: monthly_cost(document) for name, document in documents.items()}
    assert page.PAGE.read_text() == page.page(costs, documents), "out of step: make cost"
    assert costs["dev"].total <= 11


def after(document: Document, address: str) -> Document:
    """Returns the planned values of a resource. A test may change them in place."""
    return next(each["change"]["after"] for each in document["resource_changes"] if each["address"] == address)


def block(document: Document, address: str) -> Document:
    """Returns the expressions of a block of the configuration."""
    module, local = document["configuration"]["root_module"], re.sub(r"(module\.\w+\.)+", "", address)
    for name in re.findall(r"module\.(\w+)", address):
        module = module["module_calls"][name]["module"]
    return next(each["expressions"] for each in module["resources"] if each["address"] == local)


def read(document: Document, address: str) -> list[Document]:
    """Returns the statements of a policy document, which Terraform reads before the apply or during it."""

    def walk(module: Document) -> Iterator[Document]:
        yield from module.get("resources", [])
        for child in module.get("child_modules", []):
            yield from walk(child)

    found = [
        each["values"] for each in walk(document["prior_state"]["values"]["root_module"]) if each["address"] == address
    ]
    statement: list[Document] = (found[0] if found else after(document, address))["statement"]
    return statement


def without_reference(expression: Document, resource: str) -> None:
    """Takes the references to `resource` and its attributes out of an expression."""
    expression["references"] = [each for each in expression["references"] if not each.startswith(resource)]


def without(document: Document, type_: str) -> None:
    document["resource_changes"] = [each for each in document["resource_changes"] if each["type"] != type_]


BUCKET, CLUSTER = "module.s3.aws_s3_bucket.data", "module.rds_aurora.aws_rds_cluster.this"
JOB = "module.glue.aws_glue_job.this"
LOGS = 'module.glue.aws_cloudwatch_log_group.job["error"]'
ROLE_POLICY = "module.iam.data.aws_iam_policy_document.glue"
SSE = "module.s3.aws_s3_bucket_server_side_encryption_configuration.data"
BREAKS: list[tuple[policies.Policy, str, Callable[[Document], Any]]] = [
    (
        policies.every_type_is_known,
        "another type",
        lambda d: next(each for each in d["resource_changes"] if each["address"] == BUCKET).update(
            type="aws_nat_gateway"
        ),
    ),
    (
        policies.everything_is_encrypted_with_the_key,
        "storage of the cluster",
        lambda d: after(d, CLUSTER).update(storage_encrypted=False),
    ),
    (
        policies.everything_is_encrypted_with_the_key,
        "AWS's own key",
        lambda d: block(d, CLUSTER).pop("kms_key_id"),
    ),
    (
        policies.everything_is_encrypted_with_the_key,
        "AWS's own key for the secret",
        lambda d: block(d, CLUSTER).pop("master_user_secret_kms_key_id"),
    ),
    (
        policies.everything_is_encrypted_with_the_key,
        "AWS's own key for logs",
        lambda d: block(d, "module.glue.aws_cloudwatch_log_group.job").pop("kms_key_id"),
    ),
    (
        policies.everything_is_encrypted_with_the_key,
        "bucket without default",
        lambda d: without(d, "aws_s3_bucket_server_side_encryption_configuration"),
    ),
    (
        policies.everything_is_encrypted_with_the_key,
        "bucket with S3's key",
        lambda d: after(d, SSE)["rule"][0]["apply_server_side_encryption_by_default"][0].update(sse_algorithm="AES256"),
    ),
    (
        policies.everything_is_encrypted_with_the_key,
        "key that stays",
        lambda d: after(d, "module.s3.aws_kms_key.this").update(enable_key_rotation=False),
    ),
    (
        policies.everything_is_encrypted_with_the_key,
        "object of its own",
        lambda d: after(d, 'module.s3.aws_s3_object.sample["notas.csv"]').update(server_side_encryption="AES256"),
    ),
    (
        policies.nothing_is_public,
        "bucket open to policies",
        lambda d: after(d, "module.s3.aws_s3_bucket_public_access_block.data").update(restrict_public_buckets=False),
    ),
    (policies.nothing_is_public, "no block", lambda d: without(d, "aws_s3_bucket_public_access_block")),
    (policies.nothing_is_public, "access lists", lambda d: without(d, "aws_s3_bucket_ownership_controls")),
    (
        policies.nothing_is_public,
        "public instance",
        lambda d: after(d, _first(d, "aws_rds_cluster_instance")).update(publicly_accessible=True),
    ),
    (
        policies.nothing_is_public,
        "public addresses",
        lambda d: after(d, 'module.networking.aws_subnet.private["us-east-1a"]').update(map_public_ip_on_launch=True),
    ),
    (
        policies.nothing_is_public,
        "policy for anybody",
        lambda d: read(d, "module.s3.data.aws_iam_policy_document.tls_only")[0].update(effect="Allow", condition=[]),
    ),
    (
        policies.no_rule_is_open_to_the_world,
        "egress",
        lambda d: after(d, "module.networking.aws_security_group_rule.glue_to_s3").update(cidr_blocks=["0.0.0.0/0"]),
    ),
    (
        policies.no_rule_is_open_to_the_world,
        "ingress by IPv6",
        lambda d: after(d, "module.rds_aurora.aws_security_group_rule.aurora_from_client").update(
            ipv6_cidr_blocks=["::/0"]
        ),
    ),
    (
        policies.no_rule_is_open_to_the_world,
        "rule within a group",
        lambda d: after(d, "module.networking.aws_security_group.glue").update(egress=[{"cidr_blocks": ["0.0.0.0/0"]}]),
    ),
    (policies.only_tls_is_taken, "no bucket policy", lambda d: without(d, "aws_s3_bucket_policy")),
    (
        policies.only_tls_is_taken,
        "refusal of something else",
        lambda d: read(d, "module.s3.data.aws_iam_policy_document.tls_only")[0].update(actions=["s3:GetObject"]),
    ),
    (
        policies.only_tls_is_taken,
        "database without TLS",
        lambda d: after(d, "module.rds_aurora.aws_rds_cluster_parameter_group.this").update(parameter=[]),
    ),
    (
        policies.only_tls_is_taken,
        "another parameter group",
        lambda d: block(d, CLUSTER).pop("db_cluster_parameter_group_name"),
    ),
    (
        policies.only_tls_is_taken,
        "JDBC connection",
        lambda d: after(d, "module.glue.aws_glue_connection.network").update(connection_type="JDBC"),
    ),
    (
        policies.the_database_is_verified,
        "arguments without the bundle",
        lambda d: without_reference(block(d, JOB)["default_arguments"], "aws_s3_object.ca_bundle"),
    ),
    (
        policies.the_database_is_verified,
        "bundle that nobody ships",
        lambda d: without(d, "aws_s3_object"),
    ),
    (
        policies.no_rights_on_everything,
        "wide resource",
        lambda d: read(d, ROLE_POLICY)[1].update(resources=["*"]),
    ),
    (
        policies.no_rights_on_everything,
        "every bucket",
        lambda d: read(d, ROLE_POLICY)[1].update(resources=["arn:aws:s3:::*"]),
    ),
    (policies.no_rights_on_everything, "wide action", lambda d: read(d, ROLE_POLICY)[1].update(actions=["s3:*"])),
    (
        policies.no_rights_on_everything,
        "all but",
        lambda d: read(d, ROLE_POLICY)[1].update(actions=[], not_actions=["iam:*"]),
    ),
    (
        policies.no_rights_on_everything,
        "policy that nobody read",
        lambda d: block(d, "module.iam.aws_iam_role_policy.glue").update(policy={"constant_value": "{}"}),
    ),
    (
        policies.services_act_for_this_account_only,
        "trust without a condition",
        lambda d: read(d, "module.iam.data.aws_iam_policy_document.trust")[0].update(condition=[]),
    ),
    (
        policies.services_act_for_this_account_only,
        "trust that nobody read",
        lambda d: block(d, "module.iam.aws_iam_role.glue").update(assume_role_policy={"constant_value": "{}"}),
    ),
    (policies.logs_end, "no retention", lambda d: after(d, LOGS).update(retention_in_days=0)),
    (policies.no_secret_is_written, "password", lambda d: after(d, CLUSTER).update(master_password="x")),
    (
        policies.no_secret_is_written,
        "password in the configuration",
        lambda d: block(d, CLUSTER).update(master_password={"constant_value": "x"}),
    ),
    (
        policies.no_secret_is_written,
        "access key",
        lambda d: after(d, "module.glue.aws_glue_job.this").update(description="AKIA" + "A" * 16),
    ),
    (policies.no_secret_is_written, "variable", lambda d: d["variables"].update(api_token={"value": "x"})),
    (policies.everything_is_tagged, "no tags", lambda d: after(d, BUCKET).update(tags_all={"Project": "x"})),
    (policies.data_outlives_a_mistake, "no protection", lambda d: after(d, CLUSTER).update(deletion_protection=False)),
    (policies.data_outlives_a_mistake, "no snapshot", lambda d: after(d, CLUSTER).update(skip_final_snapshot=True)),
    (policies.data_outlives_a_mistake, "few backups", lambda d: after(d, CLUSTER).update(backup_retention_period=1)),
    (policies.data_outlives_a_mistake, "emptied bucket", lambda d: after(d, BUCKET).update(force_destroy=True)),
]


def _first(document: Document, type_: str) -> str:
    return next(str(each["address"]) for each in document["resource_changes"] if each["type"] == type_)


@pytest.mark.parametrize(
    ("policy", "break_it"), [(policy, change) for policy, _, change in BREAKS], ids=[name for _, name, _ in BREAKS]
)
def test_policy_fails_on_a_plan_that_breaks_it(
    policy: policies.Policy, break_it: Callable[[Document], Any], documents: dict[str, Document]
) -> None:
    broken = copy.deepcopy(documents["prod"])
    assert list(policy(Plan(broken))) == []
    break_it(broken)
    assert list(policy(Plan(broken)))


def test_every_policy_is_seen_to_fail() -> None:
    assert {policy for policy, _, _ in BREAKS} == {*policies.EVERYWHERE, policies.data_outlives_a_mistake}
