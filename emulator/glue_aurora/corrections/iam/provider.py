"""LocalStack's IAM provider with corrections of moto-ext 5.1.54. Everything else is its own.

- UpdateRole changes what the request names. moto resets MaxSessionDuration and the description otherwise.
- A policy in use is not deleted (API reference, DeletePolicy).
"""

# A handler that takes the request whole differs from the expanded signature of LocalStack's API class, as its own do.
# mypy: disable-error-code="override,no-untyped-call"

from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.services.iam.provider import IamProvider
from localstack.services.moto import MotoFallbackDispatcher, call_moto, call_moto_with_request
from localstack.services.plugins import Service
from moto.iam.models import iam_backends

from glue_aurora.service.errors import ApiError


class CorrectedIamProvider(IamProvider):
    """Chosen by PROVIDER_OVERRIDE_IAM=corrected."""

    @handler("UpdateRole", expand=False)
    def update_role(self, context: RequestContext, request: Any) -> Any:
        full = dict(request)
        role = next((one for one in _backend(context).roles.values() if one.name == request["RoleName"]), None)
        if role is not None:
            kept = {"Description": role.description, "MaxSessionDuration": role.max_session_duration}
            for name, value in kept.items():
                if full.get(name) is None and value is not None:
                    full[name] = value
        return call_moto_with_request(context, full)  # type: ignore[arg-type]

    @handler("DeletePolicy", expand=False)
    def delete_policy(self, context: RequestContext, request: Any) -> Any:
        policy = _backend(context).managed_policies.get(request["PolicyArn"])
        if policy is not None and policy.attachment_count:
            message = "Cannot delete a policy attached to entities."
            raise ApiError("DeleteConflict", message, 409, remedy="Detach it first. ListEntitiesForPolicy has them.")
        return call_moto(context)


def _backend(context: RequestContext) -> Any:
    return iam_backends[context.account_id][context.partition]


def create_service() -> Service:
    """Returns the service, made in the way LocalStack makes its own."""
    return Service.for_provider(CorrectedIamProvider(), dispatch_table_factory=MotoFallbackDispatcher)
