"""Policies and requests from bytes that hypothesis draws. Words are few, so that most statements concern most requests.

One draw of bytes is ten times as fast as a strategy for each word, and hypothesis shrinks it as well: the first word of
each tuple is the plainest, and zero chooses it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from glue_aurora.parity.identity.evaluator import Policies
from glue_aurora.parity.identity.policy import Kind, Policy
from glue_aurora.parity.identity.request import Principal, PrincipalKind, Request
from hypothesis import strategies as st

Document = dict[str, Any]

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/etl"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/etl/run"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
PRINCIPALS = (
    Principal(PrincipalKind.SESSION, SESSION, ACCOUNT, ROLE),
    Principal(PrincipalKind.USER, USER, ACCOUNT),
)
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "kms:Decrypt")
RESOURCES = (
    "arn:aws:s3:::data",
    "arn:aws:s3:::data/raw/a.csv",
    "arn:aws:s3:::data/raw/ana.csv",
    f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k",
)
ACTION_PATTERNS = (*ACTIONS, "*", "s3:*", "s3:Get*", "S3:getobject", "s3:?etObject", "s3:*Object", "kms:*", "KMS:Dec*")
RESOURCE_PATTERNS = (
    *RESOURCES,
    "*",
    "arn:aws:s3:::data/*",
    "arn:aws:s3:::data*",
    "arn:aws:s3:::DATA/*",
    "arn:aws:s3:::data/raw/?.csv",
    "arn:aws:s3:::*/a.csv",
    "arn:aws:kms:*",
    "arn:aws:s3:::data/raw/${aws:username}.csv",
    "arn:aws:s3:::data/${s3:prefix, 'raw/'}a.csv",
    "arn:aws:s3:::${*}/raw/a.csv",
)
# The values that a request may have for a key, and those that a policy asks for.
TEXTS = ("raw/", "raw/a", "ana/", "RAW/")
VALUES: Mapping[str, tuple[str, ...]] = {
    "s3:prefix": TEXTS,
    "aws:requesttag/team": ("data", "Data", "ops"),
    "aws:tagkeys": ("team", "stage", "Team"),
    "s3:max-keys": ("1", "10", "10.0", "1000"),
    "aws:tokenissuetime": ("2026-01-01T00:00:00Z", "2026-06-30T12:00:00Z", "1767225600"),
    "aws:sourceip": ("10.0.0.1", "10.0.1.1", "192.0.2.7", "2001:db8::1"),
    "aws:sourcearn": ("arn:aws:s3:::logs", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:x"),
    "aws:securetransport": ("true", "false"),
}
# Keys that follow from the caller.
_OF_THE_CALLER = ("aws:PrincipalArn", "aws:username", "aws:PrincipalAccount")
PATTERNS: Mapping[str, tuple[str, ...]] = {
    "aws:sourceip": ("10.0.0.0/24", "10.0.0.0/8", "192.0.2.7", "2001:db8::/32"),
    "aws:sourcearn": (*VALUES["aws:sourcearn"], "arn:aws:s3:::*", f"arn:aws:logs:*:{ACCOUNT}:log-group:*"),
    "s3:prefix": (*TEXTS, "raw/*", "*/", "ra?/", "*", "${aws:username}/", "${aws:requesttag/team, 'raw'}/", "${*}"),
    "aws:PrincipalArn": (ROLE, SESSION, USER, f"arn:aws:iam::{ACCOUNT}:role/*", "arn:aws:iam::*:user/${aws:username}"),
    "aws:username": ("ana", "an*", "ANA"),
    "aws:PrincipalAccount": (ACCOUNT, "999999999999"),
}
OPERATORS: Mapping[str, tuple[str, ...]] = {
    "s3:max-keys": (
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
    ),
    "aws:tokenissuetime": (
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
    ),
    "aws:sourceip": ("IpAddress", "NotIpAddress"),
    "aws:sourcearn": ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"),
    "aws:securetransport": ("Bool",),
    "aws:PrincipalArn": ("ArnEquals", "ArnNotEquals", "ArnLike", "StringLike", "StringEquals"),
}
_TEXT_OPERATORS = (
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
)
SEVERAL = "aws:tagkeys"
_NAMED = (
    "*",
    {"AWS": "*"},
    {"AWS": ROOT},
    {"AWS": ACCOUNT},
    {"AWS": ROLE},
    {"AWS": SESSION},
    {"AWS": USER},
    {"AWS": [ROLE, USER]},
    {"AWS": f"{ROLE}2"},
    {"Service": "glue.amazonaws.com"},
)
_EXEMPT = (
    {"AWS": [ROLE, ROOT]},
    {"AWS": [SESSION, ROLE, ROOT]},
    {"AWS": [USER, ROOT]},
    {"AWS": [USER, ROLE, ACCOUNT]},
    {"AWS": ROOT},
    {"AWS": f"{ROLE}2"},
    {"AWS": USER},
)
# Enough for every choice of most requests; zero continues after them.
BYTES = 160
KNOWN = ("s3:*", "aws:tokenissuetime", "aws:sourceip")


@dataclass(frozen=True)
class Asked:
    """A request and the documents of all policies that have a say in it."""

    principal: Principal
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]]
    identity: list[Document] = field(default_factory=list)
    resource_policy: Document | None = None
    boundary: Document | None = None
    session: list[Document] = field(default_factory=list)
    resource_decides: bool = False

    def with_context(self, context: Mapping[str, tuple[str, ...]]) -> Asked:
        """Returns the same with other condition keys."""
        return replace(self, context=context)

    def request(self) -> Request:
        """Returns the request as the emulator's evaluator takes it."""
        return Request(self.principal, self.action, self.resource, self.context, KNOWN)

    def policies(self) -> Policies:
        """Returns the policies as the emulator's evaluator takes them."""
        return Policies(
            [read(Kind.IDENTITY, each) for each in self.identity],
            read(Kind.RESOURCE, self.resource_policy) if self.resource_policy is not None else None,
            read(Kind.BOUNDARY, self.boundary) if self.boundary is not None else None,
            [read(Kind.SESSION, each) for each in self.session],
            resource_decides=self.resource_decides,
        )


