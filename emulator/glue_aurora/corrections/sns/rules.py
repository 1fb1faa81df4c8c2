"""What SNS refuses when a topic, its policy or a subscription is made."""

from collections.abc import Mapping
from typing import Any

from localstack.services.sns.models import sns_stores
from moto.sns.models import sns_backends

from glue_aurora.corrections import documents, grammar, tagging
from glue_aurora.corrections.sns import delivery_policy
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

_OPERATIONS = ("CreateTopic", "SetTopicAttributes")
_SUBSCRIPTIONS = ("Subscribe", "SetSubscriptionAttributes")
_MAKE = ("CreateTopic", "Subscribe")
_SETTING_OF_RAW = "RawMessageDelivery"
_RAW = frozenset({"firehose", "http", "https", "sqs"})
_LONGEST_NAME = 100
_ACTIONS = frozenset(
    {
        "addpermission",
        "deletetopic",
        "getdataprotectionpolicy",
        "gettopicattributes",
        "listsubscriptionsbytopic",
        "listtagsforresource",
        "publish",
        "putdataprotectionpolicy",
        "receive",
        "removepermission",
        "settopicattributes",
        "subscribe",
    }
)


def _policy(call: Call) -> str | None:
    if call.operation == "CreateTopic":
        return call.get("Attributes", "Policy")  # type: ignore[no-any-return]
    return call.get("AttributeValue") if call.get("AttributeName") == "Policy" else None


def _nobody(call: Call) -> tuple[object, ...] | None:
    return () if documents.first(documents.unknown_principals(_policy(call), call.account)) else None


def _version(call: Call) -> tuple[object, ...] | None:
    return () if grammar.odd_version(_policy(call)) else None


def _operator(call: Call) -> tuple[object, ...] | None:
    found = documents.statements(_policy(call))
    return documents.first(operator for one in found for operator in grammar.odd_operators(one))


def _odd_principal(call: Call) -> tuple[object, ...] | None:
    found = documents.statements(_policy(call))
    return documents.first(
        name for one in found for kind in ("AWS", "Service") for name in grammar.odd_principals(one, kind)
    )


def _action(call: Call) -> tuple[object, ...] | None:
    for statement in documents.statements(_policy(call)):
        for action in documents.listed(statement.get("Action")):
            service, _, name = action.lower().partition(":")
            if action != "*" and (service != "sns" or ("*" not in name and name not in _ACTIONS)):
                return ()
    return None


def _resource(call: Call) -> tuple[object, ...] | None:
    arn = str(call.get("TopicArn") or "")
    for statement in documents.statements(_policy(call)):
        for resource in documents.listed(statement.get("Resource")):
            if arn and "*" not in resource and "?" not in resource and resource != arn:
                return ()
    return None


def _attributes(call: Call) -> Mapping[str, Any]:
    """Returns the attributes that a request gives a topic or a subscription."""
    if call.operation in _MAKE:
        return call.get("Attributes") or {}
    return {call.text("AttributeName"): call.get("AttributeValue")}


def _where(call: Call) -> str:
    """Returns how a sentence goes on after "Invalid parameter: " where a request has all attributes together."""
    return "Attributes Reason: " if call.operation in _MAKE else ""


def _long_name(call: Call) -> tuple[object, ...] | None:
    name = str(_attributes(call).get("DisplayName") or "")
    return (_where(call),) if len(name) > _LONGEST_NAME else None


def _delivery(call: Call) -> tuple[object, ...] | None:
    wrong = delivery_policy.fault(_attributes(call).get("DeliveryPolicy"))
    return (_where(call), wrong) if wrong else None


def _raw(call: Call) -> tuple[object, ...] | None:
    """AWS refuses a new subscription for the attribute alone, even with the value false."""
    given = _attributes(call).get(_SETTING_OF_RAW)
    if given is None or (call.operation not in _MAKE and str(given).lower() != "true"):
        return None
    known = sns_stores[call.account][call.region].subscriptions.get(call.text("SubscriptionArn")) or {}
    protocol = call.get("Protocol") or known.get("Protocol")
    return None if protocol is None or protocol in _RAW else (_where(call), protocol)


