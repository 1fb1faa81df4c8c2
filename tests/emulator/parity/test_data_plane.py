"""What a session of a role may do with data, secrets, keys and logs: allowed, refused, and in AWS's words."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError

from tests.emulator.conftest import Environment
from tests.kit.aws import unique
from tests.kit.identity import ACCOUNT, KEY_OF_THE_ACCOUNT, IdentityKit, allow, deny, document

pytestmark = pytest.mark.emulator

BODY = b"x"


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, int, str]:
    """Returns code, HTTP status and message of a refused call."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response
    return error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Message"]


def arn(bucket: str, key: str = "") -> str:
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"


def test_reads_what_the_role_names_and_nothing_else(identity: IdentityKit) -> None:
    bucket = identity.bucket(yes=BODY, no=BODY)
    session = identity.session(allow("s3:GetObject", on=arn(bucket, "yes")))
    s3 = session.client("s3")
    assert s3.get_object(Bucket=bucket, Key="yes")["Body"].read() == BODY
    code, status, message = refusal(s3.get_object, Bucket=bucket, Key="no")
    assert (code, status) == ("AccessDenied", 403)
    assert message.startswith(
        f'User: {session.arn} is not authorized to perform: s3:GetObject on resource: "{arn(bucket, "no")}" '
        "because no identity-based policy allows the s3:GetObject action. (emulator) Almost allowed by statement "
        "'AllowGetObject' of inline policy rights of role role-"
    )


@pytest.mark.parametrize("method", ["get_object", "head_object"])
def test_a_missing_key_is_forbidden_without_the_right_to_list(identity: IdentityKit, method: str) -> None:
    bucket = identity.bucket()
    reads = allow("s3:GetObject", on=arn(bucket, "*"))
    blind = identity.session(reads).client("s3")
    sees = identity.session(reads, allow("s3:ListBucket", on=arn(bucket))).client("s3")
    assert refusal(getattr(blind, method), Bucket=bucket, Key="gone")[1] == 403
    assert refusal(getattr(sees, method), Bucket=bucket, Key="gone")[1] == 404


def test_lists_the_prefix_that_a_condition_names(identity: IdentityKit) -> None:
    bucket = identity.bucket()
    condition = {"StringLike": {"s3:prefix": "raw/*"}}
    s3 = identity.session(allow("s3:ListBucket", on=arn(bucket), Condition=condition)).client("s3")
    assert s3.list_objects_v2(Bucket=bucket, Prefix="raw/2026")["KeyCount"] == 0
    assert "its condition does not hold: StringLike s3:prefix = raw/*" in refusal(s3.list_objects_v2, Bucket=bucket)[2]


def test_copies_with_rights_to_both_objects(identity: IdentityKit) -> None:
    bucket = identity.bucket(source=BODY)
    writes = allow("s3:PutObject", on=arn(bucket, "*"))
    reads = allow("s3:GetObject", on=arn(bucket, "source"))
    copy = {"Bucket": bucket, "Key": "target", "CopySource": f"{bucket}/source"}
    assert "s3:GetObject" in refusal(identity.session(writes).client("s3").copy_object, **copy)[2]
    assert "s3:PutObject" in refusal(identity.session(reads).client("s3").copy_object, **copy)[2]
    identity.session(writes, reads).client("s3").copy_object(**copy)


def test_deletes_the_keys_that_it_may_and_names_the_others(identity: IdentityKit) -> None:
    bucket = identity.bucket(mine=BODY, yours=BODY)
    s3 = identity.session(allow("s3:DeleteObject", on=arn(bucket, "mine"))).client("s3")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "mine"}, {"Key": "yours"}], "Quiet": True})
    assert [(each["Key"], each["Code"]) for each in answer["Errors"]] == [("yours", "AccessDenied")]
    left = identity.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    assert [each["Key"] for each in left] == ["yours"]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "yours"}]})
    assert "s3:DeleteObject" in answer["Errors"][0]["Message"]


