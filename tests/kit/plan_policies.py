"""The policies of every plan. Each policy takes a plan and yields a line for each violation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from scripts.terraform.plan import Plan, Resource
from tests.kit.plan_statements import Statement, statements

WORLD = {"0.0.0.0/0", "::/0"}
# Types that store data, and the arguments that must name the project's key.
KEYS: dict[str, list[tuple[str, ...]]] = {
    "aws_cloudwatch_log_group": [("kms_key_id",)],
    "aws_rds_cluster": [("kms_key_id",), ("master_user_secret_kms_key_id",)],
    "aws_s3_bucket_server_side_encryption_configuration": [
        ("rule", "apply_server_side_encryption_by_default", "kms_master_key_id")
    ],
    "aws_sns_topic": [("kms_master_key_id",)],
}
# Reviewed types: they store nothing, or are encrypted with their bucket, cluster or group.
OTHER_TYPES = {
    "aws_budgets_budget",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_cloudwatch_metric_alarm",
    "aws_db_subnet_group",
    "aws_default_security_group",
    "aws_glue_connection",
    "aws_glue_job",
    "aws_glue_trigger",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_kms_alias",
    "aws_kms_key",
    "aws_kms_key_policy",
    "aws_rds_cluster_instance",
    "aws_rds_cluster_parameter_group",
    "aws_route_table",
    "aws_route_table_association",
    "aws_s3_bucket",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_versioning",
    "aws_s3_object",
    "aws_security_group",
    "aws_security_group_rule",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
    "aws_subnet",
    "aws_vpc",
    "aws_vpc_endpoint",
}
OWN_KEY_POLICY = "in a key policy * is this key only; AWS's default statement"
# Actions that may apply to every resource, by document and statement.
ON_EVERYTHING = {
    (
        "module.iam.data.aws_iam_policy_document.glue",
        "LookAtNetwork",
    ): "ec2:Describe* know no resource: AWS takes * only",
    ("module.s3.data.aws_iam_policy_document.key", "IamPoliciesOfTheAccount"): OWN_KEY_POLICY,
    ("module.s3.data.aws_iam_policy_document.key", "LogGroupsOfTheJob"): "in a key policy * is this key only",
    ("module.s3.data.aws_iam_policy_document.key", "AlarmsOfTheAccount"): "in a key policy * is this key only",
    ("module.s3.data.aws_iam_policy_document.key", "EventsOfTheJob"): "in a key policy * is this key only",
}
EVENTBRIDGE = "EventBridge's calls carry no condition key: with one, every alarm would be silent (docs/limits.md)"
# Services that need no condition on the account.
UNTIED_SERVICES = {
    ("module.s3.data.aws_iam_policy_document.key", "EventsOfTheJob"): EVENTBRIDGE,
    ("module.monitoring.data.aws_iam_policy_document.topic", "EventsOfTheJob"): EVENTBRIDGE,
}
UNTAGGED = {"module.s3.aws_s3_object.sample": "files that others put there later would differ in their tags"}
EVERYTHING = re.compile(r"\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:\*")
SECRET_NAME = re.compile(r"(password|passwd|secret_string|secret_binary|secret_key|private_key|token)(_wo)?$", re.I)
SECRET_VALUE = re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN|\w+://[^/\s:@]+:[^/\s@]+@")


def every_type_is_known(plan: Plan) -> Iterator[str]:
    for each in plan.resources:
        if each.type not in KEYS and each.type not in OTHER_TYPES:
            yield f"{each.address}: no policy knows {each.type}"


def everything_is_encrypted_with_the_key(plan: Plan) -> Iterator[str]:
    for type_, paths in KEYS.items():
        for resource in plan.of(type_):
            for path in paths:
                if not any("aws_kms_key." in origin for origin in plan.origins(resource, *path)):
                    yield f"{resource.address}: {'.'.join(path)} is not the project's key"
    for bucket in plan.of("aws_s3_bucket"):
        if not _of_bucket(plan, "aws_s3_bucket_server_side_encryption_configuration", bucket):
            yield f"{bucket.address}: no default encryption"
    for each in plan.of("aws_s3_bucket_server_side_encryption_configuration"):
        for rule in each.values["rule"]:
            if rule["apply_server_side_encryption_by_default"][0]["sse_algorithm"] != "aws:kms":
                yield f"{each.address}: not aws:kms"
    for each in plan.of("aws_rds_cluster"):
        if not each.values.get("storage_encrypted"):
            yield f"{each.address}: storage_encrypted is off"
    for each in plan.of("aws_kms_key"):
        if not each.values.get("enable_key_rotation"):
            yield f"{each.address}: the key is not rotated"
    for each in plan.of("aws_s3_object"):
        if each.values.get("server_side_encryption") not in (None, "aws:kms"):
            yield f"{each.address}: encrypted otherwise than its bucket"


def nothing_is_public(plan: Plan) -> Iterator[str]:
    flags = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    for bucket in plan.of("aws_s3_bucket"):
        blocks = _of_bucket(plan, "aws_s3_bucket_public_access_block", bucket)
        if not any(all(block.values.get(flag) for flag in flags) for block in blocks):
            yield f"{bucket.address}: public access is not blocked"
        owners = _of_bucket(plan, "aws_s3_bucket_ownership_controls", bucket)
        if not any(owner.values["rule"][0]["object_ownership"] == "BucketOwnerEnforced" for owner in owners):
            yield f"{bucket.address}: access lists are on"
    for each in plan.resources:
        for name in ("publicly_accessible", "map_public_ip_on_launch"):
            if each.values.get(name):
                yield f"{each.address}: {name}"
    for statement in statements(plan):
        if statement.allows and "*" in statement.principals and not statement.conditions:
            yield f"{statement}: allows anybody"


def no_rule_is_open_to_the_world(plan: Plan) -> Iterator[str]:
    for each in plan.resources:
        if "security_group" in each.type or each.type == "aws_route_table":
            found = WORLD & set(_texts(each.values))
            if found:
                yield f"{each.address}: {', '.join(sorted(found))}"


def only_tls_is_taken(plan: Plan) -> Iterator[str]:
    for bucket in plan.of("aws_s3_bucket"):
        policies = _of_bucket(plan, "aws_s3_bucket_policy", bucket)
        documents = set().union(*(plan.origins(policy, "policy") for policy in policies))
        if not any(each.document in documents and _refuses_plain_http(each) for each in statements(plan)):
            yield f"{bucket.address}: takes plain HTTP"
    groups = {group.plain_address: group for group in plan.of("aws_rds_cluster_parameter_group")}
    for cluster in plan.of("aws_rds_cluster"):
        used = [groups[name] for name in plan.origins(cluster, "db_cluster_parameter_group_name") if name in groups]
        settings = {each["name"]: each["value"] for group in used for each in group.values["parameter"]}
        if settings.get("rds.force_ssl") != "1":
            yield f"{cluster.address}: rds.force_ssl is not 1"
    for each in plan.of("aws_glue_connection"):
        if each.values["connection_type"] != "NETWORK":
            yield f"{each.address}: no policy checks the TLS of a {each.values['connection_type']} connection"


def the_database_is_verified(plan: Plan) -> Iterator[str]:
    """A job that connects to Aurora gets the file of the authorities that it verifies the server by.

    A plan does not know the job's arguments before the apply, so this judges what they refer to.
    terraform/tests/glue.tftest.hcl judges their values.
    """
    bundles = {each.plain_address for each in plan.of("aws_s3_object") if each.values["key"].endswith(".pem")}
    for job in plan.of("aws_glue_job"):
        sources = plan.origins(job, "default_arguments")
        if any(".aws_rds_cluster." in source for source in sources) and not sources & bundles:
            yield f"{job.address}: no argument names an object with the database's authorities"


def no_rights_on_everything(plan: Plan) -> Iterator[str]:
    for each in statements(plan):
        if not each.allows:
            continue
        reason = ON_EVERYTHING.get((each.document, each.sid))
        if reason is None and any(EVERYTHING.fullmatch(resource) for resource in each.resources):
            yield f"{each}: {', '.join(each.actions)} on *"
        if reason != OWN_KEY_POLICY and any(action == "*" or action.endswith(":*") for action in each.actions):
            yield f"{each}: every action of a service"
        if each.has_exceptions:
            yield f"{each}: NotAction, NotResource or NotPrincipal allows whatever comes later"
    for resource in plan.resources:
        for name in ("policy", "assume_role_policy"):
            text, unknown = resource.values.get(name), resource.unknown.get(name)
            if name in resource.expressions and (text or unknown) and not _documents(plan, resource, name):
                yield f"{resource.address}: {name} comes from no aws_iam_policy_document, so nothing here has read it"


def services_act_for_this_account_only(plan: Plan) -> Iterator[str]:
    for each in statements(plan):
        if not each.allows or not each.services or (each.document, each.sid) in UNTIED_SERVICES:
            continue
        if not each.conditions & {"aws:SourceAccount", "aws:SourceArn", "kms:EncryptionContext:aws:logs:arn"}:
            yield f"{each}: {', '.join(sorted(each.services))} for any account (confused deputy)"
    for role in plan.of("aws_iam_role"):
        if not _documents(plan, role, "assume_role_policy"):
            yield f"{role.address}: a trust policy that nothing here has read"


def logs_end(plan: Plan) -> Iterator[str]:
    for each in plan.of("aws_cloudwatch_log_group"):
        if not each.values.get("retention_in_days"):
            yield f"{each.address}: kept for ever"


def no_secret_is_written(plan: Plan) -> Iterator[str]:
    for path, value in _leaves(plan.document):
        names = [name for name in path if name not in ("value", "constant_value")]
        if not isinstance(value, str) or not value or names[-1] == "user_id":  # LocalStack invents the caller's id.
            continue
        if SECRET_NAME.search(names[-1]) or SECRET_VALUE.search(value):
            yield f"{'.'.join(path)[1:]} has a secret"


def everything_is_tagged(plan: Plan) -> Iterator[str]:
    for each in plan.resources:
        if each.plain_address in UNTAGGED or not {"tags_all"} & {*each.values, *each.unknown}:
            continue
        missing = {"Project", "ManagedBy"} - set(each.values.get("tags_all") or {})
        if missing:
            yield f"{each.address}: without {', '.join(sorted(missing))}"


def data_outlives_a_mistake(plan: Plan) -> Iterator[str]:
    """Yields violations of the policy for prod."""
    for each in plan.of("aws_rds_cluster"):
        values = each.values
        if not values.get("deletion_protection"):
            yield f"{each.address}: no deletion protection"
        if (
            values.get("skip_final_snapshot") is not False
        ):  # AWS then asks for the snapshot's name, which has the key's name in it.
            yield f"{each.address}: no final snapshot"
        if values["backup_retention_period"] < 7:
            yield f"{each.address}: backups of less than a week"
    for each in plan.of("aws_s3_bucket"):
        if each.values.get("force_destroy"):
            yield f"{each.address}: destroyed with its objects"


Policy = Callable[[Plan], Iterator[str]]
EVERYWHERE: list[Policy] = [
    every_type_is_known,
    everything_is_encrypted_with_the_key,
    nothing_is_public,
    no_rule_is_open_to_the_world,
    only_tls_is_taken,
    the_database_is_verified,
    no_rights_on_everything,
    services_act_for_this_account_only,
    logs_end,
    no_secret_is_written,
    everything_is_tagged,
]


def _of_bucket(plan: Plan, type_: str, bucket: Resource) -> list[Resource]:
    return [each for each in plan.of(type_) if bucket.plain_address in plan.origins(each, "bucket")]


def _documents(plan: Plan, resource: Resource, argument: str) -> bool:
    return any(".aws_iam_policy_document." in f".{origin}" for origin in plan.origins(resource, argument))


def _refuses_plain_http(each: Statement) -> bool:
    everything = each.actions == ("s3:*",) and each.principals == {"*"}
    return not each.allows and everything and ("aws:SecureTransport", "false") in each.tests


def _texts(value: Any) -> Iterator[str]:
    yield from (leaf for _, leaf in _leaves(value) if isinstance(leaf, str))


def _leaves(value: Any, path: tuple[str, ...] = ("",)) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yields every scalar with its path, also those of JSON in a string (event patterns, dashboards)."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        with suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path)
    else:
        yield path, value