def read(kind: Kind, document: Document) -> Policy:
    """Returns the policy of a document."""
    return Policy.read(kind, f"the {kind.value}", document)


class _Bytes:
    """Makes choices, one byte each."""

    def __init__(self, drawn: bytes) -> None:
        self._drawn = iter(drawn)

    def number(self, below: int) -> int:
        return next(self._drawn, 0) % below

    def one(self, words: Sequence[Any]) -> Any:
        return words[self.number(len(words))]

    def rarely(self, one_in: int) -> bool:
        return self.number(one_in) == one_in - 1

    def some(self, words: Sequence[Any]) -> Any:
        """Returns one word, or a list of one or two."""
        form = self.number(3)
        found = [self.one(words) for _ in range(form)]
        return found or self.one(words)

    def several(self, make: Callable[[], Any], most: int, least: int = 0) -> list[Any]:
        return [make() for _ in range(least + self.number(most - least + 1))]


def _conditions(choose: _Bytes) -> Document:
    block: Document = {}
    for _ in range(1 + choose.number(2)):
        key = choose.one((*VALUES, *_OF_THE_CALLER))
        if choose.rarely(6):
            block.setdefault("Null", {})[key] = choose.one(("false", "true"))
            continue
        operator = choose.one(OPERATORS.get(key, _TEXT_OPERATORS))
        if key == SEVERAL:
            operator = choose.one(("ForAllValues:", "ForAnyValue:")) + operator
        operator += choose.one(("", "", "IfExists"))
        block.setdefault(operator, {})[key] = choose.some(PATTERNS.get(key) or VALUES[key])
    return block