def test_uploads_in_parts_with_the_key(identity: IdentityKit) -> None:
    key = identity.key()
    bucket = identity.bucket(key)
    puts = allow("s3:PutObject", on=arn(bucket, "*"))
    without = identity.session(puts).client("s3")
    message = refusal(without.create_multipart_upload, Bucket=bucket, Key="k")[2]
    assert f"kms:GenerateDataKey on resource: {key} because no identity-based policy allows" in message
    half = identity.session(puts, allow("kms:GenerateDataKey", on=key)).client("s3")
    upload = half.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    part = {"Bucket": bucket, "Key": "k", "UploadId": upload, "PartNumber": 1, "Body": BODY}
    assert "kms:Decrypt" in refusal(half.upload_part, **part)[2]
    whole = identity.session(puts, allow("kms:GenerateDataKey", "kms:Decrypt", on=key)).client("s3")
    done = [{"PartNumber": 1, "ETag": whole.upload_part(**part)["ETag"]}]
    whole.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": done})
    assert "s3:AbortMultipartUpload" in refusal(half.abort_multipart_upload, Bucket=bucket, Key="k", UploadId="u")[2]


@pytest.mark.parametrize("bucket_key", [False, True])
def test_s3_asks_for_the_key_with_its_own_name_and_context(identity: IdentityKit, bucket_key: bool) -> None:
    key = identity.key()
    bucket = identity.bucket(key, bucket_key, o=BODY)
    reads = allow("s3:GetObject", on=arn(bucket, "*"))
    context = arn(bucket) if bucket_key else arn(bucket, "o")

    def reading(service: str, context: str) -> Any:
        equals = {"kms:ViaService": f"{service}.us-east-1.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": context}
        may = allow("kms:Decrypt", on=key, Condition={"StringEquals": equals})
        return identity.session(reads, may).client("s3").get_object

    assert reading("s3", context)(Bucket=bucket, Key="o")["Body"].read() == BODY
    assert "kms:ViaService" in refusal(reading("secretsmanager", context), Bucket=bucket, Key="o")[2]
    other = arn(bucket, "o") if bucket_key else arn(bucket)
    assert "kms:EncryptionContext" in refusal(reading("s3", other), Bucket=bucket, Key="o")[2]


def test_a_key_without_the_account_in_its_policy_knows_no_iam_policies(identity: IdentityKit) -> None:
    nobody = {**KEY_OF_THE_ACCOUNT, "Principal": {"Service": "logs.us-east-1.amazonaws.com"}}
    key = identity.key(nobody)
    message = refusal(identity.session(allow("kms:*")).client("kms").encrypt, KeyId=key, Plaintext=BODY)[2]
    assert f"kms:Encrypt on resource: {key} because no resource-based policy allows the kms:Encrypt action" in message


def test_a_bucket_of_aws_managed_key_needs_no_right_to_it(identity: IdentityKit) -> None:
    bucket = identity.bucket()
    s3 = identity.session(allow("s3:GetObject", "s3:PutObject", on=arn(bucket, "*"))).client("s3")
    s3.put_object(Bucket=bucket, Key="o", Body=BODY, ServerSideEncryption="aws:kms")
    assert s3.get_object(Bucket=bucket, Key="o")["ServerSideEncryption"] == "aws:kms"


def test_a_bucket_policy_grants_and_denies(identity: IdentityKit) -> None:
    bucket = identity.bucket(o=BODY, secret=BODY)
    role = identity.role()
    of_role = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{role}"}}
    statements = [allow("s3:*", on=arn(bucket, "*"), **of_role), deny("s3:*", on=arn(bucket, "secret"), Principal="*")]
    identity.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(*statements))
    s3 = identity.assume(role).client("s3")
    assert s3.get_object(Bucket=bucket, Key="o")["Body"].read() == BODY
    message = refusal(s3.get_object, Bucket=bucket, Key="secret")[2]
    assert "with an explicit deny in a resource-based policy" in message
    assert f"statement 'Deny' of the policy of bucket {bucket}" in message
    assert identity.client("s3").get_object(Bucket=bucket, Key="secret")  # the administrator is not judged


