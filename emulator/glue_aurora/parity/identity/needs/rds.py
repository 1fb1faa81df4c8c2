"""Amazon RDS: its own actions, and what it does in the caller's name with keys, secrets and roles.

Sources: AuroraUserGuide/Overview.Encryption.Keys.html (kms:CreateGrant, kms:DescribeKey) and
rds-secrets-manager.html#rds-secrets-manager-permissions.
"""

from dataclasses import replace

from glue_aurora.parity.identity.needs import by_name, kms
from glue_aurora.parity.identity.needs.need import Facts, Need
from glue_aurora.service.call import Call

_WITH_STORAGE = ("CreateDBCluster", "RestoreDBClusterFromSnapshot")
_WITH_SECRET = ("CreateDBCluster", "ModifyDBCluster")
# AWS's pages do not say by which service's name and with which context RDS asks.
_UNKNOWN = ("kms:*", "aws:viaawsservice", "aws:calledvia*")


def needs(call: Call, facts: Facts) -> list[Need]:
    """Returns the needs of an operation of RDS."""
    found = by_name.needs(call, facts)
    if call.operation in _WITH_STORAGE and (key := call.text("KmsKeyId")):
        found += _of_key(call, facts, key, "DescribeKey", "CreateGrant")
    if call.operation in _WITH_SECRET and call.parameters.get("ManageMasterUserPassword"):
        secret = call.arn("secretsmanager", "secret:rds!cluster-00000000-0000-0000-0000-000000000000-AbCdEf")
        found += [
            Need(f"secretsmanager:{action}", secret, unknown=("secretsmanager:*", "aws:*tag*"))
            for action in ("CreateSecret", "TagResource")
        ]
        if key := call.text("MasterUserSecretKmsKeyId"):
            found += _of_key(call, facts, key, "DescribeKey", "Decrypt", "GenerateDataKey", "CreateGrant")
    return found


def _of_key(call: Call, facts: Facts, key: str, *actions: str) -> list[Need]:
    if facts.key_is_aws_managed(facts.key_arn(key, call.account, call.region)):
        return []
    return [replace(kms.of_key(action, key, call, facts, {}), unknown=_UNKNOWN) for action in actions]
