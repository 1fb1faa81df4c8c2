"""The needs of every call: of a service with a module here, its own; of any other, the action alone."""

from collections.abc import Callable, Mapping

from glue_aurora.parity.identity.needs import glue, kms, logs, rds_data, s3, secretsmanager, sts
from glue_aurora.parity.identity.needs.need import Call, Facts, Need

_SERVICES: Mapping[str, Callable[[Call, Facts], list[Need]]] = {
    "s3": s3.needs,
    "kms": kms.needs,
    "secretsmanager": secretsmanager.needs,
    "logs": logs.needs,
    "glue": glue.needs,
    "rds-data": rds_data.needs,
    "sts": sts.needs,
}
# Services whose operations have actions of the same name.
_BY_NAME = frozenset({"ec2", "rds", "iam", "sns", "events", "stepfunctions", "firehose"})
# Services whose prefix of actions differs from the name of their API.
_PREFIXES = {"stepfunctions": "states"}


def needs_of(call: Call, facts: Facts) -> list[Need]:
    """Returns what a call needs. The resource of a service without a module is unknown and so is not judged."""
    if of_service := _SERVICES.get(call.service):
        return of_service(call, facts)
    if call.service not in _BY_NAME:
        return []
    action = f"{_PREFIXES.get(call.service, call.service)}:{call.operation}"
    return [Need(action, None, unknown=("aws:resourcetag/*", "aws:requesttag/*", "aws:tagkeys"))]
