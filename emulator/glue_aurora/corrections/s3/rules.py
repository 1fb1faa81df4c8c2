"""What S3 refuses when a bucket, an object or a setting of a bucket is made."""

import ipaddress
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from localstack.services.s3.models import s3_stores

from glue_aurora.corrections import documents, grammar, tagging
from glue_aurora.corrections.s3 import lifecycle_rules, policy_rules
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

_NAMES = "S3 user guide, bucketnamingrules.html"
_TAGS = "S3 user guide, object-tagging.html; API reference, PutBucketTagging"
_OWNERSHIP = "S3 user guide, about-object-ownership.html"
_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def _bucket_name(call: Call) -> tuple[object, ...] | None:
    name = str(call.get("Bucket") or "")
    plain = re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) and ".." not in name and not _is_address(name)
    affixed = name.startswith(_RESERVED_PREFIXES) or name.endswith(_RESERVED_SUFFIXES)
    return None if plain and not affixed else ()


def _is_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def bucket_of(call: Call) -> Any:
    """Returns LocalStack's bucket, or None."""
    store = s3_stores[call.account][call.region]
    owner = store.global_bucket_map.get(call.get("Bucket"))
    if owner is None:
        return None
    for each in s3_stores[owner].values():
        if bucket := each.buckets.get(call.get("Bucket")):
            return bucket
    return None


def _object_tags(call: Call) -> tagging.Tags:
    given = call.get("Tagging")
    if isinstance(given, str):
        return parse_qsl(given, keep_blank_values=True)
    return tagging.pairs(call.get("Tagging", "TagSet"))


def _acl(call: Call) -> tuple[object, ...] | None:
    asked = call.get("ACL")
    grants = [name for name in call.parameters if name.startswith("Grant")]
    if asked in (None, "bucket-owner-full-control") and not grants and not call.get("AccessControlPolicy"):
        return None
    bucket = bucket_of(call)
    return () if bucket is not None and bucket.object_ownership == "BucketOwnerEnforced" else None


def _acl_at_creation(call: Call) -> tuple[object, ...] | None:
    enforced = call.get("ObjectOwnership") in (None, "BucketOwnerEnforced")
    return () if enforced and call.get("ACL") not in (None, "private") else None


def _of_policy(test: Callable[[Any, str], Iterator[str]]) -> Callable[[Call], tuple[object, ...] | None]:
    def broken(call: Call) -> tuple[object, ...] | None:
        found = documents.statements(call.get("Policy"))
        return next(((each,) for one in found for each in test(one, str(call.get("Bucket")))), None)

    return broken


def _public(call: Call) -> tuple[object, ...] | None:
    bucket = bucket_of(call)
    blocked = bucket is not None and (bucket.public_access_block or {}).get("BlockPublicPolicy")
    if not blocked or not any(policy_rules.is_public(one) for one in documents.statements(call.get("Policy"))):
        return None
    return f"arn:aws:iam::{call.account}:root", call.get("Bucket")


def _version(call: Call) -> tuple[object, ...] | None:
    return () if grammar.odd_version(call.get("Policy")) else None


def _policy_size(call: Call) -> tuple[object, ...] | None:
    policy = documents.document(call.get("Policy"))
    size = len(json.dumps(_plain(policy), separators=(",", ":"), ensure_ascii=False).encode())
    return () if size > _POLICY_BYTES else None


def _plain(part: Any) -> Any:
    """Returns a part of a policy as S3 may keep it, short: a list of one as its element."""
    if isinstance(part, list):
        return _plain(part[0]) if len(part) == 1 else [_plain(each) for each in part]
    return {name: _plain(value) for name, value in part.items()} if isinstance(part, dict) else part


def _unknown_principal(call: Call) -> tuple[object, ...] | None:
    return documents.first(documents.unknown_principals(call.get("Policy"), call.account))


_POLICY = ("PutBucketPolicy",)
_PUT_OBJECT = ("PutObject", "PutObjectTagging", "CreateMultipartUpload", "CopyObject")
_POLICY_SOURCE = "S3 user guide, bucket-policies.html; public issues"
_POLICY_BYTES = 20_480
# Scality's and Versity's servers repeat these sentences of S3 by their own tests against AWS.
_REPEATED = "scality/Arsenal and versity/versitygw, which repeat what S3 says; list_amazons3.html"

