"""What S3 finds wrong in a statement of a bucket's policy. Each test yields what it finds, for the rule's sentence.

Sources: Service authorization reference, list_amazons3.html (which action goes with bucket or object), and S3 user
guide, access-control-block-public-access.html, "The meaning of public".
"""

import fnmatch
from collections.abc import Iterator

from glue_aurora.corrections import grammar
from glue_aurora.corrections.documents import Statement, listed, principals
from glue_aurora.corrections.s3.names import ACTIONS, KEYS

_OBJECT_ACTIONS = frozenset(
    {
        "abortmultipartupload",
        "bypassgovernanceretention",
        "initiatereplication",
        "listmultipartuploadparts",
        "replicatedelete",
        "replicatetags",
    }
)
# Condition keys, with the actions that have them.
_KEYS_OF = {
    "s3:prefix": ("listbucket", "listbucketversions"),
    "s3:delimiter": ("listbucket", "listbucketversions"),
    "s3:max-keys": ("listbucket", "listbucketversions"),
    "s3:x-amz-server-side-encryption": ("putobject", "replicateobject"),
    "s3:x-amz-server-side-encryption-aws-kms-key-id": ("putobject", "replicateobject"),
}
_RESTRICTING = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)


def missing_field(statement: Statement, _bucket: str) -> Iterator[str]:
    yield from grammar.missing(statement, "Effect", "Principal", "Action", "Resource")


def odd_principal(statement: Statement, _bucket: str) -> Iterator[str]:
    for kind in ("AWS", "Service"):
        yield from grammar.odd_principals(statement, kind)


def odd_operator(statement: Statement, _bucket: str) -> Iterator[str]:
    yield from grammar.odd_operators(statement)


def odd_network(statement: Statement, _bucket: str) -> Iterator[str]:
    yield from grammar.odd_values(statement, ("ipaddress",))


def unknown_key(statement: Statement, _bucket: str) -> Iterator[str]:
    """Yields the condition keys that begin as S3's do and that S3 does not have."""
    for keys in _conditions(statement):
        for key in keys:
            name, slash, _ = key.lower().partition("/")
            if name.startswith("s3:") and name + slash not in KEYS:
                yield key


def unknown_action(statement: Statement, _bucket: str) -> Iterator[str]:
    """Yields the actions that S3 does not have. A pattern may match a new one, so it is taken."""
    for action in (*listed(statement.get("Action")), *listed(statement.get("NotAction"))):
        service, _, name = action.lower().partition(":")
        if service == "s3" and "*" not in name and "?" not in name and name not in ACTIONS:
            yield action


def foreign_action(statement: Statement, _bucket: str) -> Iterator[str]:
    for action in listed(statement.get("Action")):
        if action != "*" and action.partition(":")[0].lower() not in ("s3", "s3-object-lambda"):
            yield action


def foreign_resource(statement: Statement, bucket: str) -> Iterator[str]:
    for arn in [*listed(statement.get("Resource")), *listed(statement.get("NotResource"))]:
        name = arn.partition(":::")[2].partition("/")[0]
        if arn != "*" and not (arn.startswith("arn:") and fnmatch.fnmatchcase(bucket, name)):
            yield arn


def idle_action(statement: Statement, _bucket: str) -> Iterator[str]:
    """Yields the actions that go with no resource of the statement: an object's with a bucket, or the reverse."""
    resources = listed(statement.get("Resource"))
    objects = any("/" in arn or arn.endswith("*") for arn in resources)
    buckets = any("/" not in arn for arn in resources)
    for action in listed(statement.get("Action")):
        if resources and "*" not in action and "?" not in action:
            name = action.partition(":")[2].lower()
            of_object = name in _OBJECT_ACTIONS or ("object" in name and "bucket" not in name)
            if not (objects if of_object else buckets):
                yield action


def idle_condition(statement: Statement, _bucket: str) -> Iterator[str]:
    """Yields the condition keys that no action of the statement has."""
    actions = [action.partition(":")[2].lower() for action in listed(statement.get("Action"))]
    if not actions or any("*" in action or "?" in action for action in (*actions, *listed(statement.get("Action")))):
        return
    for keys in _conditions(statement):
        for key in keys:
            if key.lower() in _KEYS_OF and not set(actions) & set(_KEYS_OF[key.lower()]):
                yield key


def is_public(statement: Statement) -> bool:
    """Returns whether a statement lets everybody in, as S3 sees it. A condition on a fixed caller or place does not."""
    if statement.get("Effect") != "Allow" or "Principal" not in statement:
        return False
    if not any("*" in name for name in principals(statement, "AWS")):
        return False
    for keys in _conditions(statement):
        for key, values in keys.items():
            wide = any(value in ("*", "0.0.0.0/0", "::/0") for value in listed(values))
            if key.lower() in _RESTRICTING and not wide:
                return False
    return True


def _conditions(statement: Statement) -> list[dict[str, object]]:
    return [keys for _, keys in grammar.conditions(statement)]
