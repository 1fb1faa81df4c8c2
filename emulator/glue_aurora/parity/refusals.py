"""How each service words a refusal. AWS's sentence comes first, then one of ours that says what to change.

Sources: AmazonS3/latest/API/ErrorResponses.html, AmazonS3/latest/userguide/troubleshoot-403-errors.html,
AWSEC2/latest/APIReference/errors-overview.html, sns/latest/api/CommonErrors.html; the common errors of query protocols
name AccessDenied, those of JSON protocols AccessDeniedException.
"""

import re
from collections.abc import Iterable

from localstack.aws.api import CommonServiceException

from glue_aurora.parity.identity.facts import EmulatorFacts
from glue_aurora.parity.identity.needs.need import Need
from glue_aurora.parity.identity.sentences import aws_sentence, remedy
from glue_aurora.parity.identity.verdict import Verdict
from glue_aurora.service.call import Call

_CODES = {
    "s3": ("AccessDenied", 403),
    "ec2": ("UnauthorizedOperation", 403),
    "sts": ("AccessDenied", 403),
    "iam": ("AccessDenied", 403),
    "rds": ("AccessDenied", 403),
    "sns": ("AuthorizationError", 403),
    "cloudwatch": ("AccessDenied", 403),
    "rds-data": ("AccessDeniedException", 403),
}


def code(service: str) -> tuple[str, int]:
    """Returns the error code and the HTTP status of a service's refusals."""
    return _CODES.get(service, ("AccessDeniedException", 400))


def exception(service: str, verdict: Verdict, call: Call | None = None) -> CommonServiceException:
    """Returns the answer of a service to a refused request."""
    name, status = code(service)
    return CommonServiceException(name, message(service, verdict, call), status_code=status, sender_fault=True)


def message(service: str, verdict: Verdict, call: Call | None = None) -> str:
    """Returns AWS's sentence and ours. `call` is the refused call, where one was made."""
    decision = verdict.decision
    sentence, ours = aws_sentence(decision), remedy(decision)
    through = decision.request.action.startswith("kms:") and service == "secretsmanager"
    if through:  # [AWS] Secrets Manager does not say which right is missing
        return f"Access to KMS is not allowed. (emulator) {sentence}. {ours}"
    resource = decision.request.resource or "*"
    named = _named(service, decision.request.action, resource, call)
    sentence = sentence.replace(f"on resource: {resource}", f"on resource: {named}", 1)
    if service == "ec2":
        sentence = f"You are not authorized to perform this operation. {sentence}"
    return f"{sentence}. (emulator) {ours}"


def _named(service: str, action: str, resource: str, call: Call | None) -> str:
    """Returns a resource as the service's sentence names it. Most name its ARN.

    [AWS] S3 puts it in quotation marks. IAM says `role NAME` and the like, except where it names what CreateRole and
    PassRole are about. Logs adds the stream, also where there is none. Secrets Manager repeats what the request has.
    A listing of RDS names all clusters.
    """
    prefix, _, operation = action.partition(":")
    if service == "s3" and prefix == "s3":
        return f'"{resource}"'
    if service == "iam" and operation not in ("CreateRole", "PassRole"):
        return _named_by_iam(operation, resource)
    if prefix == "logs" and re.fullmatch(r"arn:[^:]+:logs:[^:]*:[^:]*:log-group:[^:]*", resource):
        return f"{resource}:log-stream:"
    if service == "secretsmanager" and prefix == service and call and call.text("SecretId"):
        return call.text("SecretId")
    if action == "rds:DescribeDBClusters" and resource == "*" and call:
        return call.arn("rds", "cluster:*")
    return resource


def _named_by_iam(operation: str, resource: str) -> str:
    kind, _, name = resource.partition(":iam::")[2].partition(":")[2].partition("/")
    if kind in ("role", "user", "group") and name:
        return f"{kind} {name.rpartition('/')[2]}"
    if kind == "policy":
        return f"policy {name.rpartition('/')[2] if operation == 'CreatePolicy' else resource}"
    return resource


def of_key_state(service: str, needs: Iterable[Need], facts: EmulatorFacts) -> CommonServiceException | None:
    """Returns the answer of a service that would use a key which is disabled or about to be deleted, or None.

    KMS itself answers for its own calls. Sources: kms/latest/developerguide/key-state.html,
    AmazonS3/latest/API/ErrorResponses.html; secretsmanager/latest/apireference/API_GetSecretValue.html
    (DecryptionFailure).
    """
    if service == "kms":
        return None
    for need in needs:
        if not need.action.startswith("kms:") or not need.resource or not need.resource.startswith("arn:"):
            continue
        state = facts.key_state(need.resource)
        if state == "Enabled":
            continue
        name = "KMS.DisabledException" if state == "Disabled" else "KMS.KMSInvalidStateException"
        sentence = f"{need.resource} is {'disabled' if state == 'Disabled' else 'pending deletion'}."
        if service == "secretsmanager":
            name = "DecryptionFailure"
            sentence = "Secrets Manager can't decrypt the protected secret text using the provided KMS key."
        ours = f"The key {need.resource} is {state}: enable it, or cancel its deletion."
        return CommonServiceException(name, f"{sentence} (emulator) {ours}", status_code=400, sender_fault=True)
    return None
