"""What CloudWatch Logs refuses when a log group or its settings are made."""

from localstack.services.kms.models import kms_stores
from localstack.services.logs.models import get_moto_logs_backend

from glue_aurora.corrections import tagging
from glue_aurora.corrections.logs import group_class
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

_RETENTION = frozenset(
    {
        *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
        *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
    }
)


def _days(call: Call) -> tuple[object, ...] | None:
    days = call.get("retentionInDays")
    shown = ", ".join(map(str, sorted(_RETENTION)))
    return None if days is None or days in _RETENTION else (days, shown)


def _reserved_group(call: Call) -> tuple[object, ...] | None:
    return () if str(call.get("logGroupName") or "").lower().startswith("aws/") else None


def _no_key(call: Call) -> tuple[object, ...] | None:
    arn = str(call.get("kmsKeyId") or "")
    account_and_region = f":kms:{call.region}:{call.account}:key/"
    if not arn or account_and_region not in arn:
        return None
    return None if arn.rpartition("/")[2] in kms_stores[call.account][call.region].keys else ()


def _reserved_namespace(call: Call) -> tuple[object, ...] | None:
    namespaces = (str(each.get("metricNamespace") or "") for each in call.get("metricTransformations") or [])
    return () if any(each.startswith("AWS/") for each in namespaces) else None


def _not_standard(call: Call) -> tuple[object, ...] | None:
    group = get_moto_logs_backend(call.account, call.region).groups.get(call.text("logGroupName"))
    return () if group and group_class.of(group) != group_class.STANDARD else None


def _tags(call: Call) -> tagging.Tags:
    return tagging.pairs(call.get("tags"))


_TAGGING = ("CreateLogGroup", "TagLogGroup", "TagResource")
_TAGS = "CloudWatch Logs API reference, TagResource"
_INVALID = "InvalidParameterException"
# Its rules quote what AWS answered in September 2026.
_MEASURED = "https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/logs/pf-logs-"
_PATTERN = r"^([\p{{L}}\p{{Z}}\p{{N}}_.:/=+\-@]+)$"

RULES = (
    Rule(
        ("PutRetentionPolicy",),
        _days,
        _INVALID,
        "1 validation error detected: Value '{}' at 'retentionInDays' failed to satisfy constraint: Member must "
        "satisfy enum value set: [{}]",
        "CloudWatch Logs API reference, PutRetentionPolicy",
        remedy="Choose one of these numbers as retentionInDays.",
    ),
    Rule(
        ("CreateLogGroup",),
        _reserved_group,
        _INVALID,
        "Log groups starting with AWS/ are reserved for AWS.",
        "CloudWatch Logs API reference, CreateLogGroup",
        seen=True,
        remedy="Choose a name of the log group that does not begin with AWS/.",
    ),
    Rule(
        ("CreateLogGroup", "AssociateKmsKey"),
        _no_key,
        _INVALID,
        "The specified KMS Key Id could not be found.",
        "terraform-provider-aws issues about aws_cloudwatch_log_group and kms_key_id",
        seen=True,
        remedy="Name a key of this region in kmsKeyId by its ARN.",
    ),
    Rule(
        ("PutMetricFilter",),
        _reserved_namespace,
        _INVALID,
        "Metric namespaces starting with AWS/ are reserved for AWS.",
        f"{_MEASURED}metric-namespace-reserved",
        seen=True,
        remedy="Choose a metricNamespace that does not begin with AWS/.",
    ),
    Rule(
        ("PutMetricFilter", "PutSubscriptionFilter"),
        _not_standard,
        _INVALID,
        "This operation is only supported on the Standard log class.",
        f"{_MEASURED}infrequent-access-metric-filter",
        seen=True,
        remedy="Make the log group with logGroupClass STANDARD, or take the filter out.",
    ),
    Rule(
        _TAGGING,
        tagging.more_than(50, _tags),
        _INVALID,
        "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than "
        "or equal to 50",
        _TAGS,
        remedy="Take tags off the log group, until it has 50.",
    ),
    Rule(
        _TAGGING,
        tagging.reserved(_tags),
        _INVALID,
        "The tag key {} has the prefix aws:, which is reserved.",
        _TAGS,
        remedy="Take the prefix aws: off the tag's key.",
    ),
)
