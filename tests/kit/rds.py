"""Makes a network for the tests of RDS, and clusters that it removes when the test ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.kit.aws import unique

ENGINE = "aurora-postgresql"
FAMILY = "aurora-postgresql16"
VERSION = "16.8"
PASSWORD = "correct-horse-battery"


class RdsKit:
    """Calls the API of RDS. It has a VPC of its own."""

    def __init__(self, environment: Any) -> None:
        self.environment = environment
        self.client = environment.client
        self.rds = environment.client("rds")
        self.secrets = environment.client("secretsmanager")
        self.ec2 = environment.client("ec2")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [self.subnet(number, zone) for number, zone in enumerate("ab")]
        self.subnet_group = unique("subnets")
        self.rds.create_db_subnet_group(
            DBSubnetGroupName=self.subnet_group, DBSubnetGroupDescription="tests", SubnetIds=self.subnets
        )

    def subnet(self, number: int, zone: str) -> str:
        answer = self.ec2.create_subnet(
            VpcId=self.vpc, CidrBlock=f"10.20.{number}.0/24", AvailabilityZone=f"us-east-1{zone}"
        )
        return str(answer["Subnet"]["SubnetId"])

    @contextmanager
    def parameter_group(self, **settings: str) -> Iterator[str]:
        """Returns the name of a cluster parameter group with these settings (`__` for a dot), applied immediately."""
        name = unique("parameters")
        self.rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=name, DBParameterGroupFamily=FAMILY, Description="tests"
        )
        if settings:
            self.set(name, **settings)
        yield name
        self.rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName=name)

    def set(self, group: str, method: str = "immediate", **settings: str) -> None:
        self.rds.modify_db_cluster_parameter_group(
            DBClusterParameterGroupName=group,
            Parameters=[
                {"ParameterName": name.replace("__", "."), "ParameterValue": value, "ApplyMethod": method}
                for name, value in settings.items()
            ],
        )

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """Returns CreateDBCluster's arguments for a cluster with a user and a database of its own."""
        name = unique("cluster")
        word = name.replace("-", "_")
        arguments = {
            "DBClusterIdentifier": name,
            "Engine": ENGINE,
            "EngineVersion": VERSION,
            "DatabaseName": f"db_{word}",
            "MasterUsername": f"user_{word}",
            "MasterUserPassword": PASSWORD,
            "DBSubnetGroupName": self.subnet_group,
            "ServerlessV2ScalingConfiguration": {"MinCapacity": 0, "MaxCapacity": 1},
            **changes,
        }
        return {key: value for key, value in arguments.items() if value is not None}

    @contextmanager
    def cluster(self, *, instances: int = 1, **changes: Any) -> Iterator[dict[str, Any]]:
        """Creates a cluster with instances and yields its description. Removes what the block left of it."""
        name = self.rds.create_db_cluster(**self.arguments(**changes))["DBCluster"]["DBClusterIdentifier"]
        try:
            for _ in range(instances):
                self.instance(name)
            yield self.describe(name)
        finally:
            self.remove(name)

    def instance(self, cluster: str, **changes: Any) -> str:
        """Returns the identifier of a new instance in the cluster."""
        arguments = {"DBInstanceClass": "db.serverless", "Engine": ENGINE, **changes}
        name = unique("instance")
        self.rds.create_db_instance(DBInstanceIdentifier=name, DBClusterIdentifier=cluster, **arguments)
        return name

    def describe(self, cluster: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.rds.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"][0]
        return answer

    def remove(self, cluster: str) -> None:
        for one in self.rds.describe_db_clusters()["DBClusters"]:
            if one["DBClusterIdentifier"] == cluster:
                if one["DeletionProtection"]:
                    self.rds.modify_db_cluster(DBClusterIdentifier=cluster, DeletionProtection=False)
                for member in one["DBClusterMembers"]:
                    self.rds.delete_db_instance(DBInstanceIdentifier=member["DBInstanceIdentifier"])
                self.rds.delete_db_cluster(DBClusterIdentifier=cluster, SkipFinalSnapshot=True)

    def secret(self, cluster: dict[str, Any]) -> dict[str, str]:
        """Returns the content of the cluster's managed secret."""
        answer = self.secrets.get_secret_value(SecretId=cluster["MasterUserSecret"]["SecretArn"])
        content: dict[str, str] = json.loads(answer["SecretString"])
        return content

    def connect(self, cluster: dict[str, Any], password: str = PASSWORD, **changes: Any) -> psycopg.Connection[Any]:
        """Opens a session in the cluster's database, over TLS unless the options say otherwise."""
        parameters = {
            "host": cluster["Endpoint"],
            "port": cluster["Port"],
            "user": cluster["MasterUsername"],
            "password": password,
            "dbname": cluster.get("DatabaseName"),
            "sslmode": "require",
            "connect_timeout": 5,
            **changes,
        }
        return psycopg.connect(**parameters, autocommit=True)

    def refuses(self, cluster: dict[str, Any], message: str, **changes: Any) -> None:
        """Asserts that PostgreSQL refuses a connection with this message."""
        with pytest.raises(psycopg.OperationalError, match=message):
            self.connect(cluster, **changes).close()

    def exists(self, kind: str, name: str) -> bool:
        """Returns whether PostgreSQL has this role or database."""
        query = {
            "role": "SELECT 1 FROM pg_roles WHERE rolname = %s",
            "database": "SELECT 1 FROM pg_database WHERE datname = %s",
        }
        with self.environment.admin() as connection:
            return connection.execute(query[kind], (name,)).fetchone() is not None
