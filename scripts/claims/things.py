"""What claims need, one entry a thing: how it is made, and what it costs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from scripts.claims import names
from scripts.claims.place import Place
from scripts.claims.policies import allow, deny, document, trust

FREE = ""
# A new role is known everywhere within seconds (IAM guide, troubleshoot.html, "eventual consistency").
_SECONDS_OF_A_NEW_ROLE = 60


class Makes(Protocol):
    """The stage as makers of things see it: other things are its attributes."""

    @property
    def place(self) -> Place: ...

    @property
    def account(self) -> str: ...

    @property
    def region(self) -> str: ...

    def name(self, what: str) -> str: ...

    def client(self, service: str) -> Any: ...

    def __getattr__(self, thing: str) -> str: ...


@dataclass(frozen=True)
class Thing:
    """A thing that claims need. `kind` is one of `leftovers.KINDS`, by which it is removed.

    `price` names an entry of prices.toml for each month; empty: it is free. `of` has the things that it is made of.
    """

    what: str
    kind: str
    make: Callable[[Makes], str]
    price: str = FREE
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    """A role whose session asks."""

    thing: str
    session_policy: str = ""

    def assume(self, stage: Makes) -> Mapping[str, Any]:
        """Returns a session. A role that was just made is asked for again while AWS does not know it."""
        sts = stage.client("sts")
        more = {"Policy": self.session_policy} if self.session_policy else {}
        asking = Retrying(
            retry=retry_if_exception_type(ClientError),
            stop=stop_after_delay(0 if stage.place.is_local else _SECONDS_OF_A_NEW_ROLE),
            wait=wait_fixed(2),
            reraise=True,
        )
        arn = getattr(stage, self.thing)
        return asking(sts.assume_role, RoleArn=arn, RoleSessionName="claims", **more)  # type: ignore[no-any-return]


def _bucket(stage: Makes, what: str = "bucket") -> str:
    s3, name = stage.client("s3"), stage.name(what)
    where = {"LocationConstraint": stage.region}
    # us-east-1 is the only region that must not be named (S3 API, CreateBucket, LocationConstraint).
    s3.create_bucket(Bucket=name, **({} if stage.region == "us-east-1" else {"CreateBucketConfiguration": where}))
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": names.tag_list()})
    return name


def _denying_bucket(stage: Makes) -> str:
    name = _bucket(stage, "denying")
    policy = deny("s3:GetObject", on=f"arn:aws:s3:::{name}/*", Principal={"AWS": stage.limited})
    stage.client("s3").put_bucket_policy(Bucket=name, Policy=document(policy))
    return name


def _trust(stage: Makes) -> str:
    return trust({"AWS": f"arn:aws:iam::{stage.account}:root"})


def _role(stage: Makes, what: str, *statements: Mapping[str, Any], **more: Any) -> str:
    iam, name = stage.client("iam"), stage.name(what)
    made = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=_trust(stage), Tags=names.tag_list(), MaxSessionDuration=3600, **more
    )
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=document(*statements))
    return str(made["Role"]["Arn"])


def _limited(stage: Makes) -> str:
    objects = "arn:aws:s3:::letrus-aws-parity-*"
    return _role(
        stage,
        "limited",
        allow("s3:GetObject", on=f"{objects}/*"),
        deny("s3:GetObject", on=f"{objects}/denied*"),
        allow("secretsmanager:GetSecretValue", "kms:DescribeKey"),
        allow("glue:CreateJob", on=f"arn:aws:glue:*:{stage.account}:job/*"),
        allow("rds-data:ExecuteStatement"),
        # Without `:*`: whether that is enough is a claim.
        allow(
            "logs:DescribeLogStreams", on=f"arn:aws:logs:{stage.region}:{stage.account}:log-group:{stage.name('logs')}"
        ),
    )


def _bounded(stage: Makes) -> str:
    return _role(stage, "bounded", allow("s3:*", "logs:*"), PermissionsBoundary=stage.boundary)


def _boundary(stage: Makes) -> str:
    iam = stage.client("iam")
    only = document(allow("sts:GetCallerIdentity"))
    made = iam.create_policy(PolicyName=stage.name("boundary"), PolicyDocument=only, Tags=names.tag_list())
    return str(made["Policy"]["Arn"])


def _vpc(stage: Makes) -> str:
    made = stage.client("ec2").create_vpc(
        CidrBlock="10.91.0.0/16", TagSpecifications=names.of_ec2("vpc", stage.name("vpc"))
    )
    return str(made["Vpc"]["VpcId"])


def _subnet(stage: Makes) -> str:
    made = stage.client("ec2").create_subnet(
        VpcId=stage.vpc, CidrBlock="10.91.0.0/24", TagSpecifications=names.of_ec2("subnet", stage.name("subnet"))
    )
    return str(made["Subnet"]["SubnetId"])


def _security_group(stage: Makes) -> str:
    ec2 = stage.client("ec2")
    made = ec2.create_security_group(
        GroupName=stage.name("group"),
        Description="claims",
        VpcId=stage.vpc,
        TagSpecifications=names.of_ec2("security-group", stage.name("security-group")),
    )
    group = str(made["GroupId"])
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return group


def _network_acl(stage: Makes) -> str:
    made = stage.client("ec2").create_network_acl(
        VpcId=stage.vpc, TagSpecifications=names.of_ec2("network-acl", stage.name("network-acl"))
    )
    return str(made["NetworkAcl"]["NetworkAclId"])


def _log_group(stage: Makes) -> str:
    name = stage.name("logs")
    stage.client("logs").create_log_group(logGroupName=name, tags=names.TAGS)
    return name


def _secret(stage: Makes) -> str:
    made = stage.client("secretsmanager").create_secret(
        Name=stage.name("secret"), SecretString="no secret", Tags=names.tag_list()
    )
    return str(made["ARN"])


def _topic(stage: Makes) -> str:
    return str(stage.client("sns").create_topic(Name=stage.name("topic"), Tags=names.tag_list())["TopicArn"])


def _job(stage: Makes) -> str:
    """A job that nobody can run: its role does not exist."""
    name = stage.name("job")
    stage.client("glue").create_job(**job_definition(stage, name))
    return name


def job_definition(stage: Makes, name: str, **changes: Any) -> dict[str, Any]:
    """Returns the request that makes a job. A change to None leaves the member out."""
    made: dict[str, Any] = {
        "Name": name,
        "Role": f"arn:aws:iam::{stage.account}:role/letrus-aws-parity-no-such-role",
        "Command": {"Name": "glueetl", "ScriptLocation": f"s3://{stage.name('none')}/script.py"},
        "GlueVersion": "5.1",
        "WorkerType": "G.1X",
        "NumberOfWorkers": 2,
        "Tags": names.TAGS,
        **changes,
    }
    return {member: value for member, value in made.items() if value is not None}


def _key(stage: Makes) -> str:
    """A key that the account governs, and that no service may use by its policy."""
    kms = stage.client("kms")
    account = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{stage.account}:root"})
    made = kms.create_key(
        Description=stage.name("key"), Policy=document(account), Tags=names.tag_list("TagKey", "TagValue")
    )
    return str(made["KeyMetadata"]["Arn"])


def _disabled_key(stage: Makes) -> str:
    kms = stage.client("kms")
    made = kms.create_key(Description=stage.name("disabled-key"), Tags=names.tag_list("TagKey", "TagValue"))
    kms.disable_key(KeyId=made["KeyMetadata"]["KeyId"])
    return str(made["KeyMetadata"]["Arn"])


def _encrypted_bucket(stage: Makes) -> str:
    s3, name = stage.client("s3"), _bucket(stage, "encrypted")
    by_default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": stage.key}}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [by_default]})
    s3.put_object(Bucket=name, Key="object", Body=b"x")
    return name


def _encrypted_secret(stage: Makes) -> str:
    made = stage.client("secretsmanager").create_secret(
        Name=stage.name("encrypted-secret"),
        SecretString=json.dumps({"username": "nobody"}),
        KmsKeyId=stage.key,
        Tags=names.tag_list(),
    )
    return str(made["ARN"])


THINGS = {
    "bucket": Thing("an empty bucket", "bucket", _bucket),
    "denying_bucket": Thing("an empty bucket whose policy denies a role", "bucket", _denying_bucket, of=("limited",)),
    "nobody": Thing("a role without rights", "role", lambda stage: _role(stage, "nobody")),
    "limited": Thing("a role with few rights", "role", _limited),
    "boundary": Thing("a managed policy", "policy", _boundary),
    "bounded": Thing("a role with a permissions boundary", "role", _bounded, of=("boundary",)),
    "vpc": Thing("a VPC without gateways", "VPC", _vpc),
    "subnet": Thing("a subnet", "subnet", _subnet, of=("vpc",)),
    "security_group": Thing("a security group", "security group", _security_group, of=("vpc",)),
    "network_acl": Thing("a network ACL", "network ACL", _network_acl, of=("vpc",)),
    "log_group": Thing("an empty log group", "log group", _log_group),
    "topic": Thing("a topic without subscribers", "topic", _topic),
    "secret": Thing("a secret", "secret", _secret, price="secret"),
    "job": Thing("a job that can't run", "job", _job),
    "key": Thing("a KMS key", "key", _key, price="kms_key"),
    "disabled_key": Thing("a disabled KMS key", "key", _disabled_key, price="kms_key"),
    "encrypted_bucket": Thing("a bucket with one object of one byte", "bucket", _encrypted_bucket, of=("key",)),
    "encrypted_secret": Thing("a secret", "secret", _encrypted_secret, price="secret", of=("key",)),
}
ROLES = {
    "nobody": Role("nobody"),
    "limited": Role("limited"),
    "bounded": Role("bounded"),
    "narrowed": Role("limited", document(allow("sts:GetCallerIdentity"))),
}
