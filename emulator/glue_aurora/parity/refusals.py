"""How each service words a refusal. AWS's sentence comes first, then one of ours that says what to change.

Sources: AmazonS3/latest/API/ErrorResponses.html, AmazonS3/latest/userguide/troubleshoot-403-errors.html,
AWSEC2/latest/APIReference/errors-overview.html, sns/latest/api/CommonErrors.html; the common errors of query protocols
name AccessDenied, those of JSON protocols AccessDeniedException.
"""

from collections.abc import Iterable

from localstack.aws.api import CommonServiceException

from glue_aurora.parity.identity.facts import EmulatorFacts
from glue_aurora.parity.identity.needs.need import Need
from glue_aurora.parity.identity.sentences import aws_sentence, remedy
from glue_aurora.parity.identity.verdict import Verdict

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


def exception(service: str, verdict: Verdict) -> CommonServiceException:
    """Returns the answer of a service to a refused request."""
    name, status = code(service)
    return CommonServiceException(name, message(service, verdict), status_code=status, sender_fault=True)


def message(service: str, verdict: Verdict) -> str:
    """Returns AWS's sentence and ours."""
    decision = verdict.decision
    sentence, ours = aws_sentence(decision), remedy(decision)
    through = decision.request.action.startswith("kms:") and service == "secretsmanager"
    if through:  # [AWS] Secrets Manager does not say which right is missing
        return f"Access to KMS is not allowed. (emulator) {sentence}. {ours}"
    if service == "s3" and decision.request.action.startswith("s3:"):
        resource = str(decision.request.resource)
        sentence = sentence.replace(f"on resource: {resource}", f'on resource: "{resource}"')
    if service == "ec2":
        sentence = f"You are not authorized to perform this operation. {sentence}"
    return f"{sentence}. (emulator) {ours}"


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
