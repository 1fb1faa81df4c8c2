"""Checks of options that clusters and instances share."""

from localstack.aws.api import RequestContext
from moto.iam.models import iam_backends

from glue_aurora.rds import faults

_INSIGHTS_DAYS = [7, *(31 * months for months in range(1, 24)), 731]
# AWS's authorities, the default one first. Source: Aurora User Guide, UsingWithRDS.SSL.html.
AUTHORITIES = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")
_MONITORING = "monitoring.rds.amazonaws.com"


def check_monitoring_role(context: RequestContext, arn: str | None) -> None:
    """Checks that the role of Enhanced Monitoring exists and names its service in the trust policy.

    Raises:
        ApiError: InvalidParameterValue.
    """
    if not arn or f"::{context.account_id}:role/" not in arn:
        return
    roles = iam_backends[context.account_id][context.partition].roles.values()
    role = next((role for role in roles if role.arn == arn), None)
    if role is None or _MONITORING not in str(role.assume_role_policy_document):
        raise faults.invalid_value(  # [AWS]
            "IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING"
        )


def check_authority(identifier: str | None) -> None:
    """Checks that a certificate authority is one of AWS's present ones.

    Source: terraform-provider-aws issue 12854.

    Raises:
        ApiError: CertificateNotFound.
    """
    if identifier is not None and identifier not in AUTHORITIES:
        raise faults.certificate_not_found(identifier, f"Use one of {', '.join(AUTHORITIES)}, or leave it out.")


def check_insights_days(days: int | None) -> None:
    """Checks how long Performance Insights keeps data: 7 days, 1 to 23 months of 31 days, or 731 days.

    Source: RDS API reference, CreateDBInstance.

    Raises:
        ApiError: InvalidParameterValue.
    """
    if days is None or days in _INSIGHTS_DAYS:
        return
    raise faults.invalid_value(  # [AWS]
        f"Invalid Performance Insights retention period. Valid values are: {_INSIGHTS_DAYS}"
    )
