"""What Secrets Manager, Logs, SNS, EventBridge and CloudWatch refuse."""

from __future__ import annotations

import json
from typing import Any

from scripts.claims import names
from scripts.claims.claim import Claim
from scripts.claims.policies import allow, document
from scripts.claims.stage import Stage

WORDS = "the sentence is one that users quote"
OURS = "the words are the emulator's"
_MANY = [{"Key": f"k{number}", "Value": "v"} for number in range(51)]


def _rule(name: str, says: str, code: str, sentence: str, doubt: str, source: str, **given: Any) -> Claim:
    return Claim(
        f"events-{name}",
        says,
        "events",
        "PutRule",
        lambda stage: {"Name": stage.name(name), "State": "DISABLED", "Tags": names.tag_list(), **given},
        code,
        sentence,
        doubt,
        source,
    )


def _alarm(name: str, says: str, code: str, sentence: str, doubt: str, *, topic: bool = False, **changes: Any) -> Claim:
    def request(stage: Stage) -> dict[str, Any]:
        return {
            "AlarmName": stage.name(name),
            "Namespace": "letrus/none",
            "MetricName": "none",
            "Statistic": "Average",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Tags": names.tag_list(),
            **changes,
            **({"AlarmActions": [f"arn:aws:sns:eu-north-1:{stage.account}:letrus-aws-parity-none"]} if topic else {}),
        }

    source = "CloudWatch API reference, PutMetricAlarm"
    return Claim(f"cloudwatch-{name}", says, "cloudwatch", "PutMetricAlarm", request, code, sentence, doubt, source)


def _topic_policy(name: str, says: str, sentence: str, doubt: str, **changes: Any) -> Claim:
    def request(stage: Stage) -> dict[str, Any]:
        account = {"AWS": f"arn:aws:iam::{stage.account}:root"}
        text = document(allow("sns:Publish", on=stage.topic, **{"Principal": account, **changes}))
        text = text.replace("::000:", f"::{stage.account}:")
        return {"TopicArn": stage.topic, "AttributeName": "Policy", "AttributeValue": text}

    return Claim(
        f"sns-policy-{name}",
        says,
        "sns",
        "SetTopicAttributes",
        request,
        "InvalidParameter",
        sentence,
        doubt,
        "SNS developer guide, sns-access-policy-language-api-permissions-reference.html; terraform issues 12740, 31538",
    )


_PATTERN = "EventBridge guide, eb-create-pattern.html"

