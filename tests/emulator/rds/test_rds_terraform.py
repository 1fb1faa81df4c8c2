"""Terraform creates Aurora and its network, plans no changes, changes them in place and destroys them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scripts.base.isolation import clean_environment
from scripts.base.paths import TERRAFORM
from scripts.terraform import provider
from tests.kit.aws import refused

pytestmark = pytest.mark.emulator

ROOT = Path(__file__).parent / "terraform"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def terraform(environment: Any, tmp_path: Path) -> Run:
    """Returns a function that runs `terraform ARGUMENTS` in a copy of the root, against the running LocalStack."""
    shutil.copy(ROOT / "main.tf", tmp_path)
    shutil.copy(TERRAFORM / ".terraform.lock.hcl", tmp_path)
    variables = {
        **clean_environment(),
        **environment.instance.aws_environment(),
        **provider.choose().environment,
        "CHECKPOINT_DISABLE": "true",
    }

    def run(*arguments: str, accept: int = 0) -> subprocess.CompletedProcess[str]:
        command = ["terraform", f"-chdir={tmp_path}", arguments[0], "-no-color", *arguments[1:]]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=400)
        assert done.returncode == accept, done.stdout[-3000:] + done.stderr
        return done

    run("init", "-input=false")
    return run


def test_aurora_lives_through_terraform(environment: Any, terraform: Run) -> None:
    secrets, rds = environment.client("secretsmanager"), environment.client("rds")
    for changed in ("false", "true"):
        variable = f"-var=changed={changed}"
        applied = terraform("apply", "-input=false", "-auto-approve", variable)
        assert "must be replaced" not in applied.stdout
        terraform("plan", "-input=false", "-detailed-exitcode", variable)  # 0: nothing to change

        output = {name: one["value"] for name, one in json.loads(terraform("output", "-json").stdout).items()}
        secret = json.loads(secrets.get_secret_value(SecretId=output["secret_arn"])["SecretString"])
        login = {
            "host": output["endpoint"],
            "port": output["port"],
            "dbname": "terraform_rds",
            "user": secret["username"],
            "password": secret["password"],
        }
        with psycopg.connect(**login, sslmode="require") as session:
            shown = session.execute("SHOW log_statement").fetchone()
        assert shown == (("ddl",) if changed == "false" else ("all",))
        with pytest.raises(psycopg.OperationalError, match="no encryption"):
            psycopg.connect(**login, sslmode="disable")
    (cluster,) = rds.describe_db_clusters(DBClusterIdentifier="terraform-rds")["DBClusters"]
    assert cluster["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 4
    assert cluster["EngineVersion"] == "16.9"
    assert cluster["HttpEndpointEnabled"] is True

    terraform("destroy", "-input=false", "-auto-approve")
    with refused("DBClusterNotFoundFault"):
        rds.describe_db_clusters(DBClusterIdentifier="terraform-rds")
    with refused("ResourceNotFoundException"):
        secrets.get_secret_value(SecretId=output["secret_arn"])
    with environment.admin() as connection:
        left = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = 'terraform_rds_user'"
            " UNION SELECT datname FROM pg_database WHERE datname = 'terraform_rds'"
        ).fetchall()
    assert left == []
