"""One thing that a call needs to be allowed to do, and where its resource's policy comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from glue_aurora.parity.identity.policy import Policy

Keys = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Need:
    """An action on a resource. `resource` is None where the emulator does not know it.

    `also` has other forms of the resource's ARN: one of them that is allowed is enough.
    `context` has the service's condition keys, lower case; `known` has patterns of those whose absence is known,
    `unknown` of those that are not known.
    `resource_decides`: without the resource's own policy nobody may do this (KMS keys, trust policies).
    """

    action: str
    resource: str | None = "*"
    context: Keys = field(default_factory=dict)
    known: tuple[str, ...] = ()
    resource_policy: Policy | None = None
    resource_decides: bool = False
    unknown: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Secret:
    """A secret of Secrets Manager. `key` is the customer's KMS key."""

    arn: str
    key: str | None
    policy: Policy | None
    tags: Mapping[str, str]


class Facts(Protocol):
    """What the emulator's services hold about resources. Each answers None where there is no such resource."""

    def bucket_exists(self, bucket: str) -> bool: ...

    def bucket_policy(self, bucket: str) -> Policy | None: ...

    def bucket_key(self, bucket: str) -> tuple[str, bool] | None:
        """Returns the KMS key of the bucket's default encryption and whether it has a bucket key."""

    def object_exists(self, bucket: str, key: str, version: str) -> bool: ...

    def object_key(self, bucket: str, key: str, version: str) -> tuple[str, bool] | None:
        """Returns the KMS key of an object and whether it is under a bucket key."""

    def object_has_tags(self, bucket: str, key: str, version: str) -> bool: ...

    def upload_key(self, bucket: str, upload: str) -> tuple[str, bool] | None:
        """Returns the KMS key of a multipart upload and whether it is under a bucket key."""

    def key_arn(self, key: str, account: str, region: str) -> str:
        """Returns the ARN of a key that is named by id, ARN or alias."""

    def key_of_alias(self, alias: str, account: str, region: str) -> str | None: ...

    def key_is_aws_managed(self, arn: str) -> bool: ...

    def key_policy(self, arn: str) -> Policy | None:
        """Returns the policy of a key, with its grants as further statements."""

    def key_tags(self, arn: str) -> Mapping[str, str]: ...

    def key_aliases(self, arn: str) -> tuple[str, ...]: ...

    def secret(self, secret: str, account: str, region: str) -> Secret | None:
        """Returns a secret that is named by name or ARN."""

    def role(self, name: str, account: str) -> tuple[str, Policy] | None:
        """Returns ARN and trust policy of a role that is named by name or ARN."""
