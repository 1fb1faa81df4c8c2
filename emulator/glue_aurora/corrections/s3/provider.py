"""LocalStack's S3 provider with corrections. Everything else is its own.

- Its objects are in LocalStack's own temporary folder. LocalStack keeps them in /tmp/localstack-s3-storage for every
  user. A second user may not write there. When two LocalStacks have a bucket of the same name, the one that deletes it
  removes the other's objects.
- DeleteObjects answers by itself for the keys that the caller may not delete.
- MFADelete of a bucket's versioning is kept. LocalStack drops it, and Terraform then sees a change in every plan.
"""

# A handler's signature here differs from LocalStack's API class, whose providers have no types.
# mypy: disable-error-code="override,no-untyped-call"

from typing import Any

from localstack import config
from localstack.aws.api import RequestContext, handler
from localstack.services.plugins import Service
from localstack.services.s3.models import s3_stores
from localstack.services.s3.provider import S3Provider
from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore
from localstack.utils.files import mkdir

from glue_aurora.parity.enforcement import REFUSED_OBJECTS
from glue_aurora.service.errors import NotSupportedError


class ObjectStore(EphemeralS3ObjectStore):
    """LocalStack's store, with keys that mean the same in the next process. A hash of Python's does not."""

    @staticmethod
    def _key_from_s3_object(s3_object: Any) -> str:
        return f"{s3_object.key}?{s3_object.version_id or 'null'}"


class CorrectedS3Provider(S3Provider):
    """Chosen by PROVIDER_OVERRIDE_S3=corrected."""

    def on_after_state_load(self) -> None:
        """Drops the unfinished uploads, whose parts were not saved."""
        super().on_after_state_load()
        for _account, _region, store in s3_stores.iter_stores():
            for bucket in store.buckets.values():
                bucket.multiparts.clear()

    @handler("PutBucketVersioning")
    def put_bucket_versioning(
        self, context: RequestContext, bucket: str, versioning_configuration: Any, **kwargs: Any
    ) -> None:
        mfa_delete = versioning_configuration.get("MFADelete")
        if mfa_delete == "Enabled":
            raise NotSupportedError("MFADelete: Enabled", "Leave MFADelete out.")
        super().put_bucket_versioning(context, bucket, versioning_configuration, **kwargs)
        if mfa_delete:
            kept: Any = self._get_cross_account_bucket(context, bucket)[1]
            kept.mfa_delete = mfa_delete

    @handler("DeleteObjects")
    def delete_objects(self, context: RequestContext, bucket: str, delete: Any, **kwargs: Any) -> Any:
        refused = getattr(context, REFUSED_OBJECTS, [])
        answer: Any = super().delete_objects(context, bucket, delete, **kwargs) if delete.get("Objects") else {}
        errors = [
            {name: value for name, value in each.items() if name in ("Key", "VersionId")}
            | {"Code": "AccessDenied", "Message": message}
            for each, message in refused
        ]
        return {**answer, "Errors": [*(answer.get("Errors") or []), *errors]} if errors else answer

    @handler("GetBucketVersioning")
    def get_bucket_versioning(self, context: RequestContext, bucket: str, **kwargs: Any) -> Any:
        result: Any = super().get_bucket_versioning(context, bucket, **kwargs)
        _store, kept = self._get_cross_account_bucket(context, bucket)
        mfa_delete = getattr(kept, "mfa_delete", None)
        return {**result, **({"MFADelete": mfa_delete} if mfa_delete else {})}


def create_service() -> Service:
    """Returns the service for the entry point `s3:corrected`."""
    folder = f"{config.dirs.tmp}/s3"
    mkdir(folder)
    return Service.for_provider(CorrectedS3Provider(ObjectStore(folder)))
