"""LocalStack's Firehose, which here takes only streams that deliver: records that are put, to S3, as they are.

LocalStack also takes other sources and destinations, transformations, conversions and compression. It writes a line to
its log, or nothing, and drops or passes on the records.
"""

# A handler that passes all members on differs from the expanded signature of LocalStack's API class.
# mypy: disable-error-code="override,no-untyped-call"

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.services.firehose.provider import FirehoseProvider
from localstack.services.plugins import Service

from glue_aurora.service.errors import NotSupportedError

_S3 = ("s3_destination_configuration", "extended_s3_destination_configuration")
_S3_UPDATE = ("s3_destination_update", "extended_s3_destination_update")
_PROCESSING = ("ProcessingConfiguration", "DataFormatConversionConfiguration", "DynamicPartitioningConfiguration")


class CorrectedFirehoseProvider(FirehoseProvider):
    """Chosen by PROVIDER_OVERRIDE_FIREHOSE=corrected."""

    @handler("CreateDeliveryStream")
    def create_delivery_stream(self, context: RequestContext, **kwargs: Any) -> Any:
        if kwargs.get("delivery_stream_type") not in (None, "DirectPut"):
            raise _not_delivered(f"the source {kwargs['delivery_stream_type']}")
        _check(kwargs, "_destination_configuration", _S3)
        return super().create_delivery_stream(context, **kwargs)

    @handler("UpdateDestination")
    def update_destination(self, context: RequestContext, **kwargs: Any) -> Any:
        _check(kwargs, "_destination_update", _S3_UPDATE)
        return super().update_destination(context, **kwargs)


def _check(arguments: Mapping[str, Any], ending: str, s3: tuple[str, str]) -> None:
    for name, value in arguments.items():
        if value and name.endswith(ending) and name not in s3:
            raise _not_delivered(f"the destination {name.removesuffix(ending)}")
    for name in s3:
        destination = arguments.get(name) or {}
        for member in _PROCESSING:
            if (destination.get(member) or {}).get("Enabled"):
                raise _not_delivered(member)
        if destination.get("CompressionFormat") not in (None, "UNCOMPRESSED"):
            raise _not_delivered(f"CompressionFormat {destination['CompressionFormat']}")


def _not_delivered(what: str) -> NotSupportedError:
    return NotSupportedError(
        f"A Firehose stream with {what}", "It would not deliver as on AWS. Records put to S3 as they are work."
    )


def create_service() -> Service:
    """Returns the service, made in the way LocalStack makes its own."""
    return Service.for_provider(CorrectedFirehoseProvider())