def test_the_next_request_sees_a_changed_policy(identity: IdentityKit) -> None:
    """Each kind of policy is read at each request: nothing of a decision is kept for the next."""
    key = identity.key()
    bucket = identity.bucket(key, o=BODY)
    may_read, may_use = allow("s3:GetObject", on=arn(bucket, "*")), allow("kms:Decrypt", on=key)
    role = identity.role(may_read, may_use)
    s3 = identity.assume(role).client("s3")
    admin = {name: identity.client(name) for name in ("iam", "s3", "kms")}

    def rights(*statements: Any) -> Callable[[], Any]:
        text = document(*statements)
        return lambda: admin["iam"].put_role_policy(RoleName=role, PolicyName="rights", PolicyDocument=text)

    def policy_of_key(*statements: Any) -> Callable[[], Any]:
        options = {"Policy": document(*statements), "BypassPolicyLockoutSafetyCheck": True}
        return lambda: admin["kms"].put_key_policy(KeyId=key, PolicyName="default", **options)

    denied = document(deny("s3:GetObject", on=arn(bucket, "*"), Principal="*"))
    for break_it, mend_it, reason in [
        (rights(may_use), rights(may_read, may_use), "no identity-based policy allows the s3:GetObject"),
        (rights(may_read), rights(may_read, may_use), "no identity-based policy allows the kms:Decrypt"),
        (
            lambda: admin["s3"].put_bucket_policy(Bucket=bucket, Policy=denied),
            lambda: admin["s3"].delete_bucket_policy(Bucket=bucket),
            "explicit deny in a resource-based policy",
        ),
        (
            policy_of_key({**KEY_OF_THE_ACCOUNT, "Principal": {"Service": "logs.us-east-1.amazonaws.com"}}),
            policy_of_key(KEY_OF_THE_ACCOUNT),
            "no resource-based policy allows the kms:Decrypt",
        ),
    ]:
        assert s3.get_object(Bucket=bucket, Key="o")["Body"].read() == BODY
        break_it()
        assert reason in refusal(s3.get_object, Bucket=bucket, Key="o")[2]
        mend_it()
    assert s3.get_object(Bucket=bucket, Key="o")["Body"].read() == BODY


def test_a_session_policy_and_a_boundary_narrow(identity: IdentityKit) -> None:
    bucket = identity.bucket(a=BODY, b=BODY)
    everything = allow("s3:*")
    only_a = document(allow("s3:GetObject", on=arn(bucket, "a")))
    narrow = identity.assume(identity.role(everything), Policy=only_a).client("s3")
    narrow.get_object(Bucket=bucket, Key="a")
    assert "because no session policy allows" in refusal(narrow.get_object, Bucket=bucket, Key="b")[2]
    boundary = identity.client("iam").create_policy(PolicyName=unique("boundary"), PolicyDocument=only_a)
    role = identity.role(everything, PermissionsBoundary=boundary["Policy"]["Arn"])
    bounded = identity.assume(role).client("s3")
    bounded.get_object(Bucket=bucket, Key="a")
    assert "because no permissions boundary allows" in refusal(bounded.get_object, Bucket=bucket, Key="b")[2]


def test_a_managed_policy_counts_in_its_default_version(identity: IdentityKit) -> None:
    bucket = identity.bucket(o=BODY)
    iam = identity.client("iam")
    policy = iam.create_policy(PolicyName=unique("p"), PolicyDocument=document(deny("s3:*")))["Policy"]["Arn"]
    role = identity.role()
    iam.attach_role_policy(RoleName=role, PolicyArn=policy)
    s3 = identity.assume(role).client("s3")
    assert "explicit deny in an identity-based policy" in refusal(s3.get_object, Bucket=bucket, Key="o")[2]
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=document(allow("s3:*")), SetAsDefault=True)
    assert s3.get_object(Bucket=bucket, Key="o")["Body"].read() == BODY


