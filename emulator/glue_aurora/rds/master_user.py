"""Master users: names and passwords that RDS takes, and the secret that it keeps for them in Secrets Manager.

A managed secret holds username and password only; it has no host, port or database. RDS rotates it every seven
days (Aurora User Guide, "Password management with Amazon Aurora and AWS Secrets Manager"), the emulator on request.
"""

import json
import re
import secrets
import string
import uuid
from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS
from moto.secretsmanager.models import secretsmanager_backends

from glue_aurora.rds import databases, faults
from glue_aurora.rds.models import Cluster, ManagedSecret
from glue_aurora.service.errors import EmulatorError

ROTATION_DAYS = 7
_LENGTH = 32
# RDS allows all printable characters but these four.
_FORBIDDEN = '/@" '
_SYMBOLS = "!#$%&()*+,-.:;<=>?[]^_{|}~"
_RESERVED_NAMES = {"admin", "rdsadmin", "rdsrepladmin", "rds_superuser", "rds_password", "rds_iam", "rds_replication"}
_RESERVED_DATABASES = {"rdsadmin", "template0", "template1"}


def check_username(username: str) -> None:
    """Checks the name of a master user.

    Raises:
        ApiError: InvalidParameterValue.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", username):
        raise faults.invalid_value(
            "The parameter MasterUsername must begin with a letter and be 1 to 63 letters, digits and underscores."
        )
    name = username.lower()
    if name in _RESERVED_NAMES or name.startswith("pg_") or name in databases.reserved_words():
        raise faults.invalid_value(
            f"MasterUsername {username} cannot be used as it is a reserved word used by the engine"
        )


def check_database_name(name: str) -> None:
    """Checks the name of a database.

    Raises:
        ApiError: InvalidParameterValue.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", name):
        raise faults.invalid_value("DatabaseName must begin with a letter and contain only alphanumeric characters.")
    if name.lower() in _RESERVED_DATABASES or name.lower() in databases.reserved_words():
        raise faults.invalid_value(f"Database name {name} cannot be used. It is a reserved word for this engine")


def check_password(password: str) -> None:
    """Checks a password.

    Raises:
        ApiError: InvalidParameterValue; the message never holds the password.
    """
    if len(password) < 8:
        raise faults.invalid_value(
            "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters."
        )
    if len(password) > 99:
        raise faults.invalid_value(
            "The parameter MasterUserPassword is not a valid password because it is longer than 99 characters."
        )
    if any(not "!" <= letter <= "~" or letter in _FORBIDDEN for letter in password):
        raise faults.invalid_value(
            "The parameter MasterUserPassword is not a valid password. "
            "Only printable ASCII characters besides '/', '@', '\"', ' ' may be used."
        )


def new_password() -> str:
    """Returns a random password as RDS makes them, with symbols that break a careless URL or shell command."""
    alphabet = string.ascii_letters + string.digits + _SYMBOLS
    while True:
        password = "".join(secrets.choice(alphabet) for _ in range(_LENGTH))
        if any(letter in _SYMBOLS for letter in password):
            return password


def create_secret(cluster: Cluster, password: str, key: str | None, key_arn: str) -> None:
    """Puts the password into a new secret `rds!cluster-…` of the cluster's account and region."""
    secret = _backend(cluster).create_managed_secret(
        "rds",
        secret_id=f"rds!cluster-{uuid.uuid4()}",
        secret_string=_content(cluster, password),
        description=f"Secret associated with primary RDS DB cluster: {cluster.arn}",
        tags=[{"Key": "aws:rds:primaryDBClusterArn", "Value": cluster.arn}],
        kms_key_id=key_arn if key else None,
    )
    secret.rotation_requested = secret.rotation_enabled = True
    secret.auto_rotate_after_days = ROTATION_DAYS
    cluster.secret = ManagedSecret(secret.arn, key_arn)


def rotate(cluster: Cluster, version_id: str | None = None) -> str:
    """Changes the password in PostgreSQL and in the secret; returns the secret's new version.

    Raises:
        DatabaseError: PostgreSQL refuses, or cannot be reached.
    """
    secret = _secret(cluster)
    password = new_password()
    databases.set_password(cluster, password)
    version = version_id or str(uuid.uuid4())
    _backend(cluster).put_secret_value(
        secret_id=secret.name,
        secret_string=_content(cluster, password),
        secret_binary=None,
        client_request_token=version,
        version_stages=["AWSCURRENT"],
    )
    return version


def current_password(cluster: Cluster) -> str | None:
    """Returns the password that the cluster's managed secret has, or None when RDS keeps no secret."""
    if cluster.secret is None:
        return None
    versions = _secret(cluster).versions.values()
    (text,) = (each["secret_string"] for each in versions if "AWSCURRENT" in each["version_stages"])
    password: str = json.loads(text)["password"]
    return password


def delete_secret(cluster: Cluster) -> None:
    """Removes the managed secret at once, as RDS does with its cluster. Does nothing when there is none."""
    if cluster.secret is not None:
        secrets_of_region = _backend(cluster).secrets
        if cluster.secret.arn in secrets_of_region:
            del secrets_of_region[secrets_of_region[cluster.secret.arn].name]
        cluster.secret = None


def secret_answer(cluster: Cluster) -> dict[str, str] | None:
    """Returns the API's MasterUserSecret, None when RDS keeps no secret."""
    if cluster.secret is None:
        return None
    return {"SecretArn": cluster.secret.arn, "SecretStatus": "active", "KmsKeyId": cluster.secret.kms_key_arn}


def _content(cluster: Cluster, password: str) -> str:
    return json.dumps({"username": cluster.master_username, "password": password})


def _secret(cluster: Cluster) -> Any:
    if cluster.secret is None:
        raise EmulatorError(f"{cluster.arn} has no managed secret.", "Set ManageMasterUserPassword.")
    secrets_of_region = _backend(cluster).secrets
    if cluster.secret.arn not in secrets_of_region:
        raise EmulatorError(f"The secret of {cluster.arn} is gone.", "Turn the managed password off and on again.")
    return secrets_of_region[cluster.secret.arn]


def _backend(cluster: Cluster) -> Any:
    # LocalStack amends the backend's classes when it loads the service.
    SERVICE_PLUGINS.require("secretsmanager")
    return secretsmanager_backends[cluster.account_id][cluster.region]