CLAIMS = (
    Claim(
        "secret-policy-unknown-principal",
        "a secret's policy names roles that exist",
        "secretsmanager",
        "PutResourcePolicy",
        lambda stage: {
            "SecretId": stage.secret,
            "ResourcePolicy": document(
                allow(
                    "secretsmanager:GetSecretValue",
                    Principal={"AWS": f"arn:aws:iam::{stage.account}:role/letrus-aws-parity-no-such-role"},
                )
            ),
        },
        "MalformedPolicyDocumentException",
        "This resource policy contains an unsupported principal",
        WORDS,
        "Secrets Manager API reference, PutResourcePolicy; public issues",
    ),
    Claim(
        "secret-public-policy",
        "BlockPublicPolicy refuses everybody",
        "secretsmanager",
        "PutResourcePolicy",
        lambda stage: {
            "SecretId": stage.secret,
            "BlockPublicPolicy": True,
            "ResourcePolicy": document(allow("secretsmanager:GetSecretValue", Principal="*")),
        },
        "PublicPolicyException",
        "",
        OURS,
        "Secrets Manager API reference, PutResourcePolicy",
    ),
    Claim(
        "secret-51-tags",
        "a secret has at most 50 tags",
        "secretsmanager",
        "TagResource",
        lambda stage: {"SecretId": stage.secret, "Tags": _MANY},
        "InvalidParameterException",
        "",
        OURS,
        "Secrets Manager API reference, TagResource",
    ),
    Claim(
        "secret-reserved-tag",
        "keys of tags do not begin with aws:",
        "secretsmanager",
        "TagResource",
        lambda stage: {"SecretId": stage.secret, "Tags": [{"Key": "aws:a", "Value": "b"}]},
        "InvalidParameterException",
        "",
        OURS,
        "Secrets Manager API reference, TagResource",
    ),
    Claim(
        "secret-missing",
        "a secret that is not there",
        "secretsmanager",
        "GetSecretValue",
        lambda stage: {"SecretId": stage.name("none")},
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret",
        WORDS,
        "Secrets Manager API reference, GetSecretValue",
    ),
    Claim(
        "logs-retention",
        "retention has certain numbers of days",
        "logs",
        "PutRetentionPolicy",
        lambda stage: {"logGroupName": stage.log_group, "retentionInDays": 10},
        "InvalidParameterException",
        "",
        "code and sentence",
        "CloudWatch Logs API reference, PutRetentionPolicy",
    ),
    Claim(
        "logs-reserved-name",
        "names that begin with aws/ are AWS's",
        "logs",
        "CreateLogGroup",
        lambda stage: {"logGroupName": f"aws/{stage.name('never')}", "tags": names.TAGS},
        "InvalidParameterException",
        "Log groups starting with AWS/ are reserved for AWS",
        WORDS,
        "CloudWatch Logs API reference, CreateLogGroup",
    ),
    Claim(
        "logs-space",
        "a group's name has no space",
        "logs",
        "CreateLogGroup",
        lambda stage: {"logGroupName": f"{stage.name('a')} b", "tags": names.TAGS},
        "InvalidParameterException",
        "at 'logGroupName' failed to satisfy constraint",
        "the sentence",
        "CloudWatch Logs API reference, CreateLogGroup",
    ),
    Claim(
        "logs-missing-key",
        "a group's key exists",
        "logs",
        "CreateLogGroup",
        lambda stage: {
            "logGroupName": stage.name("with-key"),
            "kmsKeyId": f"arn:aws:kms:{stage.region}:{stage.account}:key/00000000-0000-4000-8000-0000000000aa",
            "tags": names.TAGS,
        },
        "InvalidParameterException",
        "The specified KMS Key Id could not be found",
        "AccessDeniedException is quoted too, for a key that Logs may not use",
        "terraform-provider-aws issues about aws_cloudwatch_log_group and kms_key_id",
    ),
    Claim(
        "logs-arn-without-star",
        "a policy with the group's ARN without :* allows actions on the group",
        "logs",
        "DescribeLogStreams",
        lambda stage: {"logGroupName": stage.log_group},
        "",
        "",
        "whether AWS wants :* at the end",
        "CloudWatch Logs user guide, iam-access-control-overview-cwl.html",
        "limited",
    ),
    Claim(
        "logs-twice",
        "a group is made once",
        "logs",
        "CreateLogGroup",
        lambda stage: {"logGroupName": stage.log_group},
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
        WORDS,
        "CloudWatch Logs API reference, CreateLogGroup",
    ),
    _topic_policy(
        "unknown-principal",
        "a topic's policy names roles that exist",
        "Invalid parameter: Policy Error: PrincipalNotFound",
        WORDS,
        Principal={"AWS": "arn:aws:iam::000:role/letrus-aws-parity-no-such-role"},
    ),
    _topic_policy(
        "other-service",
        "it allows actions of SNS only",
        "Invalid parameter: Policy statement action out of service scope!",
        WORDS,
        Action="s3:GetObject",
    ),
    _topic_policy(
        "other-topic",
        "it names its own topic",
        "Invalid parameter: Policy statement resource must match the topic",
        OURS,
        Resource="arn:aws:sns:us-east-1:000:letrus-aws-parity-another",
    ),
    Claim(
        "sns-51-tags",
        "a topic has at most 50 tags",
        "sns",
        "TagResource",
        lambda stage: {"ResourceArn": stage.topic, "Tags": _MANY},
        "TagLimitExceeded",
        "Could not complete request: tag quota of per resource exceeded",
        WORDS,
        "SNS API reference, TagResource",
    ),
    _rule(
        "pattern-value",
        "a field of a pattern has a list of values",
        "InvalidEventPatternException",
        'Event pattern is not valid. Reason: "source" must be an object or an array',
        WORDS,
        _PATTERN,
        EventPattern=json.dumps({"source": "aws.glue"}),
    ),
    _rule(
        "pattern-json",
        "a pattern is JSON",
        "InvalidEventPatternException",
        "Event pattern is not valid. Reason:",
        "what follows the colon",
        _PATTERN,
        EventPattern="{",
    ),
    _rule(
        "pattern-operator",
        "a pattern has known operators",
        "InvalidEventPatternException",
        "Event pattern is not valid. Reason: Unrecognized match type",
        WORDS,
        _PATTERN,
        EventPattern=json.dumps({"source": [{"like": "aws"}]}),
    ),
    _rule(
        "cron",
        "a cron expression has six fields",
        "ValidationException",
        "Parameter ScheduleExpression is not valid",
        WORDS,
        "EventBridge guide, eb-scheduled-rule-pattern.html",
        ScheduleExpression="cron(0 3 * * *)",
    ),
    _rule(
        "rate",
        "a rate of one is in the singular",
        "ValidationException",
        "Parameter ScheduleExpression is not valid",
        WORDS,
        "EventBridge guide, eb-scheduled-rule-pattern.html",
        ScheduleExpression="rate(1 hours)",
    ),
    _alarm(
        "alarm-day",
        "an alarm looks at no more than a day",
        "ValidationError",
        "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)",
        WORDS,
        Period=60,
        EvaluationPeriods=2000,
    ),
    _alarm(
        "alarm-datapoints",
        "it wants no more datapoints than periods",
        "ValidationError",
        "",
        OURS,
        DatapointsToAlarm=2,
    ),
    _alarm(
        "alarm-region",
        "its topic is in its region",
        "ValidationError",
        "Only {region} is supported",
        WORDS,
        topic=True,
    ),
    Claim(
        "cloudwatch-dashboard",
        "a dashboard's body is an object of JSON",
        "cloudwatch",
        "PutDashboard",
        lambda stage: {"DashboardName": stage.name("dashboard"), "DashboardBody": "[]"},
        "InvalidParameterInput",
        "The field DashboardBody must be a valid JSON object",
        WORDS,
        "CloudWatch API reference, CloudWatch-Dashboard-Body-Structure.html",
    ),
)
