"""Finds and removes what claims made, by its name or tag: after a run, and what an interrupted run left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from scripts.claims import names
from scripts.claims.place import Place

# A thing that AWS still uses (a VPC's group, a role's policy) can go seconds later.
_SECONDS_OF_REMOVAL = 60
_DAYS_OF_A_KEY = 7  # the least that KMS takes
_GONE = (
    "NoSuchBucket",
    "NoSuchEntity",
    "NotFoundException",
    "NotFound",
    "ResourceNotFoundException",
    "EntityNotFoundException",
    "DBClusterNotFoundFault",
    "KMSInvalidStateException",
)


@dataclass(frozen=True)
class Kind:
    """A kind of thing: how those of claims are listed, as ids with their names, and how one is removed."""

    what: str
    service: str
    find: Callable[[Any], Iterator[tuple[str, str]]]
    remove: Callable[[Any, str], object]


@dataclass(frozen=True)
class Leftover:
    """One thing that claims made."""

    kind: Kind
    id: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind.what} {self.name}" + (f" ({self.id})" if self.id != self.name else "")


@dataclass(frozen=True)
class Found:
    """What claims made and is still there, in the order of removal, and what could not be looked for."""

    things: tuple[Leftover, ...]
    unseen: tuple[str, ...] = ()


def find(place: Place, token: str = names.PREFIX) -> Found:
    """Returns what claims made and is still there. `token` is the beginning of the names of one run."""
    things, unseen = [], []
    for kind in KINDS:
        try:
            listed = list(kind.find(place.client(kind.service)))
        except ClientError as error:  # what can be seen must go all the same
            unseen.append(f"things of the kind {kind.what}: {error}")
            continue
        things += [Leftover(kind, id_, name) for id_, name in listed if token in name and names.OWN.search(name)]
    return Found(tuple(things), tuple(unseen))


def made(things: Mapping[str, str], kinds: Mapping[str, str]) -> tuple[Leftover, ...]:
    """Returns what a stage made, by the ids that it knows. A listing of AWS may lack what was just made.

    `things` has the name, id or ARN of each thing, `kinds` its kind.
    """
    by_name = {kind.what: kind for kind in KINDS}
    found = []
    for thing, value in things.items():
        kind = by_name[kinds[thing]]
        id_ = value.rpartition("/")[2] if kind.what in ("role", "key") else value
        found.append(Leftover(kind, id_, thing))
    return tuple(sorted(found, key=lambda each: KINDS.index(each.kind)))


def remove(place: Place, things: Iterable[Leftover]) -> list[str]:
    """Removes things, and returns a line for each that stays."""
    stays = []
    for each in things:
        removing = Retrying(
            retry=retry_if_exception_type(ClientError),
            stop=stop_after_delay(0 if place.is_local else _SECONDS_OF_REMOVAL),
            wait=wait_fixed(2),
            reraise=True,
        )
        try:
            removing(_remove_once, place, each)
        except ClientError as error:
            stays.append(f"{each}: {error}")
    return stays


def _remove_once(place: Place, each: Leftover) -> None:
    try:
        each.kind.remove(place.client(each.kind.service), each.id)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in _GONE and not code.endswith(".NotFound"):
            raise


def _buckets(s3: Any) -> Iterator[tuple[str, str]]:
    for each in s3.list_buckets()["Buckets"]:
        yield each["Name"], each["Name"]


def _remove_bucket(s3: Any, name: str) -> None:
    for each in s3.list_objects_v2(Bucket=name).get("Contents", []):
        s3.delete_object(Bucket=name, Key=each["Key"])
    s3.delete_bucket(Bucket=name)


def _pages(operation: str, key: str, id_: str, name: str = "", **given: Any) -> Callable[[Any], Any]:
    def found(client: Any) -> Iterator[tuple[str, str]]:
        for page in client.get_paginator(operation).paginate(**given):
            for each in page[key]:
                yield each[id_], each[name or id_]

    return found


def _remove_role(iam: Any, name: str) -> None:
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
    iam.delete_role(RoleName=name)


def _remove_policy(iam: Any, arn: str) -> None:
    for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=arn)


def _remove_rule(events: Any, name: str) -> None:
    events.delete_rule(Name=name)


def _topics(sns: Any) -> Iterator[tuple[str, str]]:
    for page in sns.get_paginator("list_topics").paginate():
        for each in page["Topics"]:
            yield each["TopicArn"], each["TopicArn"].rpartition(":")[2]


def _jobs(glue: Any) -> Iterator[tuple[str, str]]:
    given: dict[str, str] = {}
    while True:
        page = glue.list_jobs(**given)
        yield from ((name, name) for name in page["JobNames"])
        if not page.get("NextToken"):
            return
        given = {"NextToken": page["NextToken"]}


def _keys(kms: Any) -> Iterator[tuple[str, str]]:
    """Yields keys that are not about to be deleted. A key has no name, so its description holds one."""
    for page in kms.get_paginator("list_keys").paginate():
        for each in page["Keys"]:
            try:
                described = kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"]
            except ClientError:  # another team's key, closed to the caller
                continue
            if described["KeyManager"] == "CUSTOMER" and described["KeyState"] != "PendingDeletion":
                yield each["KeyId"], described.get("Description") or ""


def _tagged(operation: str, key: str, id_: str) -> Callable[[Any], Any]:
    """Lists things of EC2 that have the claims' tags. Their names are tags too."""

    def found(ec2: Any) -> Iterator[tuple[str, str]]:
        filters = [{"Name": f"tag:{name}", "Values": [value]} for name, value in names.TAGS.items()]
        for page in ec2.get_paginator(operation).paginate(Filters=filters):
            for each in page[key]:
                tags = {tag["Key"]: tag["Value"] for tag in each.get("Tags", [])}
                yield each[id_], tags.get("Name", "")

    return found