def _other_attributes(call: Call) -> tuple[object, ...] | None:
    """Two attributes are compared. How AWS compares documents and defaults is not known."""
    topic = sns_backends[call.account][call.region].topics.get(call.arn("sns", call.text("Name")))
    if topic is None:
        return None
    given, known = _attributes(call), {"DisplayName": topic.display_name, "KmsMasterKeyId": topic.kms_master_key_id}
    return () if any(given.get(name, value) != value for name, value in known.items()) else None


def _tags(call: Call) -> tagging.Tags:
    return tagging.pairs(call.get("Tags"))


_POLICY = (
    "SNS developer guide, sns-access-policy-language-api-permissions-reference.html; terraform issues 12740, 31538"
)
_TAGGING = ("CreateTopic", "TagResource")
# Its rules quote what AWS answered in September 2026.
_MEASURED = "https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/sns/pf-sns-"

# The code is certain by the API reference, SetTopicAttributes. No user's report has the words after "Policy Error".
_GRAMMAR = "SNS developer guide, sns-access-policy-language-using-iam-policies.html; IAM guide's grammar"

RULES = (
    Rule(
        _OPERATIONS,
        _version,
        "InvalidParameter",
        "Invalid parameter: Policy Error: the Version is not 2012-10-17 or 2008-10-17",
        _GRAMMAR,
        remedy="Write 2012-10-17 as the Version of the topic's policy.",
    ),
    Rule(
        _OPERATIONS,
        _operator,
        "InvalidParameter",
        "Invalid parameter: Policy Error: the condition operator {} does not exist",
        _GRAMMAR,
        remedy="Use an operator of IAM in place of {}, such as StringEquals.",
    ),
    Rule(
        _OPERATIONS,
        _odd_principal,
        "InvalidParameter",
        "Invalid parameter: Policy Error: PrincipalNotFound",
        f"{_POLICY}; {_GRAMMAR}",
        seen=True,
        remedy="Write {} as AWS does: an account, the ARN of a role or user, or a service such as s3.amazonaws.com.",
    ),
    Rule(
        _OPERATIONS,
        _long_name,
        "InvalidParameter",
        "Invalid parameter: {}DisplayName",
        f"{_MEASURED}topic-attribute-values",
        seen=True,
        remedy="Shorten DisplayName to 100 characters.",
    ),
    Rule(
        (*_OPERATIONS, *_SUBSCRIPTIONS),
        _delivery,
        "InvalidParameter",
        "Invalid parameter: {}DeliveryPolicy: {}",
        f"{_MEASURED}delivery-policy",
        seen=True,
        remedy="Change the number in DeliveryPolicy that the sentence names.",
    ),
    Rule(
        _SUBSCRIPTIONS,
        _raw,
        "InvalidParameter",
        "Invalid parameter: {}Delivery protocol [{}] does not support raw message delivery.",
        f"{_MEASURED}raw-message-delivery; https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/"
        "issues/399",
        seen=True,
        remedy="Take RawMessageDelivery out. Subscriptions of SQS, HTTP, HTTPS and Firehose may have it.",
    ),
    Rule(
        ("CreateTopic",),
        _other_attributes,
        "InvalidParameter",
        "Invalid parameter: Attributes Reason: Topic already exists with different attributes",
        "SNS API reference, CreateTopic; https://github.com/MassTransit/MassTransit/issues/3720",
        seen=True,
        remedy="Choose another Name, or change the topic by SetTopicAttributes.",
    ),
    Rule(
        _OPERATIONS,
        _nobody,
        "InvalidParameter",
        "Invalid parameter: Policy Error: PrincipalNotFound",
        _POLICY,
        seen=True,
        remedy="Make the roles and users that the topic's policy names first, or correct their ARNs.",
    ),
    Rule(
        _OPERATIONS,
        _action,
        "InvalidParameter",
        "Invalid parameter: Policy statement action out of service scope!",
        _POLICY,
        seen=True,
        remedy="Use actions on a topic only in its policy, such as sns:Publish.",
    ),
    Rule(
        _OPERATIONS,
        _resource,
        "InvalidParameter",
        "Invalid parameter: Policy statement resource must match the topic",
        _POLICY,
        remedy="Name the topic's ARN as the resource of its policy.",
    ),
    Rule(
        _TAGGING,
        tagging.more_than(50, _tags),
        "TagLimitExceeded",
        "Could not complete request: tag quota of per resource exceeded",
        "SNS API reference, TagResource",
        seen=True,
        remedy="Take tags off the topic, until it has 50.",
    ),
)
