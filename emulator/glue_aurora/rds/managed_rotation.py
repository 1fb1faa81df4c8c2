"""Rotates a managed secret for RotateSecret of Secrets Manager."""

from glue_aurora.rds import master_user
from glue_aurora.rds.store import LOCK, all_clusters
from glue_aurora.service.errors import ApiError, EmulatorError


def rotate(secret_arn: str, version_id: str) -> str:
    """Changes the password of the cluster that the secret belongs to; returns the secret's new version.

    Raises:
        ApiError: the emulator cannot, or knows no such cluster.
    """
    with LOCK:
        for cluster in all_clusters():
            if cluster.secret is not None and cluster.secret.arn == secret_arn:
                try:
                    return master_user.rotate(cluster, version_id)
                except EmulatorError as error:
                    raise ApiError("EmulatorFailure", str(error), status_code=501) from error
    raise ApiError("InvalidRequestException", f"No DB cluster uses the secret {secret_arn}.")
