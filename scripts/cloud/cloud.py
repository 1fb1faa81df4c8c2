"""Where AWS calls go: to an instance on this machine or to an account; the commands that serve both know no more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, overload

import boto3
from botocore.config import Config

from scripts.base.isolation import ACCESS_KEY, REGION, SECRET_KEY

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_rds import RDSClient
    from types_boto3_rds_data import RDSDataServiceClient
    from types_boto3_s3 import S3Client


class Cloud(Protocol):
    """An `Instance` or an `Account`."""

    @property
    def folder(self) -> Path:
        """What the commands keep of it: Terraform's data, logs."""

    @property
    def account_id(self) -> str:
        """The only account that its calls may reach."""

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, where asking often costs nobody anything and logs are there at once."""

    # The services that mypy checks the calls of.
    @overload
    def client(self, service: Literal["glue"]) -> GlueClient: ...
    @overload
    def client(self, service: Literal["logs"]) -> CloudWatchLogsClient: ...
    @overload
    def client(self, service: Literal["rds"]) -> RDSClient: ...
    @overload
    def client(self, service: Literal["rds-data"]) -> RDSDataServiceClient: ...
    @overload
    def client(self, service: Literal["s3"]) -> S3Client: ...
    @overload
    def client(self, service: str) -> Any: ...

    def inherited_environment(self) -> dict[str, str]:
        """What a process that works on it may see of the caller's environment."""

    def aws_environment(self) -> dict[str, str]:
        """Variables that lead there, beside those; none for a real account, where the user's own do."""

    def backend(self) -> dict[str, Any]:
        """Settings of the state's backend that differ from terraform/backend.tf."""

    def prepare_backend(self) -> None:
        """Sees to it that the state's bucket is there. Raises CommandError when it is not for us to make."""

    def plan_arguments(self) -> list[str]:
        """Arguments of Terraform that name its variables."""

    def ca_bundle(self) -> str:
        """The file of the authorities that the job believes about the database; empty: terraform/'s own default."""


def local_client(endpoint_url: str, service: str) -> Any:
    """boto3 client that can only reach this endpoint: address and keys are explicit, whatever the environment says."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(proxies={}, retries={"max_attempts": 2, "mode": "standard"}),
    )
