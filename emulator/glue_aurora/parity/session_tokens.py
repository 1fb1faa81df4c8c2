"""Refuses the calls of STS whose sessions would be nobody's: their keys would be the administrator's here.

Source of AWS's sentences: STS API reference, API_GetSessionToken.html and API_GetFederationToken.html, and public
issues that quote the answer.
"""

import logging
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.parity.enforcement import caller_in
from glue_aurora.parity.identity.request import PrincipalKind
from glue_aurora.parity.modes import ENFORCE, OFF, mode
from glue_aurora.service.errors import ApiError, NotSupportedError

LOG = logging.getLogger(__name__)

_OF_USERS = frozenset({"GetFederationToken", "GetSessionToken"})


class SessionTokenHandler:
    """The handler in LocalStack's chain. The administrator's own GetSessionToken is answered."""

    def __call__(self, chain: Any, context: RequestContext, response: Any) -> None:
        if mode() == OFF or context.service is None or context.operation is None:
            return
        name = context.operation.name
        if context.service.service_name != "sts" or name not in {*_OF_USERS, "AssumeRoleWithSAML"}:
            return
        caller = caller_in(context)
        if caller is not None and caller.principal.kind == PrincipalKind.SESSION and name in _OF_USERS:
            sentence = f"Cannot call {name} with session credentials"
            if mode() == ENFORCE:
                raise ApiError("AccessDenied", sentence, 403, remedy="Use the session's own keys.")
            LOG.warning("AWS would refuse sts:%s: %s", name, sentence)
        elif caller is not None or name != "GetSessionToken":
            raise NotSupportedError(f"{name} of an IAM user" if name == "GetSessionToken" else name)