RULES = (
    Rule(
        ("CreateBucket",),
        _bucket_name,
        "InvalidBucketName",
        "The specified bucket is not valid.",
        _NAMES,
        seen=True,
        remedy="Choose 3 to 63 lower-case letters, digits, dots and hyphens, without a reserved prefix or suffix.",
    ),
    Rule(
        ("CreateBucket",),
        _acl_at_creation,
        "InvalidBucketAclWithObjectOwnership",
        "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        _OWNERSHIP,
        seen=True,
        remedy="Leave the ACL out and use a bucket policy, or make ObjectOwnership BucketOwnerPreferred.",
    ),
    Rule(
        ("PutBucketAcl", "PutObject", "PutObjectAcl", "CopyObject", "CreateMultipartUpload"),
        _acl,
        "AccessControlListNotSupported",
        "The bucket does not allow ACLs",
        _OWNERSHIP,
        seen=True,
        remedy="Leave the ACL out and use a bucket policy, or make the bucket's ObjectOwnership BucketOwnerPreferred.",
    ),
    Rule(
        _PUT_OBJECT,
        tagging.more_than(10, _object_tags),
        "BadRequest",
        "Object tags cannot be greater than 10",
        _TAGS,
        seen=True,
        remedy="Take tags off the object, until it has 10.",
    ),
    Rule(
        ("PutBucketTagging",),
        tagging.more_than(50, _object_tags),
        "BadRequest",
        "Bucket tag count cannot be greater than 50",
        _TAGS,
        seen=True,
        remedy="Take tags off the bucket, until it has 50.",
    ),
    Rule(
        (*_PUT_OBJECT, "PutBucketTagging"),
        tagging.reserved(_object_tags),
        "InvalidTag",
        "System tags cannot be added/updated by requester",
        _TAGS,
        seen=True,
        remedy="Take the prefix aws: off the tag's key.",
    ),
    Rule(
        (*_PUT_OBJECT, "PutBucketTagging"),
        tagging.odd_key(_object_tags),
        "InvalidTag",
        "The TagKey you have provided is invalid",
        _TAGS,
        seen=True,
        remedy="Use letters, digits, spaces and _.:/=+-@ in the tag's key, 128 characters at most.",
    ),
    Rule(
        (*_PUT_OBJECT, "PutBucketTagging"),
        tagging.odd_value(_object_tags),
        "InvalidTag",
        "The TagValue you have provided is invalid",
        _TAGS,
        seen=True,
        remedy="Use letters, digits, spaces and _.:/=+-@ in the tag's value, 256 characters at most.",
    ),
    *lifecycle_rules.RULES,
    Rule(
        _POLICY,
        _version,
        "MalformedPolicy",
        "The policy must contain a valid version string",
        "cdk-preflight, rules/s3/pf-s3-bucket-policy-version, tried on AWS in September 2026",
        seen=True,
        remedy="Write 2012-10-17 as the Version of the bucket policy. It is the version of the language.",
    ),
    Rule(
        _POLICY,
        _policy_size,
        "MalformedPolicy",
        f"Normalized policy document exceeds the maximum allowed size of {_POLICY_BYTES} bytes",
        "S3 user guide, add-bucket-policy.html; public issues. How S3 normalizes is not told",
        seen=True,
        remedy="Shorten the bucket policy: join statements, or use patterns in place of lists.",
    ),
    Rule(
        _POLICY,
        _of_policy(policy_rules.missing_field),
        "MalformedPolicy",
        "Missing required field {}",
        _POLICY_SOURCE,
        seen=True,
        remedy="Add {} to the statement of the bucket policy.",
    ),
    Rule(
        _POLICY,
        _of_policy(policy_rules.odd_principal),
        "MalformedPolicy",
        "Invalid principal in policy",
        "re:Post knowledge center, s3-invalid-principal-in-policy-error",
        seen=True,
        remedy="Write {} as AWS does: an account, the ARN of a role or user, or a service such as logs.amazonaws.com.",
    ),
    Rule(
        _POLICY,
        _unknown_principal,
        "MalformedPolicy",
        "Invalid principal in policy",
        "terraform-provider-aws issues 10419, 7646",
        seen=True,
        remedy="Make the roles and users that the bucket policy names first, or correct their ARNs.",
    ),
    Rule(
        _POLICY,
        _of_policy(policy_rules.foreign_action),
        "MalformedPolicy",
        "Policy has invalid action",
        _POLICY_SOURCE,
        seen=True,
        remedy="Use actions of S3 only in the bucket policy.",
    ),
    Rule(
        _POLICY,
        _of_policy(policy_rules.unknown_action),
        "MalformedPolicy",
        "Policy has invalid action",
        "minio/minio pull request 5875, versity/versitygw issue 650; list_amazons3.html",
        seen=True,
        remedy="Use an action of S3 in place of {}. An operation may have another: ListObjects has s3:ListBucket.",
    ),
    Rule(
        _POLICY,
        _of_policy(policy_rules.odd_operator),
        "MalformedPolicy",
        "Invalid Condition type : {}",
        _REPEATED,
        seen=True,
        remedy="Use an operator of IAM in place of {}, such as Bool or StringEquals.",
    ),
    Rule(
        _POLICY,
        _of_policy(policy_rules.unknown_key),
        "MalformedPolicy",
        "Policy has an invalid condition key",
        _REPEATED,
        seen=True,
        remedy="Use a condition key of S3 in place of {}, such as s3:x-amz-acl.",
    ),
    Rule(
        _POLICY,
        _of_policy(policy_rules.odd_network),
        "MalformedPolicy",
        "Invalid IP address in Conditions",
        _REPEATED,
        seen=True,
        remedy="Write an address or a network in place of {}, such as 203.0.113.0/24.",
    ),
    Rule(
        _POLICY,
        _of_policy(policy_rules.foreign_resource),
        "MalformedPolicy",
        "Policy has invalid resource",
        _POLICY_SOURCE,
        seen=True,
        remedy="Name the bucket or its objects only as resources of the bucket policy.",
    ),
    Rule(
        _POLICY,
        _of_policy(policy_rules.idle_action),
        "MalformedPolicy",
        "Action does not apply to any resource(s) in statement",
        "re:Post knowledge center, s3-bucket-policy-action-resource-error",
        seen=True,
        remedy="Name the bucket's ARN for actions on the bucket, and the ARN with /* for actions on objects.",
    ),
    Rule(
        _POLICY,
        _of_policy(policy_rules.idle_condition),
        "MalformedPolicy",
        "Conditions do not apply to combination of actions and resources in statement",
        _POLICY_SOURCE,
        seen=True,
        remedy="Take the condition key out of the statement, or the actions that do not have it.",
    ),
    Rule(
        _POLICY,
        _public,
        "AccessDenied",
        'User: {} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::{}" because public '
        "policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
        "S3 user guide, access-control-block-public-access.html",
        status=403,
        seen=True,
        remedy="Narrow the statement's Principal in the policy of bucket {1}, or turn BlockPublicPolicy off.",
    ),
)
