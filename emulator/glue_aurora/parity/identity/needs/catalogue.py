"""The needs of every call that is judged. Calls of other services need nothing."""

from collections.abc import Callable, Mapping

from glue_aurora.parity.identity.needs import (
    budgets,
    by_name,
    ec2,
    glue,
    kms,
    logs,
    rds,
    rds_data,
    s3,
    secretsmanager,
    sts,
)
from glue_aurora.parity.identity.needs.need import Facts, Need
from glue_aurora.service.call import Call

_SERVICES: Mapping[str, Callable[[Call, Facts], list[Need]]] = {
    "s3": s3.needs,
    "kms": kms.needs,
    "secretsmanager": secretsmanager.needs,
    "logs": logs.needs,
    "glue": glue.needs,
    "rds-data": rds_data.needs,
    "sts": sts.needs,
    "ec2": ec2.needs,
    "rds": rds.needs,
    "budgets": budgets.needs,
    "iam": by_name.needs,
    "sns": by_name.needs,
    "events": by_name.needs,
    "cloudwatch": by_name.needs,
    "stepfunctions": by_name.needs,
    "firehose": by_name.needs,
}


def needs_of(call: Call, facts: Facts) -> list[Need]:
    """Returns what a call needs."""
    of_service = _SERVICES.get(call.service)
    return of_service(call, facts) if of_service else []
