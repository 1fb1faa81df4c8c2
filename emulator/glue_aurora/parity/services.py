"""Judges what AWS's services do by themselves: publish to a topic, encrypt logs with a customer's key.

On AWS a service asks the policy of the resource and that of its key, for the principal that caused the call. The
administrator's calls are judged here too: no right of a caller takes the place of the service's.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from moto.sns.models import sns_backends

from glue_aurora.parity import refusals
from glue_aurora.parity.enforcement import call_of
from glue_aurora.parity.identity.caller import Caller
from glue_aurora.parity.identity.facts import EmulatorFacts
from glue_aurora.parity.identity.judge import judge
from glue_aurora.parity.identity.needs import kms
from glue_aurora.parity.identity.needs.need import Need
from glue_aurora.parity.identity.policy import Kind, Policy
from glue_aurora.parity.identity.request import Principal, PrincipalKind
from glue_aurora.parity.identity.verdict import Verdict
from glue_aurora.parity.modes import ENFORCE, OFF, mode
from glue_aurora.service.call import Call

LOG = logging.getLogger(__name__)

# logs/latest/userguide/encrypt-log-data-kms.html has more; a policy without one of these can't work.
_LOGS_NEEDS = ("GenerateDataKey", "Decrypt")
# Nobody knows which of these keys a service's request carries.
_UNKNOWN = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorg*", "kms:viaservice", "kms:calleraccount")


class ServiceHandler:
    """The handler in LocalStack's chain."""

    def __call__(self, chain: Any, context: RequestContext, response: Any) -> None:
        if mode() == OFF or context.service is None or context.operation is None:
            return
        call = call_of(context)
        if (call.service, call.operation) in (("logs", "CreateLogGroup"), ("logs", "AssociateKmsKey")):
            _judge_key_of_logs(call)
        internal: Mapping[str, Any] = context.internal_request_params or {}
        if (call.service, call.operation, internal.get("service_principal")) == ("sns", "Publish", "events"):
            _judge_publication(call, "events.amazonaws.com")


def _judge_key_of_logs(call: Call) -> None:
    """Raises:
    CommonServiceException: the key's policy does not let CloudWatch Logs use it for this group.
    """
    key = call.text("kmsKeyId")
    if not key:
        return
    group = call.text("logGroupName") or call.text("resourceIdentifier").partition(":log-group:")[2].removesuffix(":*")
    arn = call.arn("logs", f"log-group:{group}")
    facts = EmulatorFacts()
    if facts.key_policy(facts.key_arn(key, call.account, call.region)) is None:
        return  # the rules of creation answer for a key that is not there
    sentence = f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'"
    service = f"logs.{call.region}.amazonaws.com"
    context = {"kms:encryptioncontext:aws:logs:arn": (arn,), "kms:encryptioncontextkeys": ("aws:logs:arn",)}
    for action in _LOGS_NEEDS:
        verdict = _verdict(call, service, kms.of_key(action, key, call, facts, context))
        if verdict.refused:
            _refuse("logs", f"{sentence}. (emulator) {refusals.message('kms', verdict)}")
            return


def _judge_publication(call: Call, service: str) -> None:
    """Raises:
    CommonServiceException: the topic's policy, or its key's, does not let the service publish.
    """
    facts = EmulatorFacts()
    topic: Any = sns_backends[call.account][call.region].topics.get(call.text("TopicArn") or call.text("TargetArn"))
    if topic is None:
        return
    policy = Policy.read(Kind.RESOURCE, f"the policy of topic {topic.arn}", topic.policy) if topic.policy else None
    # A topic's first policy asks for aws:SourceOwner, which EventBridge's requests lack: there, too, nothing arrives
    # until a statement names events.amazonaws.com (eventbridge/latest/userguide/eb-use-resource-based.html).
    needs = [Need("sns:Publish", topic.arn, {}, ("aws:sourceowner",), policy, resource_decides=True)]
    key = topic.kms_master_key_id
    if key:
        context = {"kms:encryptioncontext:aws:sns:topicarn": (topic.arn,)}
        needs += [kms.of_key(action, key, call, facts, context) for action in ("GenerateDataKey", "Decrypt")]
    for need in needs:
        verdict = _verdict(call, service, need)
        if verdict.refused:
            LOG.warning("lost, as on AWS, without an error to anybody: %s", refusals.message("sns", verdict))
            _refuse("sns", refusals.message("sns", verdict))
            return


def _verdict(call: Call, service: str, need: Need) -> Verdict:
    caller = Caller("", Principal(PrincipalKind.SERVICE, service, call.account), ())
    context = {name: value for name, value in need.context.items() if name != "kms:calleraccount"}
    return judge(caller, call, replace(need, context=context, unknown=_UNKNOWN))


def _refuse(service: str, message: str) -> None:
    if mode() != ENFORCE:
        LOG.warning("AWS would refuse: %s", message)
        return
    code, status = refusals.code(service)
    raise CommonServiceException(code, message, status_code=status, sender_fault=True)
