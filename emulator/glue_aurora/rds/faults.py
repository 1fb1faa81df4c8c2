"""Errors that Amazon RDS answers.

Codes and HTTP statuses are those of botocore's model of the service; messages are AWS's where they are publicly known.
"""

from collections.abc import Sequence

from glue_aurora.service.errors import ApiError
from glue_aurora.service.validation import Violation, refusal


def invalid_request(violations: Sequence[Violation]) -> ApiError:
    """Returns the error for a request that breaks the service's model.

    Codes: RDS API reference, "Common Errors". RDS words a missing parameter as its query protocol does.
    """
    missing = [violation.member for violation in violations if violation.missing]
    if missing:
        return ApiError("MissingParameter", f"The request must contain the parameter {missing[0]}")
    return refusal(violations, "ValidationError")


def invalid_value(message: str, remedy: str = "") -> ApiError:
    return ApiError("InvalidParameterValue", message, remedy=remedy)


def invalid_combination(message: str, remedy: str = "") -> ApiError:
    return ApiError("InvalidParameterCombination", message, remedy=remedy)


def certificate_not_found(identifier: str, remedy: str) -> ApiError:
    return ApiError("CertificateNotFound", f"Certificate not found: {identifier}", 404, remedy=remedy)  # [AWS]


def cluster_not_found(identifier: str) -> ApiError:
    return ApiError("DBClusterNotFoundFault", f"DBCluster {identifier} not found.", 404)


def cluster_exists() -> ApiError:
    return ApiError("DBClusterAlreadyExistsFault", "DB Cluster already exists")


def cluster_state(message: str) -> ApiError:
    return ApiError("InvalidDBClusterStateFault", message)


def instance_not_found(identifier: str) -> ApiError:
    return ApiError("DBInstanceNotFound", f"DBInstance {identifier} not found.", 404)


def instance_exists() -> ApiError:
    return ApiError("DBInstanceAlreadyExists", "DB instance already exists")


def subnet_group_not_found(name: str) -> ApiError:
    return ApiError("DBSubnetGroupNotFoundFault", f"DB subnet group '{name}' does not exist.", 404)


def subnet_group_exists(name: str) -> ApiError:
    return ApiError("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")


def subnet_group_in_use(name: str, cluster: str) -> ApiError:
    return ApiError(
        "InvalidDBSubnetGroupStateFault",
        f"Cannot delete the subnet group '{name}' because at least one database cluster: {cluster} is still using it.",
    )


def too_few_zones(zones: list[str]) -> ApiError:
    return ApiError(
        "DBSubnetGroupDoesNotCoverEnoughAZs",
        "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. "
        f"Current AZ coverage: {', '.join(zones)}. Add subnets to cover at least 2 AZs.",
    )


def invalid_subnet(message: str) -> ApiError:
    return ApiError("InvalidSubnet", message)


def vpc_state(reason: str) -> ApiError:
    return ApiError(  # [AWS]
        "InvalidVPCNetworkStateFault",
        f"Cannot create a publicly accessible DBInstance. {reason} Update the VPC and then try again.",
    )


def parameter_group_exists(name: str) -> ApiError:
    return ApiError("DBParameterGroupAlreadyExists", f"Parameter group {name} already exists")


def parameter_group_state(message: str) -> ApiError:
    return ApiError("InvalidDBParameterGroupState", message)


def kms_key_not_accessible(key: str) -> ApiError:
    return ApiError(
        "KMSKeyNotAccessibleFault",
        f"The specified KMS key [{key}] does not exist, is not enabled or you do not have permissions to access it.",
    )


def global_cluster_not_found(identifier: str) -> ApiError:
    return ApiError("GlobalClusterNotFoundFault", f"Global cluster {identifier} not found.", 404)
