"""What AWS refuses when something is made: one row for each rule, with AWS's code and a part of its sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config

from scripts.base.isolation import REGION
from tests.kit.aws import refused, unique

pytestmark = pytest.mark.emulator

ACCOUNT = "000000000000"
NOBODY = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"}
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
TAG = {"Key": "a", "Value": "b"}
OF_KEY = {"Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Condition": {}}
TYPO = {"StringEqual": {"aws:SourceAccount": ACCOUNT}}
STRANGERS = (
    {"AWS": "glue.amazonaws.com"},
    {"AWS": "arn:aws:iam::12345678901:root"},
    {"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"},
)
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(**changes: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return policy({**statement, **changes})


def of_size(characters: int) -> str:
    return policy({**READ, "Resource": f"arn:aws:s3:::b/{'x' * characters}"})


def tags(count: int) -> list[dict[str, str]]:
    return [{"Key": f"k{number}", "Value": "v"} for number in range(count)]


def in_days(**days: int) -> dict[str, Any]:
    return {"Transitions": [{"StorageClass": name, "Days": number} for name, number in days.items()]}


def of_bytes(above: int, below: int) -> dict[str, Any]:
    return {"Prefix": "", "ObjectSizeGreaterThan": above, "ObjectSizeLessThan": below}


@pytest.fixture(scope="module")
def aws(environment: Any) -> Any:
    """Returns clients that check nothing themselves, and a bucket, a role, a VPC and a topic to make settings of."""

    def client(service: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=environment.endpoint_url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(parameter_validation=False),
        )

    names = ("s3", "iam", "ec2", "kms", "secretsmanager", "logs", "sns", "cloudwatch", "events", "scheduler")
    clients = {name: client(name) for name in names}
    made = SimpleNamespace(**clients, bucket=unique("bucket"), role=unique("role"), secret=unique("secret"))
    made.s3.create_bucket(Bucket=made.bucket)
    made.iam.create_role(RoleName=made.role, AssumeRolePolicyDocument=trust())
    made.vpc = made.ec2.create_vpc(CidrBlock="10.91.0.0/16")["Vpc"]["VpcId"]
    made.group = made.ec2.create_security_group(GroupName=unique(), Description="x", VpcId=made.vpc)["GroupId"]
    made.acl = made.ec2.create_network_acl(VpcId=made.vpc)["NetworkAcl"]["NetworkAclId"]
    made.topic = made.sns.create_topic(Name=unique())["TopicArn"]
    made.key = made.kms.create_key()["KeyMetadata"]["KeyId"]
    made.group_of_logs = f"/tests/{unique()}"
    made.logs.create_log_group(logGroupName=made.group_of_logs)
    made.secretsmanager.create_secret(Name=made.secret, SecretString="x")
    return made


Case = tuple[str, Callable[[Any], Any], str, str]


def bucket(name: str) -> Case:
    return (
        f"bucket {name}",
        lambda aws: aws.s3.create_bucket(Bucket=name.format(unique())),
        "InvalidBucketName",
        "The specified bucket is not valid.",
    )


def put_lifecycle(aws: Any, *rules: dict[str, Any]) -> None:
    listed = [{"Status": "Enabled", "Filter": {"Prefix": ""}, **rule} for rule in rules]
    aws.s3.put_bucket_lifecycle_configuration(Bucket=aws.bucket, LifecycleConfiguration={"Rules": listed})


def lifecycle(code: str, message: str, *rules: dict[str, Any]) -> Case:
    return f"lifecycle {message[:40]}", lambda aws: put_lifecycle(aws, *rules), code, message


def put_bucket_policy(aws: Any, **changes: Any) -> None:
    objects = f"arn:aws:s3:::{aws.bucket}/*"
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": objects, **changes}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement}).replace("BUCKET", aws.bucket)
    aws.s3.put_bucket_policy(Bucket=aws.bucket, Policy=text)


def bucket_policy(message: str, code: str = "MalformedPolicy", **changes: Any) -> Case:
    return f"bucket policy {message[:40]}", lambda aws: put_bucket_policy(aws, **changes), code, message


def create_role(aws: Any, document: str = "", **changes: Any) -> str:
    given = {"RoleName": unique("role"), "AssumeRolePolicyDocument": document or trust(), **changes}
    return str(aws.iam.create_role(**given)["Role"]["Arn"])


def role(code: str, message: str, document: str = "", **changes: Any) -> Case:
    def call(aws: Any) -> None:
        create_role(aws, document, **changes)

    return f"role {message[:50]}", call, code, message


def changed_trust(message: str, document: str) -> Case:
    def call(aws: Any) -> None:
        aws.iam.update_assume_role_policy(RoleName=aws.role, PolicyDocument=document)

    return f"changed trust {message[:50]}", call, "MalformedPolicyDocument", message


def key_policy(message: str, *dropped: str, version: str = "2012-10-17", **changes: Any) -> Case:
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*", **changes}
    kept = {name: value for name, value in statement.items() if name not in dropped}
    text = policy({**statement, **OF_KEY}, kept).replace("2012-10-17", version)

    def call(aws: Any) -> None:
        aws.kms.create_key(Policy=text)

    return f"key policy {message[:50]}", call, "MalformedPolicyDocumentException", message


def secret_policy(message: str, **changes: Any) -> Case:
    text = policy({**READ, "Action": "secretsmanager:GetSecretValue", "Principal": {"AWS": ACCOUNT}, **changes})

    def call(aws: Any) -> None:
        aws.secretsmanager.put_resource_policy(SecretId=aws.secret, ResourcePolicy=text)

    return f"secret's policy {message[:60]}", call, "MalformedPolicyDocumentException", message


def inline(message: str, document: str, code: str = "MalformedPolicyDocument") -> Case:
    def call(aws: Any) -> None:
        aws.iam.put_role_policy(RoleName=aws.role, PolicyName="one", PolicyDocument=document)

    return f"inline policy {message[:40]}", call, code, message


def group(message: str, **changes: Any) -> Case:
    def call(aws: Any) -> None:
        aws.ec2.create_security_group(**{"GroupName": unique(), "Description": "x", "VpcId": aws.vpc, **changes})

    return f"security group {message[:40]}", call, "InvalidParameterValue", message


def ingress(message: str, code: str = "InvalidParameterValue", **changes: Any) -> Case:
    permission = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "IpRanges": [{"CidrIp": "10.0.0.0/8"}], **changes}

    def call(aws: Any) -> None:
        aws.ec2.authorize_security_group_ingress(GroupId=aws.group, IpPermissions=[permission])

    return f"ingress {message[:40]}", call, code, message


def _without_ports(aws: Any) -> None:
    permission = {"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    aws.ec2.authorize_security_group_ingress(GroupId=aws.group, IpPermissions=[permission])


def new_gateway(aws: Any) -> str:
    return str(aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"])


def new_table(aws: Any) -> str:
    return str(aws.ec2.create_route_table(VpcId=aws.vpc)["RouteTable"]["RouteTableId"])


def elsewhere(aws: Any) -> dict[str, Any]:
    """Returns a new subnet, in a new VPC."""
    vpc = aws.ec2.create_vpc(CidrBlock="10.92.0.0/16")["Vpc"]["VpcId"]
    subnet: dict[str, Any] = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.92.0.0/24")["Subnet"]
    return subnet


def group_in(aws: Any, subnet: dict[str, Any]) -> str:
    made = aws.ec2.create_security_group(GroupName=unique(), Description="x", VpcId=subnet["VpcId"])
    return str(made["GroupId"])


def new_prefix_list(aws: Any, most: int, *cidrs: str) -> Any:
    entries = [{"Cidr": cidr} for cidr in cidrs]
    return aws.ec2.create_managed_prefix_list(
        PrefixListName=unique(), AddressFamily="IPv4", MaxEntries=most, Entries=entries
    )


def topic_policy(message: str, **changes: Any) -> Case:
    def call(aws: Any) -> None:
        allowed = {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": aws.topic, **changes}
        aws.sns.set_topic_attributes(TopicArn=aws.topic, AttributeName="Policy", AttributeValue=policy(allowed))

    return f"topic policy {message[:50]}", call, "InvalidParameter", message


def put_alarm(aws: Any, **changes: Any) -> None:
    threshold = {"Threshold": 1, "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Period": 60}
    metric = {"AlarmName": unique(), "Namespace": "AWS/RDS", "MetricName": "m", "Statistic": "Average"}
    given = {**metric, **threshold, **changes}
    aws.cloudwatch.put_metric_alarm(**{name: value for name, value in given.items() if value is not None})


def alarm(message: str, code: str = "ValidationError", **changes: Any) -> Case:
    return f"alarm {message[:40]}", lambda aws: put_alarm(aws, **changes), code, message


def composite_alarm(message: str, rule: str) -> Case:
    def call(aws: Any) -> None:
        aws.cloudwatch.put_composite_alarm(AlarmName="watches", AlarmRule=rule)

    return f"composite alarm {message[:40]}", call, "ValidationError", message


def query(name: str, **changes: Any) -> dict[str, Any]:
    metric = {"Metric": {"Namespace": "AWS/RDS", "MetricName": "m"}, "Period": 60, "Stat": "Average"}
    return {"Id": name, **({} if "Expression" in changes else {"MetricStat": metric}), **changes}


def put_alarm_of_queries(aws: Any, *queries: dict[str, Any], **changes: Any) -> None:
    threshold = {"Threshold": 1, "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, **changes}
    aws.cloudwatch.put_metric_alarm(
        AlarmName=unique(), Metrics=queries, **{name: value for name, value in threshold.items() if value is not None}
    )


def alarm_of_queries(message: str, *queries: dict[str, Any], **changes: Any) -> Case:
    return (
        f"alarm {message[:40]}",
        lambda aws: put_alarm_of_queries(aws, *queries, **changes),
        "ValidationError",
        message,
    )


BAND = {"ThresholdMetricId": "band", "ComparisonOperator": "GreaterThanUpperThreshold", "Threshold": None}


def topic_attribute(message: str, name: str, value: Any) -> list[Case]:
    """Returns a row for a new topic, which has all attributes in one request, and one for a topic that is there."""
    text = value if isinstance(value, str) else json.dumps(value)

    def change(aws: Any) -> None:
        aws.sns.set_topic_attributes(TopicArn=aws.topic, AttributeName=name, AttributeValue=text)

    def make(aws: Any) -> None:
        aws.sns.create_topic(Name=unique(), Attributes={name: text})

    return [
        (f"new topic {message[:60]}", make, "InvalidParameter", f"Invalid parameter: Attributes Reason: {message}"),
        (f"topic {message[:60]}", change, "InvalidParameter", f"Invalid parameter: {message}"),
    ]


def retries(**numbers: int) -> dict[str, Any]:
    return {"http": {"defaultHealthyRetryPolicy": numbers}}


def _raw_later(aws: Any) -> None:
    given = {"Protocol": "email", "Endpoint": f"{unique()}@example.org", "ReturnSubscriptionArn": True}
    arn = aws.sns.subscribe(TopicArn=aws.topic, **given)["SubscriptionArn"]
    aws.sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue="false")
    aws.sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue="true")


def _topic_twice(aws: Any) -> None:
    name = unique()
    for title in ("One", "One", "Other"):
        aws.sns.create_topic(Name=name, Attributes={"DisplayName": title})


def put_metric_filter(aws: Any, group: str, namespace: str) -> None:
    one = {"metricName": "m", "metricNamespace": namespace, "metricValue": "1"}
    aws.logs.put_metric_filter(logGroupName=group, filterName="f", filterPattern="ERROR", metricTransformations=[one])


def rare_group(aws: Any) -> str:
    """Returns a new log group that is seldom read."""
    name = unique("rare")
    aws.logs.create_log_group(logGroupName=name, logGroupClass="INFREQUENT_ACCESS")
    (shown,) = aws.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert shown["logGroupClass"] == "INFREQUENT_ACCESS"
    return name


def event_pattern(reason: str, **detail: Any) -> Case:
    def call(aws: Any) -> None:
        aws.events.put_rule(Name=unique(), EventPattern=json.dumps({"source": ["aws.glue"], "detail": detail}))

    message = f"Event pattern is not valid. Reason: {reason}"
    return f"event pattern {reason[:50]}", call, "InvalidEventPatternException", message


def put_target(aws: Any, **changes: Any) -> None:
    name = unique()
    aws.events.put_rule(Name=name, EventPattern='{"source": ["aws.glue"]}')
    answer = aws.events.put_targets(Rule=name, Targets=[{"Id": "one", "Arn": aws.topic, **changes}])
    assert answer["FailedEntryCount"] == 0


def event_target(message: str, **changes: Any) -> Case:
    return f"target {message}", lambda aws: put_target(aws, **changes), "ValidationException", message


def secret_with_key(name: str, key: Callable[[Any], str]) -> Case:
    def call(aws: Any) -> None:
        aws.secretsmanager.create_secret(Name=unique(), SecretString="x", KmsKeyId=key(aws))

    return name, call, "AccessDeniedException", "Access to KMS is not allowed"


def _key_of_rds(aws: Any) -> str:
    return str(aws.kms.describe_key(KeyId="alias/aws/rds")["KeyMetadata"]["Arn"])


def dashboard(message: str, body: Any) -> Case:
    def call(aws: Any) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        aws.cloudwatch.put_dashboard(DashboardName=unique(), DashboardBody=text)

    return f"dashboard {message[:40]}", call, "InvalidParameterInput", message


CASES: list[Case] = [
    *map(bucket, ("xn--{}", "sthree-{}", "amzn-s3-demo-{}", "{}-s3alias", "{}--ol-s3", "{}.mrap", "{}--table-s3")),
    *map(bucket, ("Upper-{}", "a_b{}", "a..b{}", "{}-", "192.168.5.4", "ab")),
    (
        "bucket with an ACL",
        lambda aws: aws.s3.create_bucket(Bucket=unique(), ACL="public-read"),
        "InvalidBucketAclWithObjectOwnership",
        "BucketOwnerEnforced",
    ),
    (
        "ACL of a bucket without ACLs",
        lambda aws: aws.s3.put_bucket_acl(Bucket=aws.bucket, ACL="private"),
        "AccessControlListNotSupported",
        "The bucket does not allow ACLs",
    ),
    (
        "ACL of an object without ACLs",
        lambda aws: aws.s3.put_object(Bucket=aws.bucket, Key="k", ACL="public-read"),
        "AccessControlListNotSupported",
        "The bucket does not allow ACLs",
    ),
    (
        "eleven tags on an object",
        lambda aws: aws.s3.put_object(Bucket=aws.bucket, Key="k", Tagging="&".join(f"k{n}=v" for n in range(11))),
        "BadRequest",
        "Object tags cannot be greater than 10",
    ),
    (
        "51 tags on a bucket",
        lambda aws: aws.s3.put_bucket_tagging(Bucket=aws.bucket, Tagging={"TagSet": tags(51)}),
        "BadRequest",
        "Bucket tag count cannot be greater than 50",
    ),
    (
        "reserved tag on a bucket",
        lambda aws: aws.s3.put_bucket_tagging(Bucket=aws.bucket, Tagging={"TagSet": [{"Key": "aws:a", "Value": ""}]}),
        "InvalidTag",
        "System tags cannot be added/updated by requester",
    ),
    (
        "odd tag value on a bucket",
        lambda aws: aws.s3.put_bucket_tagging(Bucket=aws.bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b&c"}]}),
        "InvalidTag",
        "The TagValue you have provided is invalid",
    ),
    (
        "odd tag key on a bucket",
        lambda aws: aws.s3.put_bucket_tagging(Bucket=aws.bucket, Tagging={"TagSet": [{"Key": "a,b", "Value": "c"}]}),
        "InvalidTag",
        "The TagKey you have provided is invalid",
    ),
    lifecycle(
        "InvalidArgument",
        "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'",
        in_days(STANDARD_IA=15),
    ),
    lifecycle(
        "InvalidArgument",
        "'NoncurrentDays' in NoncurrentVersionTransition action must be greater than or equal to 30",
        {"NoncurrentVersionTransitions": [{"NoncurrentDays": 7, "StorageClass": "ONEZONE_IA"}]},
    ),
    lifecycle(
        "InvalidArgument",
        "'Days' in the Expiration action for filter '(prefix=)' must be greater than 'Days' in the Transition action",
        {**in_days(GLACIER=60), "Expiration": {"Days": 60}},
    ),
    lifecycle(
        "InvalidArgument",
        "'Days' in the 'Transition' action for StorageClass 'GLACIER' for filter '(prefix=)' must be 30 days more",
        in_days(STANDARD_IA=30, GLACIER=45),
    ),
    lifecycle(
        "InvalidArgument", "'Days' for Expiration action must be a positive integer", {"Expiration": {"Days": 0}}
    ),
    lifecycle(
        "InvalidArgument",
        "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer",
        {"NoncurrentVersionExpiration": {"NoncurrentDays": 0}},
    ),
    lifecycle("InvalidRequest", "At least one action needs to be specified in a rule", {"ID": "nothing"}),
    lifecycle(
        "InvalidArgument",
        "Rule ID must be unique",
        {"ID": "a", "Filter": {"Prefix": "x"}, "Expiration": {"Days": 1}},
        {"ID": "a", "Filter": {"Prefix": "y"}, "Expiration": {"Days": 1}},
    ),
    lifecycle("InvalidArgument", "ID length should not exceed", {"ID": "x" * 256, "Expiration": {"Days": 1}}),
    lifecycle(
        "InvalidRequest",
        "AbortIncompleteMultipartUpload cannot be specified with Tags",
        {"Filter": {"Tag": TAG}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
    ),
    lifecycle(
        "InvalidRequest",
        "ExpiredObjectDeleteMarker cannot be specified with Tags",
        {"Filter": {"Tag": TAG}, "Expiration": {"ExpiredObjectDeleteMarker": True}},
    ),
    lifecycle(
        "InvalidArgument",
        "'NoncurrentDays' in the NoncurrentVersionExpiration action for filter '(prefix=)' must be greater than",
        {
            "NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "STANDARD_IA"}],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        },
    ),
    lifecycle(
        "InvalidRequest",
        "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for filter",
        {"Transitions": [{"Date": NEW_YEAR, "StorageClass": "GLACIER"}], "Expiration": {"Days": 7}},
    ),
    lifecycle(
        "InvalidRequest",
        "Found mixed 'Date' and 'Days' based Transition actions in lifecycle rule for filter '(prefix=)'",
        {
            "Transitions": [
                {"Date": NEW_YEAR, "StorageClass": "DEEP_ARCHIVE"},
                {"Days": 30, "StorageClass": "GLACIER"},
            ]
        },
    ),
    lifecycle(
        "InvalidArgument",
        "'Date' must be at midnight GMT",
        {"Transitions": [{"Date": NEW_YEAR.replace(hour=3), "StorageClass": "GLACIER"}]},
    ),
    lifecycle(
        "InvalidRequest",
        "'StorageClass' must be different for 'Transition' actions in same 'Rule' with filter '(prefix=)'",
        {"Transitions": [{"Days": days, "StorageClass": "STANDARD_IA"} for days in (30, 90)]},
    ),
    lifecycle(
        "InvalidArgument",
        "'Days' in the 'Transition' action for StorageClass 'DEEP_ARCHIVE' for filter '(prefix=)' must be greater than "
        "'Days' in the 'Transition' action for StorageClass 'GLACIER'",
        in_days(DEEP_ARCHIVE=30, GLACIER=120),
    ),
    lifecycle(
        "InvalidArgument",
        "StorageClass 'GLACIER' for filter '(prefix=)' must be greater than 'Days' in the 'Transition' action for",
        in_days(GLACIER=89, STANDARD_IA=90),
    ),
    lifecycle(
        "InvalidRequest",
        "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.",
        {"Filter": {"And": of_bytes(above=1000, below=1000)}, "Expiration": {"Days": 1}},
    ),
    bucket_policy("Invalid principal in policy", Principal=NOBODY),
    bucket_policy("Policy has invalid action", Action="ec2:RunInstances"),
    bucket_policy("Policy has invalid resource", Resource="arn:aws:s3:::another-bucket/*"),
    bucket_policy("Action does not apply to any resource(s) in statement", Resource="arn:aws:s3:::BUCKET"),
    bucket_policy("Action does not apply to any resource(s) in statement", Action="s3:ListBucket"),
    bucket_policy("Conditions do not apply", Condition={"StringEquals": {"s3:prefix": "raw/"}}),
    bucket_policy("because public policies are prevented", "AccessDenied", Effect="Allow"),
    bucket_policy("Policy has invalid action", Action="s3:ListObjects"),
    bucket_policy("Invalid Condition type : Boolean", Condition={"Boolean": {"aws:SecureTransport": "false"}}),
    bucket_policy("Policy has an invalid condition key", Condition={"StringEquals": {"s3:x-acl": "public-read"}}),
    bucket_policy("Invalid IP address in Conditions", Condition={"NotIpAddress": {"aws:SourceIp": "letrus.com"}}),
    bucket_policy("Invalid principal in policy", Principal={"Service": "logging.s3.amazon.com"}),
    *(bucket_policy("Invalid principal in policy", Principal=each) for each in STRANGERS),
    bucket_policy(
        "Normalized policy document exceeds the maximum allowed size of 20480 bytes",
        Resource=[f"arn:aws:s3:::BUCKET/{n:0>500}" for n in range(40)],
    ),
    (
        "bucket policy of today",
        lambda aws: aws.s3.put_bucket_policy(
            Bucket=aws.bucket, Policy=policy(READ).replace("2012-10-17", "2026-11-30")
        ),
        "MalformedPolicy",
        "The policy must contain a valid version string",
    ),
    (
        "bucket policy without principal",
        lambda aws: aws.s3.put_bucket_policy(Bucket=aws.bucket, Policy=policy(READ)),
        "MalformedPolicy",
        "Missing required field Principal",
    ),
    inline("Maximum policy size of 10240 bytes exceeded for role", of_size(10_240), "LimitExceeded"),
    inline("Policy document should not specify a principal.", policy({**READ, "Principal": "*"})),
    inline("Statement IDs (SID) must be alpha", policy({**READ, "Sid": "read-files"})),
    (
        "large managed policy",
        lambda aws: aws.iam.create_policy(PolicyName=unique(), PolicyDocument=of_size(6_144)),
        "LimitExceeded",
        "Cannot exceed quota for PolicySize: 6144",
    ),
    role(
        "LimitExceeded",
        "Cannot exceed quota for ACLSizePerRole: 2048",
        trust(Condition={"StringLike": {"aws:SourceArn": "x" * 2048}}),
    ),
    role("MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"arn', trust(Principal=NOBODY)),
    role(
        "MalformedPolicyDocument",
        'Invalid principal in policy: "SERVICE":"glue.aws.com"',
        trust(Principal={"Service": "glue.aws.com"}),
    ),
    role("MalformedPolicyDocument", "Has prohibited field Resource", trust(Resource="*")),
    role("MalformedPolicyDocument", "may only specify STS AssumeRole actions", trust(Action="glue:StartJobRun")),
    role("MalformedPolicyDocument", "Missing required field Principal", policy({"Effect": "Allow", "Action": "sts:*"})),
    role("MalformedPolicyDocument", "Syntax errors in policy.", trust(Condition=TYPO)),
    role("MalformedPolicyDocument", "Syntax errors in policy.", trust(Condition={"NullIfExists": {"a:b": "true"}})),
    role("MalformedPolicyDocument", "Syntax errors in policy.", trust(NotAction="sts:TagSession")),
    role("MalformedPolicyDocument", "Syntax errors in policy.", trust(Effects="Allow")),
    role("MalformedPolicyDocument", "Syntax errors in policy.", trust().replace("2012-10-17", "2012-10-18")),
    role("MalformedPolicyDocument", "Syntax errors in policy.", policy()),
    role(
        "MalformedPolicyDocument",
        "Policy statement must contain actions.",
        trust(Action=[]).replace('"Action"', '"Sid"'),
    ),
    *(
        role("MalformedPolicyDocument", "may only specify STS AssumeRole actions", trust(Action=action))
        for action in ("sts:*", "sts:Assume*", "sts:GetCallerIdentity", "sts:assumerole")
    ),
    role(
        "MalformedPolicyDocument", 'AssumeRolepolicy contained an invalid principal: "STAR":"*"', trust(Principal="*")
    ),
    role("MalformedPolicyDocument", 'Invalid principal in policy: "SERVICE":"*"', trust(Principal={"Service": "*"})),
    *(
        role("MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"', trust(Principal=each))
        for each in STRANGERS
    ),
    role(
        "MalformedPolicyDocument",
        "The policy failed legacy parsing",
        trust(Condition={"ArnLike": {"aws:SourceArn": "job"}}),
    ),
    role("InvalidInput", "Paths beginning with '/aws-service-role' are reserved", Path="/aws-service-role/letrus/"),
    role(
        "NoSuchEntity",
        f"Scope ARN: arn:aws:iam::{ACCOUNT}:policy/nothing does not exist or is not attachable.",
        PermissionsBoundary=f"arn:aws:iam::{ACCOUNT}:policy/nothing",
    ),
    role(
        "InvalidInput",
        f"ARN arn:aws:iam::{ACCOUNT}:role/a is not valid.",
        PermissionsBoundary=f"arn:aws:iam::{ACCOUNT}:role/a",
    ),
    changed_trust('Invalid principal in policy: "AWS":"glue.amazonaws.com"', trust(Principal=STRANGERS[0])),
    changed_trust("may only specify STS AssumeRole actions", trust(Action="sts:*")),
    changed_trust("Syntax errors in policy.", trust(Condition=TYPO)),
    *(
        inline("The policy failed legacy parsing", policy({**READ, "Condition": {operator: {key: value}}}))
        for operator, key, value in (
            ("NotIpAddress", "aws:SourceIp", "escritorio.letrus.com"),
            ("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "10.0.0.0/33"]),
            ("NumericLessThan", "s3:max-keys", "ten"),
            ("DateGreaterThan", "aws:CurrentTime", "2026/01/01"),
            ("ArnLikeIfExists", "aws:SourceArn", "arn:aws:s3:b"),
        )
    ),
    role("ValidationError", "at 'roleName' failed to satisfy constraint", RoleName="a b"),
    role("ValidationError", "at 'description' failed to satisfy constraint", Description="lê – e grava"),
    role("ValidationError", "at 'maxSessionDuration' failed to satisfy constraint", MaxSessionDuration=60),
    role("ValidationError", "at 'tags.1.member.value' failed", Tags=[{"Key": "a", "Value": "b&c"}]),
    role("InvalidInput", "aws: prefixed tag key names", Tags=[{"Key": "aws:a", "Value": "b"}]),
    group("Character sets beyond ASCII are not supported.", Description="Acesso à base"),
    group("Invalid security group description.", Description="the job's group"),
    group("Group names may not be in the format sg-*", GroupName="sg-group"),
    group("for parameter GroupName is invalid", GroupName="ação"),
    group("Invalid security group name.", GroupName="job's"),
    ingress("Invalid rule description.", IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "job -> base"}]),
    ingress("Unknown protocol", IpProtocol="tpc"),
    ingress("Invalid TCP port range (2:1)", FromPort=2, ToPort=1),
    ("ingress without ports", _without_ports, "InvalidParameterValue", "Must specify both from and to ports"),
    ingress("Invalid TCP port range (70000:70000)", FromPort=70_000, ToPort=70_000),
    ingress(
        "'pl-0123456789abcdef0'",
        "InvalidPrefixListID.NotFound",
        IpRanges=[],
        PrefixListIds=[{"PrefixListId": "pl-0123456789abcdef0"}],
    ),
    (
        "small subnet",
        lambda aws: aws.ec2.create_subnet(VpcId=aws.vpc, CidrBlock="10.91.1.0/29"),
        "InvalidSubnet.Range",
        "The CIDR '10.91.1.0/29' is invalid.",
    ),
    (
        "number of an ACL's entry",
        lambda aws: aws.ec2.create_network_acl_entry(
            NetworkAclId=aws.acl, RuleNumber=40_000, Protocol="-1", RuleAction="allow", Egress=False
        ),
        "InvalidParameterValue",
        "Value (40000) for parameter ruleNumber is invalid. The number is from 1 to 32766.",
    ),
    (
        "reserved tag in EC2",
        lambda aws: aws.ec2.create_tags(Resources=[aws.vpc], Tags=[{"Key": "aws:a", "Value": "b"}]),
        "InvalidParameterValue",
        "Tag keys starting with 'aws:' are reserved for internal use",
    ),
    (
        "second internet gateway",
        lambda aws: [
            aws.ec2.attach_internet_gateway(InternetGatewayId=new_gateway(aws), VpcId=aws.vpc) for _ in range(2)
        ],
        "InvalidParameterValue",
        "already has an internet gateway attached",
    ),
    (
        "route to an internet gateway that is not attached",
        lambda aws: aws.ec2.create_route(
            RouteTableId=new_table(aws), DestinationCidrBlock="0.0.0.0/0", GatewayId=new_gateway(aws)
        ),
        "InvalidParameterValue",
        " belong to different networks",
    ),
    (
        "route table of another VPC",
        lambda aws: aws.ec2.associate_route_table(RouteTableId=new_table(aws), SubnetId=elsewhere(aws)["SubnetId"]),
        "InvalidParameterValue",
        " belong to different networks",
    ),
    (
        "rule with a group of another VPC",
        lambda aws: aws.ec2.authorize_security_group_ingress(
            GroupId=aws.group,
            IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group_in(aws, elsewhere(aws))}]}],
        ),
        "InvalidGroup.NotFound",
        "You have specified two resources that belong to different networks.",
    ),
    (
        "second range in the first",
        lambda aws: aws.ec2.associate_vpc_cidr_block(VpcId=aws.vpc, CidrBlock="10.91.128.0/17"),
        "CidrConflict",
        "CIDR range conflicts with 10.91.0.0/16 with association ID vpc-cidr-assoc-",
    ),
    (
        "public NAT gateway without an address",
        lambda aws: aws.ec2.create_nat_gateway(SubnetId=elsewhere(aws)["SubnetId"]),
        "MissingParameter",
        "The request must include the AllocationId parameter.",
    ),
    (
        "private NAT gateway with an address",
        lambda aws: aws.ec2.create_nat_gateway(
            SubnetId=elsewhere(aws)["SubnetId"],
            ConnectivityType="private",
            AllocationId=aws.ec2.allocate_address(Domain="vpc")["AllocationId"],
        ),
        "InvalidParameterCombination",
        "AllocationId cannot be specified for a NAT Gateway with Connectivity Type private.",
    ),
    (
        "two entries in a prefix list for one",
        lambda aws: new_prefix_list(aws, 1, "203.0.113.0/25", "203.0.113.128/25"),
        "InvalidParameterCombination",
        "The number of entries cannot be greater than the maximum number of entries",
    ),
    (
        "key policy that names nobody",
        lambda aws: aws.kms.create_key(
            Policy=policy({"Effect": "Allow", "Principal": NOBODY, "Action": "kms:*", "Resource": "*"})
        ),
        "MalformedPolicyDocumentException",
        "Policy contains a statement with one or more invalid principals.",
    ),
    key_policy("Policy contains a statement with no principal.", "Principal"),
    key_policy("Missing required field Resource", "Resource"),
    key_policy("Missing required field Action", "Action"),
    key_policy("operator ArnMatches, which does not exist.", Condition={"ArnMatches": {"aws:SourceArn": "*"}}),
    key_policy("The key policy has a Version that is not 2012-10-17", version="2026-11-30"),
    key_policy("with one or more invalid principals.", Principal={"Service": "cloudwatch.amazon.com"}),
    *(key_policy("with one or more invalid principals.", Principal=each) for each in STRANGERS),
    (
        "grant to nobody",
        lambda aws: aws.kms.create_grant(KeyId=aws.key, GranteePrincipal=NOBODY["AWS"], Operations=["Decrypt"]),
        "InvalidArnException",
        "ARN does not refer to a valid principal",
    ),
    *(
        (
            f"rotation of {kind['KeySpec']}",
            lambda aws, kind=kind: aws.kms.enable_key_rotation(
                KeyId=aws.kms.create_key(**kind)["KeyMetadata"]["KeyId"]
            ),
            "UnsupportedOperationException",
            "EnableKeyRotation is not supported for a key with spec",
        )
        for kind in (
            {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
            {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
            {"KeySpec": "SYMMETRIC_DEFAULT", "Origin": "EXTERNAL"},
        )
    ),
    (
        "short rotation",
        lambda aws: aws.kms.enable_key_rotation(KeyId=aws.key, RotationPeriodInDays=30),
        "ValidationException",
        "at 'rotationPeriodInDays' failed to satisfy constraint",
    ),
    (
        "odd tag of a key",
        lambda aws: aws.kms.create_key(Tags=[{"TagKey": "a", "TagValue": "b&c"}]),
        "TagException",
        "The tag value b&c is not valid.",
    ),
    (
        "odd key of a key's tag",
        lambda aws: aws.kms.create_key(Tags=[{"TagKey": "a,b", "TagValue": "c"}]),
        "TagException",
        "The tag key a,b is not valid.",
    ),
    (
        "secret's policy that names nobody",
        lambda aws: aws.secretsmanager.put_resource_policy(
            SecretId=aws.secret, ResourcePolicy=policy({**READ, "Principal": NOBODY})
        ),
        "MalformedPolicyDocumentException",
        "This resource policy contains an unsupported principal.",
    ),
    secret_policy("This policy has invalid syntax.", Condition=TYPO),
    *(secret_policy("This resource policy contains an unsupported principal.", Principal=each) for each in STRANGERS),
    secret_policy(
        "This resource policy contains an unsupported service principal.", Principal={"Service": "rds.amazon.com"}
    ),
    (
        "secret's policy of today",
        lambda aws: aws.secretsmanager.put_resource_policy(
            SecretId=aws.secret, ResourcePolicy=policy({**READ, "Principal": "*"}).replace("2012-10-17", "2026-11-30")
        ),
        "MalformedPolicyDocumentException",
        "This policy has invalid syntax.",
    ),
    (
        "public policy of a secret",
        lambda aws: aws.secretsmanager.put_resource_policy(
            SecretId=aws.secret, BlockPublicPolicy=True, ResourcePolicy=policy({**READ, "Principal": "*"})
        ),
        "PublicPolicyException",
        "You can't use a resource policy that allows broad access to the secret.",
    ),
    (
        "51 tags of a secret",
        lambda aws: aws.secretsmanager.create_secret(Name=unique(), SecretString="x", Tags=tags(51)),
        "InvalidParameterException",
        "A secret has at most 50 tags",
    ),
    (
        "reserved tag of a secret",
        lambda aws: aws.secretsmanager.tag_resource(SecretId=aws.secret, Tags=[{"Key": "aws:a", "Value": "b"}]),
        "InvalidParameterException",
        "Tag keys with the prefix aws: are reserved: aws:a",
    ),
    secret_with_key("secret with an alias of RDS", lambda _: "alias/aws/rds"),
    secret_with_key("secret with the key of RDS", _key_of_rds),
    (
        "secret that gets an alias of S3",
        lambda aws: aws.secretsmanager.update_secret(SecretId=aws.secret, KmsKeyId="alias/aws/s3"),
        "AccessDeniedException",
        "Access to KMS is not allowed",
    ),
    (
        "metric filter in a namespace of AWS",
        lambda aws: put_metric_filter(aws, aws.group_of_logs, "AWS/Glue"),
        "InvalidParameterException",
        "Metric namespaces starting with AWS/ are reserved for AWS.",
    ),
    (
        "metric filter of a group that is seldom read",
        lambda aws: put_metric_filter(aws, rare_group(aws), "Letrus"),
        "InvalidParameterException",
        "This operation is only supported on the Standard log class.",
    ),
    (
        "subscription filter of a group that is seldom read",
        lambda aws: aws.logs.put_subscription_filter(
            logGroupName=rare_group(aws),
            filterName="f",
            filterPattern="",
            destinationArn=f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/a",
        ),
        "InvalidParameterException",
        "This operation is only supported on the Standard log class.",
    ),
    (
        "51 tags of a log group",
        lambda aws: aws.logs.create_log_group(logGroupName=unique(), tags={f"k{n}": "v" for n in range(51)}),
        "InvalidParameterException",
        "less than or equal to 50",
    ),
    (
        "reserved tag of a log group",
        lambda aws: aws.logs.create_log_group(logGroupName=unique(), tags={"aws:a": "b"}),
        "InvalidParameterException",
        "The tag key aws:a has the prefix aws:, which is reserved.",
    ),
    (
        "retention of ten days",
        lambda aws: aws.logs.put_retention_policy(logGroupName=aws.group_of_logs, retentionInDays=10),
        "InvalidParameterException",
        "Value '10' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3, 5,",
    ),
    (
        "log group of AWS",
        lambda aws: aws.logs.create_log_group(logGroupName="aws/glue"),
        "InvalidParameterException",
        "Log groups starting with AWS/ are reserved for AWS.",
    ),
    (
        "log group with a space",
        lambda aws: aws.logs.create_log_group(logGroupName="a b"),
        "InvalidParameterException",
        "at 'logGroupName' failed to satisfy constraint",
    ),
    (
        "log group with a key that is not there",
        lambda aws: aws.logs.create_log_group(
            logGroupName=unique(), kmsKeyId=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
        ),
        "InvalidParameterException",
        "The specified KMS Key Id could not be found.",
    ),
    topic_policy("Invalid parameter: Policy Error: PrincipalNotFound", Principal=NOBODY),
    topic_policy("Policy Error: PrincipalNotFound", Principal={"Service": "cloudwatch.amazon.com"}),
    *(topic_policy("Policy Error: PrincipalNotFound", Principal=each) for each in STRANGERS),
    topic_policy("Policy Error: the condition operator StringEqual does not exist", Condition=TYPO),
    (
        "topic with a policy of today",
        lambda aws: aws.sns.create_topic(Name=unique(), Attributes={"Policy": policy(READ).replace("2012-", "2026-")}),
        "InvalidParameter",
        "Policy Error: the Version is not 2012-10-17 or 2008-10-17",
    ),
    topic_policy("Policy statement action out of service scope!", Action="sns:CreateTopic"),
    topic_policy("must match the topic", Resource=f"arn:aws:sns:{REGION}:{ACCOUNT}:another"),
    (
        "51 tags of a topic",
        lambda aws: aws.sns.create_topic(Name=unique(), Tags=tags(51)),
        "TagLimitExceeded",
        "tag quota of per resource exceeded",
    ),
    *topic_attribute("DisplayName", "DisplayName", "x" * 101),
    *topic_attribute(
        "DeliveryPolicy: http.defaultHealthyRetryPolicy.maxDelayTarget must be greater than or equal to minDelayTarget",
        "DeliveryPolicy",
        retries(minDelayTarget=30, maxDelayTarget=20, numRetries=3),
    ),
    *topic_attribute(
        "DeliveryPolicy: http.defaultHealthyRetryPolicy.numRetries must be less than or equal to 100",
        "DeliveryPolicy",
        retries(minDelayTarget=30, maxDelayTarget=20, numRetries=101),
    ),
    *topic_attribute(
        "DeliveryPolicy: http.defaultHealthyRetryPolicy.minDelayTarget must be greater than or equal to 1",
        "DeliveryPolicy",
        retries(minDelayTarget=0, maxDelayTarget=20),
    ),
    *topic_attribute(
        "DeliveryPolicy: http.defaultHealthyRetryPolicy.numRetries must be greater than or equal to total of",
        "DeliveryPolicy",
        retries(numRetries=3, numNoDelayRetries=2, numMaxDelayRetries=2),
    ),
    (
        "retries of a subscription",
        lambda aws: aws.sns.subscribe(
            TopicArn=aws.topic,
            Protocol="https",
            Endpoint="https://example.org",
            Attributes={"DeliveryPolicy": json.dumps({"healthyRetryPolicy": {"numRetries": 101}})},
        ),
        "InvalidParameter",
        "DeliveryPolicy: healthyRetryPolicy.numRetries must be less than or equal to 100",
    ),
    (
        "raw messages by e-mail",
        lambda aws: aws.sns.subscribe(
            TopicArn=aws.topic,
            Protocol="email",
            Endpoint="equipe@example.org",
            Attributes={"RawMessageDelivery": "true"},
        ),
        "InvalidParameter",
        "Attributes Reason: Delivery protocol [email] does not support raw message delivery.",
    ),
    (
        "raw messages by e-mail, asked for later",
        _raw_later,
        "InvalidParameter",
        "Invalid parameter: Delivery protocol [email] does not support raw message delivery.",
    ),
    ("topic twice", _topic_twice, "InvalidParameter", "Topic already exists with different attributes"),
    alarm("ComparisonOperators for ranges require ThresholdMetricId", ComparisonOperator="LessThanLowerThreshold"),
    alarm("PutMetricAlarm request should have valid Threshold parameter", Threshold=None),
    alarm(
        "Option evaluateLowSampleCountPercentile can not be applied with statistic Average.",
        EvaluateLowSampleCountPercentile="ignore",
    ),
    alarm_of_queries(
        "Exactly one element of the metrics list should return data.",
        query("half", Expression="m / 2"),
        query("m"),
    ),
    alarm_of_queries(
        "Exactly two elements of the metrics list should return data.",
        query("band", Expression="ANOMALY_DETECTION_BAND(m, 2)"),
        query("m", ReturnData=False),
        **BAND,
    ),
    alarm_of_queries(
        "SEARCH is not supported on Metric Alarms.",
        query("all", Expression="SUM(SEARCH('{AWS/RDS,Role} MetricName=\"m\"', 'Average', 300))", Period=300),
    ),
    composite_alarm("Error in AlarmRule [Unsupported token 'pipeline' at char 0, must be: '(',", "pipeline OR base"),
    composite_alarm("Error in AlarmRule [Unsupported token 'base' at char 9, must be: '(', 'NOT'", "TRUE AND base"),
    composite_alarm(
        f"as alarms [arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:nobody] in the alarm rule do not exist",
        'NOT ALARM("nobody")',
    ),
    alarm("Metrics cannot be checked across more than a day", Period=300, EvaluationPeriods=289),
    alarm("Metrics cannot be checked across more than a week", Period=86400, EvaluationPeriods=8),
    alarm("DatapointsToAlarm must be less than or equal to", DatapointsToAlarm=2),
    alarm("can not both be set", "InvalidParameterCombination", ExtendedStatistic="p90"),
    alarm("Invalid region us-east-2 specified.", AlarmActions=[f"arn:aws:sns:us-east-2:{ACCOUNT}:a"]),
    dashboard("The field DashboardBody must be a valid JSON object", "{'widgets': []}"),
    dashboard(
        'The dashboard body is invalid, there are 1 validation errors: [{ "dataPath": "/widgets/0/type"',
        {"widgets": [{"type": "metrics", "properties": {}}]},
    ),
    dashboard('"dataPath": "/widgets/0/width"', {"widgets": [{"type": "text", "width": 25, "properties": {}}]}),
    alarm(
        "at 'alarmActions' failed to satisfy constraint: Member must have length less than or equal to 5",
        AlarmActions=[f"arn:aws:sns:{REGION}:{ACCOUNT}:a{n}" for n in range(6)],
    ),
    dashboard("'region'", {"widgets": [{"type": "metric", "properties": {"metrics": []}}]}),
    (
        "schedule at 25 o'clock",
        lambda aws: aws.events.put_rule(Name=unique(), ScheduleExpression="cron(0 25 * * ? *)", State="DISABLED"),
        "ValidationException",
        "Parameter ScheduleExpression is not valid.",
    ),
    (
        "schedule of the Scheduler at 25 o'clock",
        lambda aws: aws.scheduler.create_schedule(
            Name=unique(),
            ScheduleExpression="cron(0 25 * * ? *)",
            State="DISABLED",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:a", "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/a"},
        ),
        "ValidationException",
        "Invalid Schedule Expression cron(0 25 * * ? *).",
    ),
    (
        "event pattern without a list",
        lambda aws: aws.events.put_rule(Name=unique(), EventPattern='{"source": "aws.glue"}'),
        "InvalidEventPatternException",
        '"source" must be an object or an array',
    ),
    (
        "event pattern that is no JSON",
        lambda aws: aws.events.put_rule(Name=unique(), EventPattern="{source}"),
        "InvalidEventPatternException",
        "Event pattern is not valid. Reason: ",
    ),
    (
        "event pattern with an operator of nobody",
        lambda aws: aws.events.put_rule(Name=unique(), EventPattern='{"source": [{"begins": "aws"}]}'),
        "InvalidEventPatternException",
        "Event pattern is not valid. Reason: Unrecognized match type begins",
    ),
    event_pattern("Empty arrays are not allowed", state=[]),
    event_pattern("Empty objects are not allowed"),
    event_pattern("exists match pattern must be either true or false.", jobRunId=[{"exists": "true"}]),
    event_pattern("prefix match pattern must be a string", jobName=[{"prefix": 5}]),
    event_pattern("Unrecognized numeric range operator: =>", size=[{"numeric": ["=>", 5]}]),
    event_pattern("Unsupported anything-but pattern: exists", state=[{"anything-but": {"exists": True}}]),
    event_pattern("Consecutive wildcard characters", jobName=[{"wildcard": "a**b"}]),
    event_target(
        "sns is not supported as a dead letter resource",
        DeadLetterConfig={"Arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:letters"},
    ),
    event_target(
        "SQS FIFO is not supported by Dead Letter Queues",
        DeadLetterConfig={"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters.fifo"},
    ),
    event_target("InputPath for target one is invalid.", InputPath="detail"),
    event_target(
        "InputPath for target one is invalid.",
        InputTransformer={"InputPathsMap": {"a": "$.detail['a']"}, "InputTemplate": "<a>"},
    ),
]


@pytest.mark.parametrize(("call", "code", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_aws_refuses(aws: Any, call: Callable[[Any], Any], code: str, message: str) -> None:
    with refused(code, message):
        call(aws)


def test_a_refusal_says_what_to_change(aws: Any) -> None:
    sentence = "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'"
    with refused(
        "InvalidArgument", f"{sentence} (emulator) Raise Days of the Transition to STANDARD_IA to 30 or more."
    ):
        put_lifecycle(aws, in_days(STANDARD_IA=15))


@pytest.mark.parametrize(
    "rule",
    [
        {
            "NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "STANDARD_IA"}],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 31},
        },
        {
            "Transitions": [{"Date": NEW_YEAR, "StorageClass": "GLACIER"}],
            "Expiration": {"Date": NEW_YEAR.replace(month=2)},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        },
        in_days(STANDARD_IA=30, INTELLIGENT_TIERING=60, GLACIER_IR=90, GLACIER=91, DEEP_ARCHIVE=92),
        {**in_days(GLACIER=0), "Expiration": {"ExpiredObjectDeleteMarker": True}},
        {
            **in_days(GLACIER=30),
            "NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "GLACIER"}],
        },
        {"Filter": {"And": of_bytes(above=1000, below=1001)}, "Expiration": {"Days": 1}},
    ],
)
def test_a_lifecycle_that_s3_takes_is_taken(aws: Any, rule: dict[str, Any]) -> None:
    put_lifecycle(aws, {"ID": "one", **rule})


def test_networks_that_ec2_takes_are_taken(aws: Any) -> None:
    subnet = elsewhere(aws)
    vpc, gateway = subnet["VpcId"], new_gateway(aws)
    aws.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = aws.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    aws.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    aws.ec2.replace_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    aws.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet["SubnetId"])
    aws.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    aws.ec2.attach_internet_gateway(InternetGatewayId=new_gateway(aws), VpcId=vpc)
    aws.ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.93.0.0/16")
    aws.ec2.associate_vpc_cidr_block(VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)
    aws.ec2.create_nat_gateway(SubnetId=subnet["SubnetId"], ConnectivityType="private")
    new_prefix_list(aws, 2, "203.0.113.0/25", "203.0.113.128/25")

    one, two = group_in(aws, subnet), group_in(aws, subnet)
    for pair in ({"GroupId": one}, {"GroupId": two, "UserId": ACCOUNT}):
        permission = {"IpProtocol": "-1", "UserIdGroupPairs": [pair]}
        aws.ec2.authorize_security_group_ingress(GroupId=one, IpPermissions=[permission])
    peering = aws.ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=aws.vpc)["VpcPeeringConnection"]
    aws.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering["VpcPeeringConnectionId"])
    permission = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": aws.group}]}
    aws.ec2.authorize_security_group_egress(GroupId=one, IpPermissions=[permission])


def test_eleven_policies_of_a_role(aws: Any) -> None:
    for number in range(11):
        arn = aws.iam.create_policy(PolicyName=unique(), PolicyDocument=policy(READ))["Policy"]["Arn"]
        if number < 10:
            aws.iam.attach_role_policy(RoleName=aws.role, PolicyArn=arn)
    with refused("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10"):
        aws.iam.attach_role_policy(RoleName=aws.role, PolicyArn=arn)


TAKEN = [
    {"Bool": {"aws:SecureTransport": "false"}, "Null": {"aws:TokenIssueTime": "true"}},
    {"ForAllValues:StringLikeIfExists": {"aws:TagKeys": ["a*"]}, "ForAllValues:Null": {"aws:TagKeys": "true"}},
    {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "203.0.113.5", "0.0.0.0/0", "2001:db8::/32", "::/0"]}},
    {"ArnLike": {"aws:SourceArn": ["arn:*:s3:::b", "arn:aws:glue:*:*:*", "*"]}},
    {"NumericLessThan": {"aws:MultiFactorAuthAge": ["10", "10.5", "-1", "1e3"]}},
    {"DateGreaterThan": {"aws:CurrentTime": ["2026", "2026-01", "2026-01-01", "2026-01-01T00:00:00Z", "1767225600"]}},
]
KNOWN = [
    "*",
    {"AWS": "*"},
    {"AWS": ["0000-0000-0000", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"]},
    {"AWS": "arn:aws:sts::123456789012:assumed-role/a/session"},
    {"AWS": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"},
    {"Service": ["logs.us-east-1.amazonaws.com", "cloudwatch.amazonaws.com", "s3.amazonaws.com.cn"]},
    {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"},
]


@pytest.mark.parametrize("condition", TAKEN)
def test_aws_takes_these_conditions(aws: Any, condition: dict[str, Any]) -> None:
    create_role(aws, trust(Condition=condition))
    put_bucket_policy(aws, Condition=condition)
    text = policy({**READ, "Principal": "*", "Condition": condition})
    aws.iam.put_role_policy(
        RoleName=aws.role, PolicyName="one", PolicyDocument=policy({**READ, "Condition": condition})
    )
    aws.secretsmanager.put_resource_policy(SecretId=aws.secret, ResourcePolicy=text)
    topic_policy("", Condition=condition)[1](aws)
    key_policy("", Condition=condition)[1](aws)


@pytest.mark.parametrize("principal", KNOWN)
def test_aws_takes_these_principals(aws: Any, principal: Any) -> None:
    if principal != "*":
        create_role(aws, trust(Principal=principal))
    put_bucket_policy(aws, Principal=principal)
    secret_policy("", Principal=principal)[1](aws)
    topic_policy("", Principal=principal)[1](aws)
    key_policy("", Principal=principal)[1](aws)


def test_aws_takes_these_policies(aws: Any) -> None:
    create_role(aws, trust(Action=["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"]))
    create_role(aws, trust().replace("2012-10-17", "2008-10-17"), Path="/service-role/")
    create_role(aws, PermissionsBoundary="arn:aws:iam::aws:policy/PowerUserAccess")
    put_bucket_policy(aws, Action=["s3:getobject", "s3:Get*", "s3:GetObjectVersionForReplication"])
    put_bucket_policy(aws, Condition={"StringEquals": {"s3:ExistingObjectTag/a": "b", "S3:TLSVersion": "1.2"}})
    put_bucket_policy(aws, Principal={"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"})
    put_bucket_policy(aws, Resource=[f"arn:aws:s3:::BUCKET/{n:0>450}" for n in range(40)])
    key_policy("", Action="kms:Decrypt", Condition={})[1](aws)
    aws.kms.create_grant(KeyId=aws.key, GranteePrincipal=create_role(aws), Operations=["Decrypt"])
    aws.kms.create_grant(KeyId=aws.key, GranteePrincipal="arn:aws:iam::123456789012:role/a", Operations=["Decrypt"])


def test_a_composite_alarm_of_itself(aws: Any) -> None:
    name = unique("alarm")
    aws.cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule="FALSE")
    with refused("ValidationError", "cannot have a child relation with itself via its AlarmRule"):
        aws.cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=f"ALARM({name})")


def test_what_aws_takes_is_taken(aws: Any) -> None:
    """One of each kind of request that the rules look at."""
    put_lifecycle(aws, {"ID": "old", **in_days(STANDARD_IA=30, GLACIER=60), "Expiration": {"Days": 61}})
    put_lifecycle(aws, {"ID": "parts", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}})
    role_arn = aws.iam.get_role(RoleName=aws.role)["Role"]["Arn"]
    both = ["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/*"]
    put_bucket_policy(aws, Action=["s3:GetObject", "s3:ListBucket"], Resource=both, Principal={"AWS": role_arn})
    only = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    put_bucket_policy(aws, Effect="Allow", Action="s3:*", Resource=both, Condition=only)
    put_bucket_policy(aws, Effect="Allow", Principal={"AWS": "arn:aws:iam::123456789012:role/elsewhere"})
    aws.iam.put_role_policy(RoleName=aws.role, PolicyName="one", PolicyDocument=of_size(10_000))
    aws.iam.create_role(
        RoleName=unique("role"),
        AssumeRolePolicyDocument=trust(Principal={"AWS": [role_arn, f"arn:aws:iam::{ACCOUNT}:root"]}),
        Description="Lê e grava as notas",
        Tags=[{"Key": "Projeto", "Value": "Avaliação: notas/2026 + 1"}],
    )
    aws.ec2.create_security_group(GroupName=unique(), Description="Job (Glue) to base: 5432; {x}", VpcId=aws.vpc)
    aws.ec2.authorize_security_group_ingress(
        GroupId=aws.group,
        IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": aws.group, "Description": "itself"}]}],
    )
    put_alarm(aws, Period=3600, EvaluationPeriods=24 * 7, AlarmActions=[aws.topic])
    widget = {"type": "metric", "x": 12, "width": 12, "height": 6, "properties": {"region": REGION, "metrics": []}}
    aws.cloudwatch.put_dashboard(DashboardName=unique(), DashboardBody=json.dumps({"widgets": [widget]}))
    names = [unique("alarm") for _ in range(3)]
    for name in names:
        put_alarm(aws, AlarmName=name)
    watched = f'ALARM("{names[0]}") OR NOT (OK({names[1]}) AND TRUE) OR AT_LEAST(1, ALARM, ({names[1]}, "{names[2]}"))'
    arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{names[0]}"
    for rule in (watched, "TRUE", f"(INSUFFICIENT_DATA({arn}))"):
        aws.cloudwatch.put_composite_alarm(AlarmName=unique(), AlarmRule=rule)
    put_alarm(aws, Statistic=None, ExtendedStatistic="p90", EvaluateLowSampleCountPercentile="ignore")
    put_alarm_of_queries(aws, query("half", Expression="m / 2"), query("m", ReturnData=False))
    put_alarm_of_queries(aws, query("band", Expression="ANOMALY_DETECTION_BAND(m, 2)"), query("m"), **BAND)
    numeric = {"source": ["aws.glue"], "detail": {"n": [{"numeric": [">", 1]}], "$or": [{"a": ["b"]}, {"c": ["d"]}]}}
    aws.events.put_rule(Name=unique(), EventPattern=json.dumps(numeric))
    for values in ([{"anything-but": {"prefix": "a"}}], [{"exists": False}], [{"wildcard": "a*"}], [None, 1, "a"]):
        aws.events.put_rule(Name=unique(), EventPattern=json.dumps({"detail": {"a": values}}))
    rule = unique()
    aws.events.put_rule(Name=rule, EventPattern='{"detail": {"a": [{"cidr": "10.0.0.5/8"}, {"exactly": "b"}]}}')
    aws.events.delete_rule(Name=rule)  # LocalStack can't match an address with a shorter mask, and PutEvents would fail
    letters = f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters"
    put_target(aws, DeadLetterConfig={"Arn": letters}, InputPath="$.detail")
    put_target(aws, InputTransformer={"InputPathsMap": {"a": "$.resources[0]", "b": "$"}, "InputTemplate": "<a>"})
    put_metric_filter(aws, aws.group_of_logs, "Letrus/AWS")
    delays = retries(minDelayTarget=20, maxDelayTarget=20, numRetries=100, numNoDelayRetries=100)
    aws.sns.create_topic(Name=unique(), Attributes={"DisplayName": "x" * 100, "DeliveryPolicy": json.dumps(delays)})
    aws.sns.create_topic(Name=aws.topic.rpartition(":")[2])
    raw = {"RawMessageDelivery": "true"}
    aws.sns.subscribe(TopicArn=aws.topic, Protocol="sqs", Endpoint=letters, Attributes=raw)
    for key in (aws.key, "alias/aws/secretsmanager"):
        aws.secretsmanager.create_secret(Name=unique(), SecretString="x", KmsKeyId=key)