def test_the_policies_of_aws_itself_count(identity: IdentityKit) -> None:
    bucket = identity.bucket(o=BODY)
    role = identity.role()
    identity.client("iam").attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    s3 = identity.assume(role).client("s3")
    assert s3.get_object(Bucket=bucket, Key="o")["Body"].read() == BODY
    assert "s3:PutObject" in refusal(s3.put_object, Bucket=bucket, Key="p", Body=BODY)[2]


def test_users_are_judged_by_key_and_by_presigned_url(identity: IdentityKit) -> None:
    bucket = identity.bucket(yes=BODY, no=BODY)
    s3 = identity.user(allow("s3:GetObject", on=arn(bucket, "yes"))).client("s3")
    assert s3.get_object(Bucket=bucket, Key="yes")["Body"].read() == BODY
    assert refusal(s3.get_object, Bucket=bucket, Key="no")[0] == "AccessDenied"

    def fetch(key: str) -> bytes:
        url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
        return bytes(urllib.request.urlopen(url).read())  # noqa: S310 - the emulator's own address

    assert fetch("yes") == BODY
    with pytest.raises(HTTPError, match="403"):
        fetch("no")


def test_a_secret_needs_the_right_to_its_key(identity: IdentityKit) -> None:
    key = identity.key()
    secret = identity.client("secretsmanager").create_secret(Name=unique(), SecretString="s", KmsKeyId=key)["ARN"]
    reads = allow("secretsmanager:GetSecretValue", on=secret)
    without = identity.session(reads).client("secretsmanager")
    code, status, message = refusal(without.get_secret_value, SecretId=secret)
    assert (code, status) == ("AccessDeniedException", 400)
    assert message.startswith("Access to KMS is not allowed. (emulator) User: ")
    assert f"kms:Decrypt on resource: {key}" in message
    via = {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}
    may = identity.session(reads, allow("kms:Decrypt", on=key, Condition=via)).client("secretsmanager")
    assert may.get_secret_value(SecretId=secret)["SecretString"] == "s"
    none = identity.session(allow("kms:*")).client("secretsmanager")
    assert "secretsmanager:GetSecretValue" in refusal(none.get_secret_value, SecretId=secret)[2]


def test_a_secrets_policy_denies(identity: IdentityKit) -> None:
    secretsmanager = identity.client("secretsmanager")
    secret = secretsmanager.create_secret(Name=unique(), SecretString="s")["ARN"]
    policy = document(deny("secretsmanager:*", Principal="*"))
    secretsmanager.put_resource_policy(SecretId=secret, ResourcePolicy=policy)
    asks = identity.session(allow("secretsmanager:*")).client("secretsmanager")
    assert "explicit deny in a resource-based policy" in refusal(asks.get_secret_value, SecretId=secret)[2]


def test_a_grant_lets_its_grantee_use_the_key(identity: IdentityKit) -> None:
    key = identity.key()
    role = identity.role()
    kms = identity.assume(role).client("kms")
    assert "kms:Encrypt" in refusal(kms.encrypt, KeyId=key, Plaintext=BODY)[2]
    grantee = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    identity.client("kms").create_grant(KeyId=key, GranteePrincipal=grantee, Operations=["Encrypt"])
    assert kms.encrypt(KeyId=key, Plaintext=BODY)["KeyId"] == key
    assert refusal(kms.describe_key, KeyId=key)[0] == "AccessDeniedException"


@pytest.mark.parametrize("end", ["", ":*"])
def test_a_log_group_has_two_forms_and_a_stream_one(identity: IdentityKit, end: str) -> None:
    group = unique("/aws-glue/test")
    identity.client("logs").create_log_group(logGroupName=group)
    name = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}{end}"
    logs = identity.session(allow("logs:CreateLogStream", "logs:PutLogEvents", on=name)).client("logs")
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    events = {"logGroupName": group, "logStreamName": "s", "logEvents": [{"timestamp": 1, "message": "m"}]}
    if end:
        logs.put_log_events(**events)
    else:
        assert f"{name}:log-stream:s" in refusal(logs.put_log_events, **events)[2]