KINDS = (
    Kind(
        "cluster",
        "rds",
        _pages("describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
        lambda rds, name: rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True),
    ),
    Kind("job", "glue", _jobs, lambda glue, name: glue.delete_job(JobName=name)),
    Kind("bucket", "s3", _buckets, _remove_bucket),
    Kind(
        "secret",
        "secretsmanager",
        _pages("list_secrets", "SecretList", "ARN", "Name"),
        lambda client, arn: client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True),
    ),
    Kind(
        "key",
        "kms",
        _keys,
        lambda kms, key: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=_DAYS_OF_A_KEY),
    ),
    Kind(
        "log group",
        "logs",
        _pages("describe_log_groups", "logGroups", "logGroupName", logGroupNamePrefix=names.PREFIX),
        lambda logs, name: logs.delete_log_group(logGroupName=name),
    ),
    Kind(
        "alarm",
        "cloudwatch",
        _pages("describe_alarms", "MetricAlarms", "AlarmName", AlarmNamePrefix=names.PREFIX),
        lambda cloudwatch, name: cloudwatch.delete_alarms(AlarmNames=[name]),
    ),
    Kind(
        "dashboard",
        "cloudwatch",
        _pages("list_dashboards", "DashboardEntries", "DashboardName", DashboardNamePrefix=names.PREFIX),
        lambda cloudwatch, name: cloudwatch.delete_dashboards(DashboardNames=[name]),
    ),
    Kind("rule", "events", _pages("list_rules", "Rules", "Name", NamePrefix=names.PREFIX), _remove_rule),
    Kind("topic", "sns", _topics, lambda sns, arn: sns.delete_topic(TopicArn=arn)),
    Kind("role", "iam", _pages("list_roles", "Roles", "RoleName"), _remove_role),
    Kind("policy", "iam", _pages("list_policies", "Policies", "Arn", "PolicyName", Scope="Local"), _remove_policy),
    Kind(
        "VPC endpoint",
        "ec2",
        _tagged("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
        lambda ec2, id_: ec2.delete_vpc_endpoints(VpcEndpointIds=[id_]),
    ),
    Kind(
        "network ACL",
        "ec2",
        _tagged("describe_network_acls", "NetworkAcls", "NetworkAclId"),
        lambda ec2, id_: ec2.delete_network_acl(NetworkAclId=id_),
    ),
    Kind(
        "security group",
        "ec2",
        _tagged("describe_security_groups", "SecurityGroups", "GroupId"),
        lambda ec2, id_: ec2.delete_security_group(GroupId=id_),
    ),
    Kind(
        "subnet",
        "ec2",
        _tagged("describe_subnets", "Subnets", "SubnetId"),
        lambda ec2, id_: ec2.delete_subnet(SubnetId=id_),
    ),
    Kind(
        "VPC",
        "ec2",
        _tagged("describe_vpcs", "Vpcs", "VpcId"),
        lambda ec2, id_: ec2.delete_vpc(VpcId=id_),
    ),
)
