"""What an instance on this machine and an AWS account have in common. Most commands know nothing else of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, overload

import boto3
from botocore.config import Config

from scripts.base.isolation import REGION, Keys

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
        """The folder of Terraform's data and the logs."""

    @property
    def account_id(self) -> str:
        """The only account that calls may reach."""

    @property
    def is_local(self) -> bool:
        """True for an instance on this machine: frequent calls cost nothing there, and logs appear at once."""

    @property
    def owns_its_state(self) -> bool:
        """True where nobody else uses Terraform's state, so that the lock of a killed command is nobody else's."""

    # mypy checks the calls of these services.
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
    def client(self, service: str) -> Any:
        """A boto3 client for `service`."""

    def inherited_environment(self) -> dict[str, str]:
        """The variables of the caller's environment that a process may see."""

    def aws_environment(self) -> dict[str, str]:
        """The variables to add, which lead there. Empty for a real account: the user's own lead there."""

    def backend(self) -> dict[str, Any]:
        """The settings of the state's backend that differ from terraform/backend.tf."""

    def prepare_backend(self) -> None:
        """Makes sure that the bucket of the state exists.

        Raises:
            CommandError: it is missing, and only the user may create it.
        """

    def plan_arguments(self) -> list[str]:
        """The arguments that give Terraform its variables."""

    def ca_bundle(self) -> str:
        """The file of the authorities that the job trusts for the database; empty for the default of terraform/."""


def local_client(endpoint_url: str, service: str, keys: Keys | None = None, **settings: Any) -> Any:
    """A boto3 client that reaches only this endpoint: address and keys are explicit, so no variable changes them.

    `settings` are arguments of botocore's Config.
    """
    keys = keys or Keys()
    retries = {"max_attempts": 2, "mode": "standard"}
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        aws_session_token=keys.session_token or None,
        config=Config(**{"proxies": {}, "retries": retries, **settings}),
    )
