"""What the emulator remembers of each RDS resource. The module of a resource makes the API's answers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from glue_aurora.service.tags import Tags


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Subnet:
    """A subnet of a subnet group, and the zone of the subnet."""

    subnet_id: str
    zone: str


@dataclass
class SubnetGroup:
    name: str
    arn: str
    description: str
    vpc_id: str
    subnets: list[Subnet]
    tags: Tags = field(default_factory=dict)

    @property
    def zones(self) -> list[str]:
        """The zones that the subnets cover, sorted."""
        return sorted({subnet.zone for subnet in self.subnets})


@dataclass(frozen=True)
class Setting:
    """A parameter that a user set: its value, and `immediate` or `pending-reboot`."""

    value: str
    apply_method: str


@dataclass
class ParameterGroup:
    """A DB cluster parameter group or a DB parameter group."""

    name: str
    arn: str
    family: str
    description: str
    settings: dict[str, Setting] = field(default_factory=dict)
    tags: Tags = field(default_factory=dict)

    def values(self) -> dict[str, str]:
        """Returns the values that a database takes when it starts."""
        return {name: setting.value for name, setting in self.settings.items()}


@dataclass
class ManagedSecret:
    """The secret that RDS keeps in Secrets Manager for the master user."""

    arn: str
    kms_key_arn: str


@dataclass
class Cluster:
    """`options` holds members of the API's DBCluster that are kept and returned as they are."""

    identifier: str
    arn: str
    resource_id: str
    account_id: str
    region: str
    engine_version: str
    master_username: str
    database_name: str | None
    subnet_group: str
    parameter_group: str
    security_group_ids: list[str]
    zones: list[str]
    scaling: dict[str, Any] | None
    deletion_protection: bool
    options: dict[str, Any]
    # Whether the Data API (service rds-data) answers for this cluster.
    http_endpoint: bool = False
    secret: ManagedSecret | None = None
    # The port of the cluster's own PostgreSQL. None: the cluster is on the first server.
    own_port: int | None = None
    tags: Tags = field(default_factory=dict)
    created: datetime = field(default_factory=now)
    # Instances in order of creation, the writer first.
    members: list[str] = field(default_factory=list)
    # Parameter values in force: those of the group when the writer last started, and what was applied since.
    applied: dict[str, str] = field(default_factory=dict)
    pending: dict[str, Any] = field(default_factory=dict)

    @property
    def reachable(self) -> bool:
        """Whether something answers: a cluster without an instance has storage only."""
        return bool(self.members)

    @property
    def forces_ssl(self) -> bool:
        """Whether rds.force_ssl is in force. The default of Aurora PostgreSQL 16 is 0, of 17 and later 1."""
        return self.applied.get("rds.force_ssl", "0") == "1"


@dataclass
class Instance:
    """`options` holds members of the API's DBInstance that are kept and returned as they are."""

    identifier: str
    arn: str
    resource_id: str
    cluster: str
    instance_class: str
    zone: str
    parameter_group: str
    promotion_tier: int
    options: dict[str, Any]
    tags: Tags = field(default_factory=dict)
    created: datetime = field(default_factory=now)
    # Whether parameters of the cluster's group wait for a restart of this instance.
    cluster_parameters_pending: bool = False
    pending: dict[str, Any] = field(default_factory=dict)
