"""LocalStack's KMS provider with AWS's own keys and aliases. Everything else is its own.

The names `alias/aws/…` belong to AWS: they are listed before their key exists (without TargetKeyId), the first use
makes the key, and nobody changes either. KMS developer guide, "AWS managed keys" and "Aliases"; API reference,
ListAliases.
"""

# A handler that takes the request whole differs from the expanded signature of LocalStack's API class, as its own do.
# mypy: disable-error-code="override,no-untyped-call"

import datetime
import logging
from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.services.kms.models import RESERVED_ALIASES
from localstack.services.kms.provider import KmsProvider
from localstack.services.plugins import Service
from localstack.utils.aws.arns import kms_alias_arn
from localstack.utils.collections import PaginatedList

from glue_aurora.parity.enforcement import caller_in
from glue_aurora.parity.identity import lockout
from glue_aurora.parity.identity.policy import Kind, Policy
from glue_aurora.parity.modes import ENFORCE, OFF, mode
from glue_aurora.service.errors import ApiError

LOG = logging.getLogger(__name__)

_PREFIX = "alias/aws/"
_MORE_ALIASES = ("backup", "cloudtrail", "codecommit", "fsx", "kafka", "kinesis", "logs", "mq", "sns", "sqs")
_PAGE = 100
_ROTATION_DAYS = 365

_make_alias = KmsProvider._create_alias_if_reserved_and_not_exists


class CorrectedKmsProvider(KmsProvider):
    """Chosen by PROVIDER_OVERRIDE_KMS=corrected."""

    def on_after_init(self) -> None:
        RESERVED_ALIASES.extend(name for one in _MORE_ALIASES if (name := _PREFIX + one) not in RESERVED_ALIASES)
        # LocalStack calls it by its class.
        KmsProvider._create_alias_if_reserved_and_not_exists = staticmethod(_make_managed_key)  # type: ignore[method-assign]

    @handler("ListAliases")
    def list_aliases(
        self,
        context: RequestContext,
        key_id: Any = None,
        limit: Any = None,
        marker: Any = None,
        **kwargs: Any,
    ) -> Any:
        if key_id:
            return super().list_aliases(context, key_id=key_id, limit=limit, marker=marker, **kwargs)
        made = self._get_store(context.account_id, context.region).aliases
        aliases: list[Any] = [alias.metadata for alias in made.values()]
        for name in RESERVED_ALIASES:
            if name not in made:
                arn = kms_alias_arn(name, context.account_id, context.region)
                aliases.append({"AliasName": name, "AliasArn": arn})
        aliases.sort(key=lambda one: str(one["AliasName"]))
        page, following = PaginatedList(aliases).get_page(
            lambda one: one["AliasName"], next_token=marker, page_size=limit or _PAGE
        )
        return {"Aliases": page, **({"NextMarker": following, "Truncated": True} if following else {})}

    @handler("CreateAlias", expand=False)
    def create_alias(self, context: RequestContext, request: Any) -> None:
        _refuse_reserved(request["AliasName"])
        self._refuse_managed(context, request["TargetKeyId"], "CreateAlias")
        super().create_alias(context, request)

    @handler("UpdateAlias", expand=False)
    def update_alias(self, context: RequestContext, request: Any) -> None:
        _refuse_reserved(request["AliasName"])
        self._refuse_managed(context, request["TargetKeyId"], "UpdateAlias")
        super().update_alias(context, request)

    @handler("DeleteAlias", expand=False)
    def delete_alias(self, context: RequestContext, request: Any) -> None:
        _refuse_reserved(request["AliasName"])
        super().delete_alias(context, request)

    @handler("CreateKey", expand=False)
    def create_key(self, context: RequestContext, request: Any = None) -> Any:
        tags = {tag["TagKey"]: tag["TagValue"] for tag in (request or {}).get("Tags") or []}
        _check_policy(context, request or {}, "*", tags)
        return super().create_key(context, request)

    @handler("PutKeyPolicy", expand=False)
    def put_key_policy(self, context: RequestContext, request: Any) -> None:
        self._refuse_managed(context, request["KeyId"], "PutKeyPolicy")
        key = self._get_kms_key(context.account_id, context.region, request["KeyId"], any_key_state_allowed=True)
        _check_policy(context, request, str(key.metadata["Arn"]), key.tags)
        named: Any = {"PolicyName": "default", **request}
        super().put_key_policy(context, named)

    @handler("ScheduleKeyDeletion", expand=False)
    def schedule_key_deletion(self, context: RequestContext, request: Any) -> Any:
        self._refuse_managed(context, request["KeyId"], "ScheduleKeyDeletion")
        return super().schedule_key_deletion(context, request)

    @handler("DisableKey", expand=False)
    def disable_key(self, context: RequestContext, request: Any) -> None:
        self._refuse_managed(context, request["KeyId"], "DisableKey")
        super().disable_key(context, request)

    @handler("UpdateKeyDescription", expand=False)
    def update_key_description(self, context: RequestContext, request: Any) -> None:
        self._refuse_managed(context, request["KeyId"], "UpdateKeyDescription")
        super().update_key_description(context, request)

    @handler("TagResource", expand=False)
    def tag_resource(self, context: RequestContext, request: Any) -> None:
        self._refuse_managed(context, request["KeyId"], "TagResource")
        super().tag_resource(context, request)

    @handler("DisableKeyRotation", expand=False)
    def disable_key_rotation(self, context: RequestContext, request: Any) -> None:
        self._refuse_managed(context, request["KeyId"], "DisableKeyRotation")
        super().disable_key_rotation(context, request)

    @handler("EnableKeyRotation", expand=False)
    def enable_key_rotation(self, context: RequestContext, request: Any) -> None:
        self._refuse_managed(context, request["KeyId"], "EnableKeyRotation")
        key: Any = self._get_kms_key(context.account_id, context.region, request["KeyId"])
        _refuse_rotation(key.metadata)
        key.rotation_period_in_days = request.get("RotationPeriodInDays") or _ROTATION_DAYS
        # LocalStack keeps the first date, whatever the period becomes.
        key.next_rotation_date = None
        super().enable_key_rotation(context, request)

    def _refuse_managed(self, context: RequestContext, key_id: str, operation: str) -> None:
        key = self._get_kms_key(context.account_id, context.region, key_id, any_key_state_allowed=True)
        if key.metadata.get("KeyManager") == "AWS":
            arn = key.metadata["Arn"]
            message = f"The request is not authorized to perform kms:{operation} on {arn}: AWS manages this key."
            raise ApiError("AccessDeniedException", message, remedy="Make a key of your own for this.")


