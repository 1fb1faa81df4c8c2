"""The RDS Data API: the cluster, and the secret in the caller's name.

Source: service-authorization/latest/reference/list_amazonrdsdataapi.html; AuroraUserGuide/data-api.access.html.
"""

from dataclasses import replace

from glue_aurora.parity.identity.needs import secretsmanager
from glue_aurora.parity.identity.needs.need import Facts, Need
from glue_aurora.service.call import Call


def needs(call: Call, facts: Facts) -> list[Need]:
    """Returns the needs of an operation of the Data API."""
    found = [Need(f"rds-data:{call.operation}", call.text("resourceArn") or None, unknown=("aws:resourcetag/*",))]
    if secret := call.text("secretArn"):
        reading = replace(call, service="secretsmanager", operation="GetSecretValue", parameters={"SecretId": secret})
        found += secretsmanager.needs(reading, facts)
    return found
