"""Judges AssumeRoleWithWebIdentity: the provider, the token's audience and end, and the role's trust policy.

The token's signature is not verified (LIMITS.md). Sources: STS API reference, API_AssumeRoleWithWebIdentity.html; IAM
guide, id_roles_providers_create_oidc.html; sentences as users of aws-actions/configure-aws-credentials report them.
"""

import logging
import time
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from moto.iam.models import iam_backends

from glue_aurora.parity.enforcement import call_of
from glue_aurora.parity.identity.caller import Caller
from glue_aurora.parity.identity.facts import EmulatorFacts
from glue_aurora.parity.identity.judge import judge
from glue_aurora.parity.identity.needs.need import Need
from glue_aurora.parity.identity.request import Principal, PrincipalKind
from glue_aurora.parity.identity.sentences import remedy
from glue_aurora.parity.identity.tokens import Token
from glue_aurora.parity.modes import ENFORCE, OFF, mode
from glue_aurora.service.call import Call
from glue_aurora.service.errors import NotSupportedError

LOG = logging.getLogger(__name__)

_ACTION = "sts:AssumeRoleWithWebIdentity"
# Trust policies name these by their address: they need no provider in the account.
_BUILT_IN = frozenset({"accounts.google.com", "cognito-identity.amazonaws.com"})
_KNOWN = ("sts:rolesessionname", "sts:sourceidentity", "sts:externalid")
_UNKNOWN = ("aws:resourcetag/*", "aws:principal*", "aws:userid", "aws:requesttag/*", "aws:tagkeys")


class WebIdentityHandler:
    """The handler in LocalStack's chain. These calls have no signature, so no caller is known before."""

    def __call__(self, chain: Any, context: RequestContext, response: Any) -> None:
        if mode() == OFF or context.service is None or context.operation is None:
            return
        name = f"{context.service.service_name}:{context.operation.name}"
        if name == _ACTION and (refusal := _refusal(call_of(context))):
            if mode() == ENFORCE:
                raise refusal
            LOG.warning("AWS would refuse %s: %s", name, refusal.message)


def _refusal(call: Call) -> CommonServiceException | None:
    """Returns what STS answers to a token that it does not take, or None.

    Raises:
        NotSupportedError: the token is one of Facebook or Login with Amazon, which is no JWT.
    """
    if call.text("ProviderId"):
        raise NotSupportedError("AssumeRoleWithWebIdentity with ProviderId")
    role = call.text("RoleArn")
    account = (role.split(":") + [""] * 5)[4] or call.account
    try:
        token = Token.read(call.text("WebIdentityToken"))
    except ValueError as reason:
        return _invalid("The ID Token provided is not a valid JWT.", f"The token can't be read: {reason}.")
    provider = token.issuer
    if provider not in _BUILT_IN:
        provider = f"arn:aws:iam::{account}:oidc-provider/{token.issuer}"
        found: Any = iam_backends[account]["aws"].open_id_providers.get(provider)
        if found is None:
            sentence = f"No OpenIDConnect provider found in your account for https://{token.issuer}"
            return _invalid(sentence, "Create it: aws_iam_openid_connect_provider.")
        if not set(token.audiences) & set(found.client_id_list):
            audiences, taken = ", ".join(token.audiences), ", ".join(found.client_id_list)
            return _invalid("Incorrect token audience", f"The token is for {audiences}, {provider} takes {taken}.")
    if token.ends <= time.time():
        sentence = f"Token expired: current date/time {time.time():.0f} must be before the expiration date/time "
        return _answer("ExpiredTokenException", 400, f"{sentence}{token.ends:.0f}")
    return _by_trust(call, token, role, provider, account)


def _by_trust(call: Call, token: Token, role: str, provider: str, account: str) -> CommonServiceException | None:
    denied = f"Not authorized to perform {_ACTION}"
    found = EmulatorFacts().role(role, account)
    if found is None:
        return _answer("AccessDenied", 403, f"{denied} (emulator) There is no role {role}.")
    arn, trust = found
    keys = {"sts:rolesessionname": (call.text("RoleSessionName"),), **token.keys()}
    known = (*_KNOWN, *token.known())
    need = Need(_ACTION, arn, keys, known, trust, resource_decides=True, unknown=_UNKNOWN)
    caller = Caller("", Principal(PrincipalKind.FEDERATED, provider, account), ())
    verdict = judge(caller, call, need)
    if verdict.doubtful:
        LOG.warning("not judged: %s: %s", _ACTION, remedy(verdict.decision))
    if not verdict.refused:
        return None
    subject = f"The token's sub is {token.claims['sub']}."
    return _answer("AccessDenied", 403, f"{denied} (emulator) {remedy(verdict.decision)} {subject}")


def _invalid(sentence: str, ours: str) -> CommonServiceException:
    return _answer("InvalidIdentityToken", 400, f"{sentence} (emulator) {ours}")


def _answer(code: str, status: int, message: str) -> CommonServiceException:
    return CommonServiceException(code, message, status_code=status, sender_fault=True)