def _statement(choose: _Bytes, named: bool, actions: Sequence[str], resources: Sequence[str]) -> Document:
    statement: Document = {"Effect": "Deny" if choose.rarely(6) else "Allow"}
    statement["NotAction" if choose.rarely(5) else "Action"] = choose.some(actions)
    statement["NotResource" if choose.rarely(6) else "Resource"] = choose.some(resources)
    if named:
        if statement["Effect"] == "Deny" and choose.rarely(2):
            statement["NotPrincipal"] = choose.one(_EXEMPT)
        else:
            statement["Principal"] = choose.one(_NAMED)
    return statement


def _document(choose: _Bytes, named: bool = False) -> Document:
    def make() -> Document:
        made = _statement(choose, named, ACTION_PATTERNS, RESOURCE_PATTERNS)
        return {**made, "Condition": _conditions(choose)} if choose.rarely(2) else made

    version = "2008-10-17" if choose.rarely(8) else "2012-10-17"
    return {"Version": version, "Statement": choose.several(make, 3, least=1)}


def _context(choose: _Bytes) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {"aws:securetransport": (choose.one(VALUES["aws:securetransport"]),)}
    for key, values in VALUES.items():
        if key not in found and choose.rarely(2):
            several = [choose.one(values) for _ in range(1 + (choose.number(2) if key == SEVERAL else 0))]
            found[key] = tuple(dict.fromkeys(several))
    return found


def asked_by(drawn: bytes) -> Asked:
    """Returns a request and all kinds of policies."""
    choose = _Bytes(drawn)
    principal, action, resource = choose.one(PRINCIPALS), choose.one(ACTIONS), choose.one(RESOURCES)

    def document() -> Document:
        return _document(choose)

    return Asked(
        principal,
        action,
        resource,
        _context(choose),
        choose.several(document, 2, least=1),
        _document(choose, named=True) if choose.rarely(2) else None,
        document() if choose.rarely(4) else None,
        choose.several(document, 2) if choose.rarely(4) else [],
        resource_decides=choose.rarely(4),
    )


def plain_by(drawn: bytes) -> Asked:
    """Returns a request in moto's part of the language: no conditions, variables, NotResource or `?`."""
    choose = _Bytes(drawn)
    actions = [each for each in ACTION_PATTERNS if "?" not in each]
    resources = [each for each in RESOURCE_PATTERNS if "?" not in each and "$" not in each]
    action, resource = choose.one(ACTIONS), choose.one(RESOURCES)

    def statement() -> Document:
        made = _statement(choose, False, actions, resources)
        made["Resource"] = made.pop("NotResource", None) or made["Resource"]
        return made

    def document() -> Document:
        return {"Version": "2012-10-17", "Statement": choose.several(statement, 3, least=1)}

    return Asked(PRINCIPALS[0], action, resource, {}, choose.several(document, 2, least=1))


def conditioned_by(drawn: bytes) -> Asked:
    """Returns a request and one statement, which allows everything under a condition."""
    choose = _Bytes(drawn)
    principal, context = choose.one(PRINCIPALS), _context(choose)
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": _conditions(choose)}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return Asked(principal, ACTIONS[0], RESOURCES[0], context, [document])


def asked() -> st.SearchStrategy[Asked]:
    """Requests with all kinds of policies."""
    return st.binary(min_size=BYTES, max_size=BYTES).map(asked_by)


def plain() -> st.SearchStrategy[Asked]:
    """Requests with policies of moto's part of the language."""
    return st.binary(min_size=BYTES, max_size=BYTES).map(plain_by)


def conditioned() -> st.SearchStrategy[Asked]:
    """Requests whose one policy has nothing but a condition."""
    return st.binary(min_size=BYTES // 4, max_size=BYTES // 4).map(conditioned_by)


def documents() -> st.SearchStrategy[Document]:
    """Policies without a principal."""
    return st.binary(min_size=BYTES // 4, max_size=BYTES // 4).map(lambda drawn: _document(_Bytes(drawn)))
