"""LocalStack's Secrets Manager provider, with what AWS does about a secret that RDS manages (`rds!cluster-…`).

Everybody with the permission can read, describe, tag and rotate such a secret, and set its policy. Only RDS changes its
value and versions, and deletes it (Secrets Manager User Guide, "Secrets managed by other services"). RotateSecret needs
no Lambda function here: RDS changes the password. LocalStack itself refuses the `!` in such a name.
"""

# A handler that takes the request whole differs from the expanded signature of LocalStack's API class, as its own do.
# mypy: disable-error-code="override,no-untyped-call"

import uuid
from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.secretsmanager import (
    CancelRotateSecretRequest,
    CancelRotateSecretResponse,
    CreateSecretRequest,
    CreateSecretResponse,
    DeleteSecretRequest,
    DeleteSecretResponse,
    InvalidParameterException,
    InvalidRequestException,
    PutSecretValueRequest,
    PutSecretValueResponse,
    RotateSecretRequest,
    RotateSecretResponse,
    UpdateSecretRequest,
    UpdateSecretResponse,
    UpdateSecretVersionStageRequest,
    UpdateSecretVersionStageResponse,
)
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service
from localstack.services.secretsmanager.provider import SecretsmanagerProvider

from glue_aurora.rds import managed_rotation
from glue_aurora.service.errors import NotSupportedError

_RDS = "rds"


class CorrectedSecretsmanagerProvider(SecretsmanagerProvider):
    """Chosen by PROVIDER_OVERRIDE_SECRETSMANAGER=corrected."""

    @staticmethod
    def _raise_if_invalid_secret_id(secret_id: str) -> None:
        if not secret_id.startswith(f"{_RDS}!"):
            SecretsmanagerProvider._raise_if_invalid_secret_id(secret_id)

    @handler("CreateSecret", expand=False)
    def create_secret(self, context: RequestContext, request: CreateSecretRequest) -> CreateSecretResponse:
        # Only RDS gives a secret the name of a managed one.
        SecretsmanagerProvider._raise_if_invalid_secret_id(request["Name"])
        return super().create_secret(context, request)

    @handler("DeleteSecret", expand=False)
    def delete_secret(self, context: RequestContext, request: DeleteSecretRequest) -> DeleteSecretResponse:
        self._refuse_if_managed(context, request)
        return super().delete_secret(context, request)

    @handler("PutSecretValue", expand=False)
    def put_secret_value(self, context: RequestContext, request: PutSecretValueRequest) -> PutSecretValueResponse:
        self._refuse_if_managed(context, request)
        return super().put_secret_value(context, request)

    @handler("UpdateSecret", expand=False)
    def update_secret(self, context: RequestContext, request: UpdateSecretRequest) -> UpdateSecretResponse:
        self._refuse_if_managed(context, request)
        return super().update_secret(context, request)

    @handler("UpdateSecretVersionStage", expand=False)
    def update_secret_version_stage(
        self, context: RequestContext, request: UpdateSecretVersionStageRequest
    ) -> UpdateSecretVersionStageResponse:
        self._refuse_if_managed(context, request)
        return super().update_secret_version_stage(context, request)

    @handler("CancelRotateSecret", expand=False)
    def cancel_rotate_secret(
        self, context: RequestContext, request: CancelRotateSecretRequest
    ) -> CancelRotateSecretResponse:
        secret = self._managed_secret(context, request)
        if secret is None:
            return super().cancel_rotate_secret(context, request)
        secret.rotation_enabled = False
        return CancelRotateSecretResponse(ARN=secret.arn, Name=secret.name)

    @handler("RotateSecret", expand=False)
    def rotate_secret(self, context: RequestContext, request: RotateSecretRequest) -> RotateSecretResponse:
        secret = self._managed_secret(context, request)
        if secret is None:
            return super().rotate_secret(context, request)
        if request.get("RotationLambdaARN"):
            raise InvalidRequestException(
                "You can't specify a Lambda function for a secret that RDS manages. (emulator) Take RotationLambdaARN "
                "out."
            )
        self._set_rules(secret, request.get("RotationRules") or {})
        secret.rotation_enabled = True
        answer = RotateSecretResponse(ARN=secret.arn, Name=secret.name)
        if request.get("RotateImmediately", True):
            version = request.get("ClientRequestToken") or str(uuid.uuid4())
            answer["VersionId"] = managed_rotation.rotate(secret.arn, version)
        return answer

    def _set_rules(self, secret: Any, rules: Mapping[str, Any]) -> None:
        if rules.get("ScheduleExpression") or rules.get("Duration"):
            raise NotSupportedError("A rotation schedule", "Use AutomaticallyAfterDays.")
        days = rules.get("AutomaticallyAfterDays")
        if days is None:
            return
        if not 1 <= days <= 1000:
            raise InvalidParameterException(
                "RotationRules.AutomaticallyAfterDays must be within 1-1000. (emulator) Choose such a number of days."
            )
        secret.auto_rotate_after_days = days

    def _refuse_if_managed(self, context: RequestContext, request: Mapping[str, Any]) -> None:
        secret = self._managed_secret(context, request)
        if secret is not None:
            raise InvalidRequestException(
                f"You can't perform this operation on secret {secret.name} because it is managed by {_RDS}. (emulator) "
                "Change the cluster in its place: ModifyDBCluster."
            )

    def _managed_secret(self, context: RequestContext, request: Mapping[str, Any]) -> Any:
        secret_id = request["SecretId"]
        secrets = self.get_moto_backend_for_resource(secret_id, context).secrets
        if secret_id not in secrets or secrets[secret_id].owning_service != _RDS:
            return None
        return secrets[secret_id]


def create_service() -> Service:
    """Returns the service, made in the way LocalStack makes its own."""
    return Service.for_provider(CorrectedSecretsmanagerProvider(), dispatch_table_factory=MotoFallbackDispatcher)
