"""LocalStack's S3 provider with its objects in LocalStack's own temporary folder.

LocalStack keeps them in /tmp/localstack-s3-storage for every user. A second user may not write there. When two
LocalStacks have a bucket of the same name, the one that deletes it removes the other's objects.
"""

from localstack import config
from localstack.services.plugins import Service
from localstack.services.s3.provider import S3Provider
from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore
from localstack.utils.files import mkdir


def create_service() -> Service:
    """Returns the service for the entry point `s3:corrected`."""
    folder = f"{config.dirs.tmp}/s3"
    mkdir(folder)
    return Service.for_provider(S3Provider(EphemeralS3ObjectStore(folder)))