def test_a_role_is_assumed_by_those_whom_it_trusts(identity: IdentityKit) -> None:
    trusted, other = identity.role(), identity.role(allow("sts:AssumeRole"))
    by_name = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{trusted}"}
    goal = identity.role(trust={"Effect": "Allow", "Principal": by_name, "Action": "sts:AssumeRole"})
    call = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{goal}", "RoleSessionName": "session"}
    assert identity.assume(trusted).client("sts").assume_role(**call)["Credentials"]
    assert refusal(identity.assume(other).client("sts").assume_role, **call)[:2] == ("AccessDenied", 403)
    assert identity.assume(trusted).client("sts").get_caller_identity()["Account"] == ACCOUNT


def test_a_job_needs_the_right_to_hand_its_role_to_glue(identity: IdentityKit) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/{identity.role()}"
    job = {
        "Name": unique("job"),
        "Role": role,
        "Command": {"Name": "glueetl", "ScriptLocation": "s3://b/s.py"},
        "GlueVersion": "5.1",
        "WorkerType": "G.1X",
        "NumberOfWorkers": 2,
    }
    makes = allow("glue:CreateJob", on=f"arn:aws:glue:us-east-1:{ACCOUNT}:job/*")

    def creating(service: str) -> Any:
        condition = {"StringEquals": {"iam:PassedToService": service}}
        return identity.session(makes, allow("iam:PassRole", on=role, Condition=condition)).client("glue").create_job

    code, status, message = refusal(creating("ec2.amazonaws.com"), **job)
    assert (code, status) == ("AccessDeniedException", 400)
    assert f"iam:PassRole on resource: {role}" in message
    assert creating("glue.amazonaws.com")(**job)["Name"] == job["Name"]


def test_what_cant_be_judged_is_not_refused(identity: IdentityKit) -> None:
    bucket = identity.bucket(o=BODY)
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    s3 = identity.session(allow("s3:GetObject", on=arn(bucket, "*"), Condition=condition)).client("s3")
    assert s3.get_object(Bucket=bucket, Key="o")["Body"].read() == BODY


def test_the_data_api_needs_the_right_to_the_secret(identity: IdentityKit, environment: Environment) -> None:
    secret = identity.client("secretsmanager").create_secret(
        Name=unique(), SecretString=json.dumps({"username": "u", "password": "p"})
    )["ARN"]
    cluster = f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster:none"
    call = {"resourceArn": cluster, "secretArn": secret, "sql": "select 1", "database": "d"}
    both = [allow("rds-data:ExecuteStatement", on=cluster), allow("secretsmanager:GetSecretValue", on=secret)]

    def refused(*statements: dict[str, Any]) -> tuple[str, int, str]:
        return refusal(identity.session(*statements).client("rds-data").execute_statement, **call)

    assert "rds-data:ExecuteStatement" in refused(both[1])[2]
    assert "GetSecretValue" in refused(both[0])[2]
    assert refused(*both)[0] != "AccessDeniedException"  # there is no such cluster


def test_a_disabled_key_is_of_no_use_to_a_service(identity: IdentityKit) -> None:
    key = identity.key()
    bucket = identity.bucket(key)
    s3 = identity.session(allow("s3:*", "kms:*")).client("s3")
    s3.put_object(Bucket=bucket, Key="o", Body=BODY)
    identity.client("kms").disable_key(KeyId=key)
    for call, more in ((s3.get_object, {}), (s3.put_object, {"Body": BODY})):
        code, _, message = refusal(call, Bucket=bucket, Key="o", **more)
        assert code == "KMS.DisabledException"
        assert f"{key} is disabled. (emulator) The key {key} is Disabled: enable it" in message
