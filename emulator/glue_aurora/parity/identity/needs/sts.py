"""AWS STS. Anybody may ask who he is (GetCallerIdentity API reference); a role's trust policy decides on AssumeRole."""

from glue_aurora.parity.identity.needs.need import Facts, Need
from glue_aurora.service.call import Call

_KNOWN = ("sts:externalid", "sts:rolesessionname", "sts:sourceidentity", "sts:transitivetagkeys")


def needs(call: Call, facts: Facts) -> list[Need]:
    """Returns the needs of an operation of STS. Of those that take no key the caller is not known."""
    if call.operation != "AssumeRole":
        return []
    found = facts.role(call.text("RoleArn"), call.account)
    given = {
        "sts:externalid": call.text("ExternalId"),
        "sts:rolesessionname": call.text("RoleSessionName"),
        "sts:sourceidentity": call.text("SourceIdentity"),
    }
    context = {name: (value,) for name, value in given.items() if value}
    role, trust = found if found else (call.text("RoleArn"), None)
    return [Need("sts:AssumeRole", role, context, _KNOWN, trust, resource_decides=True, unknown=("aws:resourcetag/*",))]
