"""What Glue and RDS refuse in definitions. No run is started, and no cluster can come of any request.

Each request to RDS names a subnet group that does not exist, so that a wrong claim makes no cluster.
"""

from __future__ import annotations

from typing import Any

from scripts.claims import names
from scripts.claims.claim import Claim
from scripts.claims.stage import Stage
from scripts.claims.things import job_definition

SECOND = "which of two faults AWS names first: the subnet group does not exist either, so that nothing is made"
VERSION = "16.8"
JOB = "Glue API reference, CreateJob"


def _job(
    name: str, says: str, code: str, sentence: str, doubt: str, *, with_role: bool = False, **changes: Any
) -> Claim:
    def request(stage: Stage) -> dict[str, Any]:
        role = {"Role": stage.nobody} if with_role else {}
        return job_definition(stage, stage.name(name), **role, **changes)

    return Claim(f"glue-{name}", says, "glue", "CreateJob", request, code, sentence, doubt, JOB)


def _cluster(name: str, says: str, code: str, sentence: str, **changes: Any) -> Claim:
    def request(stage: Stage) -> dict[str, Any]:
        return {
            "DBClusterIdentifier": stage.name(name),
            "Engine": "aurora-postgresql",
            "EngineVersion": VERSION,
            "MasterUsername": "letrus",
            "ManageMasterUserPassword": True,
            "DBSubnetGroupName": "letrus-aws-parity-none",
            "Tags": names.tag_list(),
            **changes,
        }

    source = "RDS API reference, CreateDBCluster; Aurora guide, USER_UpgradeDBInstance.Maintenance.html"
    return Claim(f"rds-{name}", says, "rds", "CreateDBCluster", request, code, sentence, SECOND, source)


CLAIMS = (
    _job(
        "role",
        "CreateJob does not look for the role; the run fails",
        "",
        "",
        "whether CreateJob refuses a role that is missing",
    ),
    _job(
        "role-without-trust",
        "CreateJob does not look at the role's trust; the run fails",
        "",
        "",
        "whether CreateJob refuses a role that does not trust Glue",
        with_role=True,
    ),
    _job(
        "worker-type",
        "a job's worker type exists",
        "ValidationException",
        "",
        "code and sentence; the role does not exist either",
        WorkerType="G.3X",
    ),
    _job(
        "workers-missing",
        "a worker type comes with a number of workers",
        "InvalidInputException",
        "",
        "code and sentence; the role does not exist either",
        NumberOfWorkers=None,
    ),
    _job(
        "capacity-and-workers",
        "MaxCapacity and WorkerType exclude each other",
        "InvalidInputException",
        "Please do not set Max Capacity if using Worker Type and Number of Workers",
        "the sentence is one that users quote; the role does not exist either",
        MaxCapacity=2.0,
    ),
    _job(
        "timeout",
        "a job's timeout is at most 7 days",
        "InvalidInputException",
        "",
        "code and sentence; the role does not exist either",
        Timeout=10_081,
    ),
    Claim(
        "glue-again",
        "CreateJob again with the same request succeeds",
        "glue",
        "CreateJob",
        lambda stage: job_definition(stage, stage.job),
        "",
        "",
        "whether AWS says AlreadyExistsException",
        JOB,
    ),
    Claim(
        "glue-again-otherwise",
        "CreateJob again with another request fails",
        "glue",
        "CreateJob",
        lambda stage: job_definition(stage, stage.job, Timeout=5),
        "IdempotentParameterMismatchException",
        "",
        "whether AWS says AlreadyExistsException",
        JOB,
    ),
    Claim(
        "glue-start-missing",
        "a job that is not there starts no run",
        "glue",
        "StartJobRun",
        lambda stage: {"JobName": stage.name("none")},
        "EntityNotFoundException",
        "Failed to start job run due to missing metadata",
        "the sentence",
        "Glue API reference, StartJobRun; public issues",
    ),
    Claim(
        "glue-get-missing",
        "a job that is not there",
        "glue",
        "GetJob",
        lambda stage: {"JobName": stage.name("none")},
        "EntityNotFoundException",
        "",
        "the sentence",
        "Glue API reference, GetJob",
    ),
    Claim(
        "rds-missing",
        "a cluster that is not there",
        "rds",
        "DescribeDBClusters",
        lambda stage: {"DBClusterIdentifier": stage.name("none")},
        "DBClusterNotFoundFault",
        "DBCluster {prefix}-none not found",
        "the sentence",
        "RDS API reference, DescribeDBClusters",
    ),
    Claim(
        "rds-data-missing",
        "the Data API of a cluster that is not there",
        "rds-data",
        "ExecuteStatement",
        lambda stage: {
            "resourceArn": f"arn:aws:rds:{stage.region}:{stage.account}:cluster:{stage.name('none')}",
            "secretArn": stage.secret,
            "sql": "select 1",
            "database": "none",
        },
        "HttpEndpointNotEnabledException",
        "HttpEndpoint is not enabled for resource",
        "code and sentence",
        "Aurora user guide, data-api.html; public issues",
    ),
    _cluster(
        "version",
        "a version exists",
        "InvalidParameterCombination",
        "Cannot find version 16.99 for aurora-postgresql",
        EngineVersion="16.99",
    ),
    _cluster(
        "windows-overlap",
        "backup and maintenance windows are apart",
        "InvalidParameterValue",
        "The backup window and maintenance window must not overlap",
        PreferredBackupWindow="03:00-04:00",
        PreferredMaintenanceWindow="sun:03:30-sun:04:30",
    ),
    _cluster(
        "short-backup-window",
        "a backup window has 30 minutes",
        "InvalidParameterValue",
        "The backup window must be at least 30 minutes",
        PreferredBackupWindow="03:00-03:29",
    ),
    _cluster(
        "reserved-user",
        "a master user's name is no word of PostgreSQL",
        "InvalidParameterValue",
        "MasterUsername admin cannot be used as it is a reserved word used by the engine",
        MasterUsername="admin",
    ),
    _cluster(
        "odd-tag",
        "values of tags have no parentheses",
        "InvalidParameterValue",
        "may only contain unicode letters, digits, whitespace",
        Tags=[{"Key": "a", "Value": "b (c)"}],
    ),
    _cluster("subnet-group", "a subnet group exists", "DBSubnetGroupNotFoundFault", ""),
    Claim(
        "rds-one-zone",
        "a subnet group covers two zones",
        "rds",
        "CreateDBSubnetGroup",
        lambda stage: {
            "DBSubnetGroupName": stage.name("one-zone"),
            "DBSubnetGroupDescription": "claims",
            "SubnetIds": [stage.subnet],
            "Tags": names.tag_list(),
        },
        "DBSubnetGroupDoesNotCoverEnoughAZs",
        "",
        "the sentence",
        "RDS API reference, CreateDBSubnetGroup",
    ),
)