def _make_managed_key(account_id: str, region_name: str, alias_name: str) -> None:
    """Makes the key of an AWS alias at the alias's first use."""
    store = KmsProvider._get_store(account_id, region_name)
    if alias_name not in RESERVED_ALIASES or alias_name in store.aliases:
        return
    _make_alias(account_id, region_name, alias_name)
    key: Any = store.keys[store.aliases[alias_name].metadata["TargetKeyId"]]
    service = alias_name.removeprefix(_PREFIX)
    key.metadata["KeyManager"] = "AWS"
    key.metadata["Description"] = f"Default key that protects my {service} data when no other key is defined"
    key.is_key_rotation_enabled = True
    key.next_rotation_date = datetime.datetime.now() + datetime.timedelta(days=_ROTATION_DAYS)


def _refuse_reserved(alias: str) -> None:
    if alias.startswith(_PREFIX):
        message = f"The prefix {_PREFIX} is reserved for aliases of AWS: {alias}"
        raise ApiError("NotAuthorizedException", message, remedy="Choose another name for the alias.")


def _refuse_rotation(metadata: Mapping[str, Any]) -> None:
    """Refuses keys that AWS does not rotate (API reference, EnableKeyRotation). No user's report has the sentence."""
    if metadata.get("KeySpec") != "SYMMETRIC_DEFAULT" or metadata.get("Origin") != "AWS_KMS":
        kind = f"spec {metadata.get('KeySpec')} and origin {metadata.get('Origin')}"
        message = f"EnableKeyRotation is not supported for a key with {kind}."
        remedy = "Leave the rotation out. AWS rotates symmetric keys only, with material that KMS made."
        raise ApiError("UnsupportedOperationException", message, remedy=remedy)


def _check_policy(context: RequestContext, request: Any, key: str, tags: Mapping[str, str]) -> None:
    """Checks the policy of a new or changed key.

    Raises:
        ApiError: it is no policy, or its maker could not change it again.
    """
    policy = request.get("Policy")
    if not policy:
        return
    try:
        read = Policy.read(Kind.RESOURCE, "the new policy", policy)
    except ValueError:
        message = "The key policy is not a valid JSON policy document."
        remedy = "Write the policy as a JSON object."
        raise ApiError("MalformedPolicyDocumentException", message, remedy=remedy) from None
    if mode() == OFF or request.get("BypassPolicyLockoutSafetyCheck"):
        return
    if not lockout.locks_out(read, key, context.account_id, tags, caller_in(context)):
        return
    account = f"arn:{context.partition}:iam::{context.account_id}:root"
    message = (
        f"{lockout.SENTENCE} (emulator) No statement of the policy allows kms:PutKeyPolicy to the caller. Allow it "
        f"kms:* on *, with {account} as principal."
    )
    if mode() != ENFORCE:
        LOG.warning("AWS would refuse the policy of key %s: %s", key, message)
        return
    raise ApiError("MalformedPolicyDocumentException", message)


def create_service() -> Service:
    """Returns the service, made in the way LocalStack makes its own."""
    return Service.for_provider(CorrectedKmsProvider())
