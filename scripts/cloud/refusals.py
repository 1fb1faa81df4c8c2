"""The remedies for calls to AWS that failed where no command expected it."""

from __future__ import annotations

from subprocess import CalledProcessError
from typing import TypeAlias

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    LoginError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSLError,
    SSOError,
    TokenRetrievalError,
)

from scripts.base.errors import CommandError, NoAnswerError, of_user

SIGN_IN = "sign in (`aws sso login`, `aws configure`), or choose a profile: export AWS_PROFILE=…"
_NETWORK = (
    "check the network, the proxy (HTTPS_PROXY) and the region (AWS_REGION), or `make status` for the local environment"
    "; then run the same command again"
)
_RIGHTS = (
    "give the identity the permission that the message names, or choose another AWS_PROFILE; a service control policy "
    "of the organisation may also forbid the call"
)
_AGAIN = "wait a minute, then run the same command again"
_UNKNOWN = "correct what the message names; TRACEBACK=1 before the same command shows where it failed"

# The errors that end a command with a message. Another one is a defect of the command and shows its traceback.
KNOWN = (CommandError, BotoCoreError, ClientError, OSError, ValueError, CalledProcessError)
Known: TypeAlias = CommandError | BotoCoreError | ClientError | OSError | ValueError | CalledProcessError

# The first fitting class counts, because botocore's SSLError is a ConnectionError too.
_BY_CLASS: list[tuple[tuple[type[BotoCoreError], ...], str]] = [
    (
        (
            NoCredentialsError,
            PartialCredentialsError,
            CredentialRetrievalError,
            SSOError,
            LoginError,
            TokenRetrievalError,
        ),
        SIGN_IN,
    ),
    ((ProfileNotFound,), "choose an existing profile: export AWS_PROFILE=…"),
    ((NoRegionError,), "name the region: export AWS_REGION=…"),
    ((SSLError,), "name the bundle of your company's certificate authority: export AWS_CA_BUNDLE=…"),
    ((ConnectionError, HTTPClientError), _NETWORK),
]
# The names differ between services. "Common Error Types" in each service's API reference has most of them.
_BY_CODE = {
    SIGN_IN: (
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    ),
    "set this machine's clock, then run the same command again": ("RequestExpired", "RequestTimeTooSkewed"),
    "enable the region for the account, or choose another one": ("OptInRequired",),
    _RIGHTS: (
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "ForbiddenException",
        "UnauthorizedOperation",
    ),
}
_REMEDIES = {code: text for text, codes in _BY_CODE.items() for code in codes}


def message(error: Known) -> CommandError:
    """Returns the message for an error that ends a command: what failed, why, and what to do."""
    if isinstance(error, CommandError):
        return error
    return of_aws(error) if isinstance(error, BotoCoreError | ClientError) else of_user(error)


def of_aws(error: BotoCoreError | ClientError) -> CommandError:
    """Returns the message for a call to AWS that failed: the call and the reason, and what to do."""
    kind = NoAnswerError if isinstance(error, (ConnectionError, HTTPClientError)) else CommandError
    return kind(f"a call to AWS failed: {error}", remedy(error))


def remedy(error: BotoCoreError | ClientError) -> str:
    """Returns what the user can do about a call to AWS that failed."""
    if not isinstance(error, ClientError):
        return next((text for kinds, text in _BY_CLASS if isinstance(error, kinds)), _UNKNOWN)
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _REMEDIES:
        return _REMEDIES[code]
    if status == 429 or status >= 500 or "Throttl" in code or code == "RequestLimitExceeded":
        return _AGAIN
    # A HEAD request has no body, so that boto3 has only the status.
    return _RIGHTS if status == 403 else _UNKNOWN
