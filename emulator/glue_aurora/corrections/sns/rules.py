"""What SNS refuses when a topic or its policy is made."""

from glue_aurora.corrections import documents, grammar, tagging
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

_OPERATIONS = ("CreateTopic", "SetTopicAttributes")
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


def _tags(call: Call) -> tagging.Tags:
    return tagging.pairs(call.get("Tags"))


_POLICY = (
    "SNS developer guide, sns-access-policy-language-api-permissions-reference.html; terraform issues 12740, 31538"
)
_TAGGING = ("CreateTopic", "TagResource")

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
