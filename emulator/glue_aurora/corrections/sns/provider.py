"""LocalStack's SNS provider, which here keeps each attribute of a topic and refuses an unknown one.

LocalStack and moto take any attribute, and return some of them under another name or not at all. The names are those of
the API reference, SetTopicAttributes and CreateTopic.
"""

# A handler that takes the request whole differs from the expanded signature of LocalStack's API class, as its own do.
# mypy: disable-error-code="override,no-untyped-call"

import json
from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import SERVICE_PLUGINS, Service, ServiceState
from localstack.services.sns.provider import SnsProvider

from glue_aurora.service.errors import ApiError, NotSupportedError

_FEEDBACK = {
    f"{protocol}{name}"
    for protocol in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
    for name in ("SuccessFeedbackRoleArn", "FailureFeedbackRoleArn", "SuccessFeedbackSampleRate")
}
# What moto's topic has no field for, or one under a name that is not given back.
_KEPT_HERE = {"TracingConfig", "FifoThroughputScope", *_FEEDBACK}
_SETTABLE = {
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DeliveryPolicy",
    "DisplayName",
    "KmsMasterKeyId",
    "Policy",
    "SignatureVersion",
    *_KEPT_HERE,
}
_AT_CREATION = {"FifoTopic", *_SETTABLE}
_DOCUMENTS = {"ArchivePolicy", "DeliveryPolicy", "Policy"}
_MAIL = ("email", "email-json")


class CorrectedSnsProvider(SnsProvider):
    """Chosen by PROVIDER_OVERRIDE_SNS=corrected."""

    @handler("CreateTopic")
    def create_topic(self, context: RequestContext, name: str, attributes: Any = None, **kwargs: Any) -> Any:
        _check(attributes or {}, _AT_CREATION)
        result = super().create_topic(context, name, attributes=attributes, **kwargs)
        self._keep(context, str(result["TopicArn"]), attributes or {})
        return result

    @handler("SetTopicAttributes")
    def set_topic_attributes(
        self,
        context: RequestContext,
        topic_arn: str,
        attribute_name: str,
        attribute_value: Any = None,
        **kwargs: Any,
    ) -> None:
        _check({attribute_name: attribute_value or ""}, _SETTABLE)
        super().set_topic_attributes(context, topic_arn, attribute_name, attribute_value=attribute_value, **kwargs)
        self._keep(context, topic_arn, {attribute_name: attribute_value or ""})

    @handler("GetTopicAttributes")
    def get_topic_attributes(self, context: RequestContext, topic_arn: str, **kwargs: Any) -> Any:
        result: Any = super().get_topic_attributes(context, topic_arn, **kwargs)
        attributes = result["Attributes"]
        # LocalStack makes these names out of moto's, and not all of them are AWS's again.
        for name in [one for one in attributes if "Feedback" in one]:
            del attributes[name]
        attributes.update(self._kept(context, topic_arn))
        return result

    @handler("Subscribe")
    def subscribe(self, context: RequestContext, topic_arn: str, protocol: str, **kwargs: Any) -> Any:
        if protocol in _MAIL and "@" not in (kwargs.get("endpoint") or ""):
            raise ApiError(
                "InvalidParameter", "Invalid parameter: Email address", remedy="Give the subscription an address."
            )
        no_lambda = SERVICE_PLUGINS.get_state("lambda") in (None, ServiceState.DISABLED)
        if protocol in ("sms", "application") or (protocol == "lambda" and no_lambda):
            raise NotSupportedError(f"A subscription with protocol {protocol}", "Nothing would be sent. SQS works.")
        result: Any = super().subscribe(context, topic_arn, protocol, **kwargs)
        if protocol in _MAIL and not kwargs.get("return_subscription_arn"):
            result["SubscriptionArn"] = "pending confirmation"
        return result

    def _kept(self, context: RequestContext, topic_arn: str) -> dict[str, str]:
        topic: Any = self._get_topic(topic_arn, context)
        kept: dict[str, str] = topic.__dict__.setdefault("attributes_kept_here", {})
        return kept

    def _keep(self, context: RequestContext, topic_arn: str, attributes: Mapping[str, str]) -> None:
        kept = self._kept(context, topic_arn)
        for name in _KEPT_HERE & set(attributes):
            kept[name] = attributes[name]
            if not attributes[name]:
                del kept[name]


def _check(attributes: Mapping[str, str], names: set[str]) -> None:
    for name, value in attributes.items():
        if name not in names:
            raise ApiError(
                "InvalidParameter", "Invalid parameter: AttributeName", remedy=f"A topic has no attribute {name}."
            )
        if name in _DOCUMENTS and value:
            try:
                json.loads(value)
            except ValueError as error:
                message = f"Invalid parameter: {name}: failed to parse JSON."
                raise ApiError("InvalidParameter", message, remedy=f"Write {name} as a JSON document.") from error


def create_service() -> Service:
    """Returns the service, made in the way LocalStack makes its own."""
    return Service.for_provider(CorrectedSnsProvider(), dispatch_table_factory=MotoFallbackDispatcher)
