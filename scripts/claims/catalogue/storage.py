"""What S3 refuses when buckets, objects and settings are made."""

from __future__ import annotations

from typing import Any

from scripts.claims.claim import Claim
from scripts.claims.policies import allow, document
from scripts.claims.stage import Stage

NAMES = "S3 user guide, bucketnamingrules.html"
LIFECYCLE = "S3 user guide, lifecycle-transition-general-considerations.html"
TAGS = "S3 user guide, object-tagging.html"
POLICY = "S3 user guide, bucket-policies.html; public issues"
WORDS = "the sentence is one that users quote"


def _named(name: str, form: str, doubt: str) -> Claim:
    return Claim(
        f"s3-name-{name}",
        f"CreateBucket refuses the name {form.format('…')}",
        "s3",
        "CreateBucket",
        lambda stage: {"Bucket": form.format(stage.name("b"))},
        "InvalidBucketName",
        "The specified bucket is not valid",
        doubt,
        NAMES,
    )


def _tagged(name: str, says: str, count: int, code: str, sentence: str, doubt: str) -> Claim:
    return Claim(
        name,
        says,
        "s3",
        "PutObject",
        lambda stage: {
            "Bucket": stage.bucket,
            "Key": name,
            "Body": b"",
            "Tagging": "&".join(f"k{number}=v" for number in range(count)),
        },
        code,
        sentence,
        doubt,
        TAGS,
    )


def _bucket_tags(name: str, says: str, tags: list[dict[str, str]], code: str, sentence: str, doubt: str) -> Claim:
    return Claim(
        name,
        says,
        "s3",
        "PutBucketTagging",
        lambda stage: {"Bucket": stage.bucket, "Tagging": {"TagSet": tags}},
        code,
        sentence,
        doubt,
        "S3 API reference, PutBucketTagging",
    )


def _lifecycle(name: str, says: str, sentence: str, *rules: dict[str, Any], code: str = "InvalidArgument") -> Claim:
    listed = [{"Status": "Enabled", "Filter": {"Prefix": ""}, **rule} for rule in rules]
    return Claim(
        f"s3-lifecycle-{name}",
        says,
        "s3",
        "PutBucketLifecycleConfiguration",
        lambda stage: {"Bucket": stage.bucket, "LifecycleConfiguration": {"Rules": listed}},
        code,
        sentence,
        WORDS,
        LIFECYCLE,
    )


def _policy(name: str, says: str, sentence: str, *, code: str = "MalformedPolicy", **changes: Any) -> Claim:
    def request(stage: Stage) -> dict[str, Any]:
        objects = f"arn:aws:s3:::{stage.bucket}/*"
        # An accepted policy denies nobody: the condition holds for plain HTTP only.
        plain = {"Bool": {"aws:SecureTransport": "false"}}
        statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": objects}
        text = document({**statement, "Condition": plain, **changes})
        return {
            "Bucket": stage.bucket,
            "Policy": text.replace("BUCKET", stage.bucket).replace("::000:", f"::{stage.account}:"),
        }

    return Claim(f"s3-policy-{name}", says, "s3", "PutBucketPolicy", request, code, sentence, WORDS, POLICY)


def _days(**days: int) -> dict[str, Any]:
    return {"Transitions": [{"StorageClass": name, "Days": number} for name, number in days.items()]}


