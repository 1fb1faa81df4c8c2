"""The secret that RDS manages has the real password, only RDS changes it, and rotation changes the password."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.kit.aws import refused
from tests.kit.rds import PASSWORD, RdsKit

pytestmark = pytest.mark.emulator

MANAGED: dict[str, Any] = {"ManageMasterUserPassword": True, "MasterUserPassword": None}


@pytest.fixture(scope="module")
def kit(environment: Any) -> RdsKit:
    return RdsKit(environment)


def test_secret_holds_username_and_password_only(kit: RdsKit) -> None:
    key = kit.client("kms").create_key()["KeyMetadata"]["Arn"]
    with kit.cluster(**MANAGED, MasterUserSecretKmsKeyId=key) as cluster:
        secret = cluster["MasterUserSecret"]
        assert (secret["SecretStatus"], secret["KmsKeyId"]) == ("active", key)
        content = kit.secret(cluster)
        assert sorted(content) == ["password", "username"]
        assert content["username"] == cluster["MasterUsername"]
        kit.connect(cluster, content["password"]).close()
        described = kit.secrets.describe_secret(SecretId=secret["SecretArn"])
        assert described["Name"].startswith("rds!cluster-")
        assert described["OwningService"] == "rds"
        assert described["KmsKeyId"] == key
        assert described["RotationRules"] == {"AutomaticallyAfterDays": 7}
        by_name = kit.secrets.get_secret_value(SecretId=described["Name"])
        assert by_name["ARN"] == secret["SecretArn"]
    with refused("ResourceNotFoundException"):
        kit.secrets.get_secret_value(SecretId=secret["SecretArn"])


def test_key_of_the_secret_is_awss_own_when_none_is_named(kit: RdsKit) -> None:
    with kit.cluster(instances=0, **MANAGED) as cluster:
        own = kit.client("kms").describe_key(KeyId="alias/aws/secretsmanager")["KeyMetadata"]["Arn"]
        assert cluster["MasterUserSecret"]["KmsKeyId"] == own


def test_rds_rotates_it(kit: RdsKit) -> None:
    with kit.cluster(**MANAGED) as cluster:
        old = kit.secret(cluster)["password"]
        with refused("InvalidParameterCombination", "ApplyImmediately"):
            kit.rds.modify_db_cluster(DBClusterIdentifier=cluster["DBClusterIdentifier"], RotateMasterUserPassword=True)
        kit.rds.modify_db_cluster(
            DBClusterIdentifier=cluster["DBClusterIdentifier"], RotateMasterUserPassword=True, ApplyImmediately=True
        )
        new = kit.secret(cluster)["password"]
        assert new != old
        kit.connect(cluster, new).close()
        kit.refuses(cluster, "password authentication failed", password=old)


def test_secrets_manager_rotates_it_without_a_lambda_function(kit: RdsKit) -> None:
    with kit.cluster(**MANAGED) as cluster:
        arn, old = cluster["MasterUserSecret"]["SecretArn"], kit.secret(cluster)["password"]
        token = str(uuid.uuid4())
        answer = kit.secrets.rotate_secret(
            SecretId=arn, ClientRequestToken=token, RotationRules={"AutomaticallyAfterDays": 30}
        )
        assert answer["VersionId"] == token
        kit.connect(cluster, kit.secret(cluster)["password"]).close()
        kit.refuses(cluster, "password authentication failed", password=old)
        stages = kit.secrets.describe_secret(SecretId=arn)
        assert stages["VersionIdsToStages"][token] == ["AWSCURRENT"]
        assert ["AWSPREVIOUS"] in stages["VersionIdsToStages"].values()
        assert stages["RotationRules"] == {"AutomaticallyAfterDays": 30}
        kept = kit.secret(cluster)["password"]
        kit.secrets.rotate_secret(SecretId=arn, RotateImmediately=False, RotationRules={"AutomaticallyAfterDays": 10})
        assert kit.secret(cluster)["password"] == kept
        kit.secrets.cancel_rotate_secret(SecretId=arn)
        assert not kit.secrets.describe_secret(SecretId=arn).get("RotationEnabled")
        kit.secrets.rotate_secret(SecretId=arn, RotateImmediately=False)
        assert kit.secrets.describe_secret(SecretId=arn)["RotationEnabled"] is True


def test_nobody_else_changes_or_deletes_it(kit: RdsKit) -> None:
    with kit.cluster(**MANAGED) as cluster:
        arn = cluster["MasterUserSecret"]["SecretArn"]
        before = kit.secret(cluster)
        changes: list[Callable[[], Any]] = [
            lambda: kit.secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True),
            lambda: kit.secrets.put_secret_value(SecretId=arn, SecretString="{}"),
            lambda: kit.secrets.update_secret(SecretId=arn, SecretString="{}"),
        ]
        for change in changes:
            with refused("InvalidRequestException", "managed by rds"):
                change()
        with refused("InvalidParameterCombination", "managed credentials"):
            kit.rds.modify_db_cluster(
                DBClusterIdentifier=cluster["DBClusterIdentifier"], MasterUserPassword="another-password"
            )
        assert kit.secret(cluster) == before
        kit.secrets.tag_resource(SecretId=arn, Tags=[{"Key": "Projeto", "Value": "letrus"}])
        kit.connect(cluster, before["password"]).close()


def test_an_ordinary_secret_stays_ordinary(kit: RdsKit) -> None:
    name = f"ordinary-{uuid.uuid4()}"
    arn = kit.secrets.create_secret(Name=name, SecretString="one")["ARN"]
    kit.secrets.put_secret_value(SecretId=name, SecretString="two")
    assert kit.secrets.get_secret_value(SecretId=arn)["SecretString"] == "two"
    with refused("InvalidRequestException", "No Lambda rotation function"):
        kit.secrets.rotate_secret(SecretId=name)
    kit.secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    with refused("ValidationException"):
        kit.secrets.create_secret(Name="rds!mine", SecretString="one")


def test_management_is_turned_on_and_off(kit: RdsKit) -> None:
    with kit.cluster() as cluster:
        name = cluster["DBClusterIdentifier"]
        kit.rds.modify_db_cluster(DBClusterIdentifier=name, ManageMasterUserPassword=True)
        managed = kit.describe(name)
        arn = managed["MasterUserSecret"]["SecretArn"]
        kit.connect(managed, kit.secret(managed)["password"]).close()
        kit.refuses(managed, "password authentication failed", password=PASSWORD)
        with refused("InvalidParameterCombination", "MasterUserPassword must be specified"):
            kit.rds.modify_db_cluster(DBClusterIdentifier=name, ManageMasterUserPassword=False)
        kit.rds.modify_db_cluster(DBClusterIdentifier=name, ManageMasterUserPassword=False, MasterUserPassword=PASSWORD)
        assert "MasterUserSecret" not in kit.describe(name)
        kit.connect(managed, PASSWORD).close()
        with refused("ResourceNotFoundException"):
            kit.secrets.get_secret_value(SecretId=arn)