CLAIMS = (
    _named("xn", "xn--{}", "which affixes are reserved today"),
    _named("sthree", "sthree-{}", "which affixes are reserved today"),
    _named("demo", "amzn-s3-demo-{}", "which affixes are reserved today"),
    _named("s3alias", "{}-s3alias", "which affixes are reserved today"),
    _named("ol-s3", "{}--ol-s3", "which affixes are reserved today"),
    _named("mrap", "{}.mrap", "which affixes are reserved today"),
    _named("table-s3", "{}--table-s3", "which affixes are reserved today"),
    _named("upper", "Upper-{}", "us-east-1 took capital letters once"),
    Claim(
        "s3-acl-at-creation",
        "CreateBucket refuses a public ACL where ObjectOwnership is not given",
        "s3",
        "CreateBucket",
        lambda stage: {"Bucket": stage.name("acl"), "ACL": "public-read"},
        "InvalidBucketAclWithObjectOwnership",
        "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        WORDS,
        "S3 user guide, about-object-ownership.html",
    ),
    Claim(
        "s3-object-acl",
        "PutObject refuses an ACL in a bucket without ACLs",
        "s3",
        "PutObject",
        lambda stage: {"Bucket": stage.bucket, "Key": "acl", "Body": b"", "ACL": "public-read"},
        "AccessControlListNotSupported",
        "The bucket does not allow ACLs",
        WORDS,
        "S3 user guide, about-object-ownership.html",
    ),
    _tagged("s3-object-ten-tags", "PutObject takes ten tags", 10, "", "", "whether ten is inside the limit"),
    _tagged(
        "s3-object-eleven-tags",
        "PutObject refuses eleven tags",
        11,
        "BadRequest",
        "Object tags cannot be greater than 10",
        "code and sentence",
    ),
    _bucket_tags(
        "s3-bucket-51-tags",
        "PutBucketTagging refuses 51 tags",
        [{"Key": f"k{number}", "Value": "v"} for number in range(51)],
        "BadRequest",
        "Bucket tag count cannot be greater than 50",
        "code and sentence",
    ),
    _bucket_tags(
        "s3-bucket-reserved-tag",
        "PutBucketTagging refuses keys that begin with aws:",
        [{"Key": "aws:a", "Value": "b"}],
        "InvalidTag",
        "System tags cannot be added/updated by requester",
        WORDS,
    ),
    _bucket_tags(
        "s3-bucket-odd-tag",
        "PutBucketTagging refuses & in a value",
        [{"Key": "a", "Value": "b&c"}],
        "InvalidTag",
        "The TagValue you have provided is invalid",
        "which characters S3 takes",
    ),
    _lifecycle(
        "ia-15-days",
        "a transition to STANDARD_IA needs 30 days",
        "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'",
        _days(STANDARD_IA=15),
    ),
    _lifecycle(
        "expires-with-transition",
        "an object must not expire when it moves",
        "'Days' in the Expiration action for filter '(prefix=)' must be greater than 'Days' in the Transition action",
        {**_days(GLACIER=60), "Expiration": {"Days": 60}},
    ),
    _lifecycle(
        "ia-then-glacier",
        "an object stays in STANDARD_IA for 30 days",
        "'Days' in the 'Transition' action for StorageClass 'GLACIER' for filter '(prefix=)' must be 30 days more",
        _days(STANDARD_IA=30, GLACIER=45),
    ),
    _lifecycle(
        "zero-days",
        "an expiration has at least one day",
        "'Days' for Expiration action must be a positive integer",
        {"Expiration": {"Days": 0}},
    ),
    _lifecycle(
        "nothing",
        "a rule has an action",
        "At least one action needs to be specified in a rule",
        {"ID": "nothing"},
        code="InvalidRequest",
    ),
    _lifecycle(
        "repeated-id",
        "the ids of rules are unique",
        "Rule ID must be unique",
        {"ID": "a", "Filter": {"Prefix": "x"}, "Expiration": {"Days": 1}},
        {"ID": "a", "Filter": {"Prefix": "y"}, "Expiration": {"Days": 1}},
    ),
    _lifecycle(
        "uploads-by-tag",
        "unfinished uploads have no tags",
        "AbortIncompleteMultipartUpload cannot be specified with Tags",
        {
            "Filter": {"Tag": {"Key": "a", "Value": "b"}},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        },
        code="InvalidRequest",
    ),
    _policy(
        "unknown-principal",
        "PutBucketPolicy refuses a role that does not exist",
        "Invalid principal in policy",
        Principal={"AWS": "arn:aws:iam::000:role/letrus-aws-parity-no-such-role"},
    ),
    _policy(
        "other-service", "it refuses another service's action", "Policy has invalid action", Action="ec2:RunInstances"
    ),
    _policy(
        "other-bucket",
        "it refuses another bucket's ARN",
        "Policy has invalid resource",
        Resource="arn:aws:s3:::letrus-aws-parity-another/*",
    ),
    _policy(
        "objects-of-the-bucket",
        "it refuses s3:GetObject on the bucket itself",
        "Action does not apply to any resource(s) in statement",
        Resource="arn:aws:s3:::BUCKET",
    ),
    _policy(
        "idle-condition",
        "it refuses s3:prefix for s3:GetObject",
        "Conditions do not apply to combination of actions and resources in statement",
        Condition={"StringEquals": {"s3:prefix": "raw/"}},
    ),
    _policy(
        "public",
        "a new bucket takes no public policy",
        "User: {caller} is not authorized to perform: s3:PutBucketPolicy on resource: "
        '"arn:aws:s3:::{prefix}-bucket" because public policies are prevented by the BlockPublicPolicy setting',
        code="AccessDenied",
        Effect="Allow",
        Condition={},
    ),
    Claim(
        "s3-policy-no-principal",
        "PutBucketPolicy refuses a statement without principal",
        "s3",
        "PutBucketPolicy",
        lambda stage: {
            "Bucket": stage.bucket,
            "Policy": document(allow("s3:GetObject", on=f"arn:aws:s3:::{stage.bucket}/*")),
        },
        "MalformedPolicy",
        "Missing required field Principal",
        WORDS,
        POLICY,
    ),
)
