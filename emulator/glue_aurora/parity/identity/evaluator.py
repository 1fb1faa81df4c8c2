"""The decision on a request, with the statements that led to it.

The order is IAM's, for a principal and a resource of one account (IAM guide,
reference_policies_evaluation-logic.html). An explicit Deny anywhere decides. Otherwise the VPC endpoint's policy, the
permissions boundary and the session policy, as far as there are any, must each allow, and so must the identity policies
or a resource policy that names the principal. A resource policy that names the session or the user itself needs neither
boundary nor session policy. A KMS key and a role's trust policy (`resource_decides`) must allow by themselves: they
either name the principal, or name its account and so let the identity policies decide (KMS guide,
key-policy-default.html).

What the emulator can't judge never helps the caller: a Deny with such a part counts as matching, an Allow does not.
With `in_doubt_allow` it always helps: a caller that asks both ways knows whether a refusal rests on such a part.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial

from glue_aurora.parity.identity.conditions import holds
from glue_aurora.parity.identity.matching import UnjudgedError, any_action_like, like, substituted
from glue_aurora.parity.identity.policy import Condition, Kind, Policy, Statement
from glue_aurora.parity.identity.principals import Naming, naming
from glue_aurora.parity.identity.request import Principal, PrincipalKind, Request

_COLONS_BEFORE_A_RESOURCE = 5


@dataclass(frozen=True)
class Policies:
    """All policies that have a say in a request. None stands for "there is none of this kind"."""

    identity: Sequence[Policy] = ()
    resource: Policy | None = None
    boundary: Policy | None = None
    session: Sequence[Policy] = ()
    endpoint: Policy | None = None
    resource_decides: bool = False

    def all(self) -> Iterable[Policy]:
        """Yields the policies in the order in which a message names them."""
        yield from self.identity
        yield from (each for each in (self.resource, self.boundary, *self.session, self.endpoint) if each)


@dataclass(frozen=True)
class Reference:
    """A statement and its policy. `because` says which part of the statement does not fit the request, if any."""

    policy: Policy
    statement: Statement
    because: str = ""

    def __str__(self) -> str:
        where = f"{self.statement.name} of {self.policy.label}"
        return f"{where}: {self.because}" if self.because else where


class Outcome(Enum):
    """How a request ends."""

    ALLOWED = "allowed"
    DENIED = "explicit deny"
    NOT_ALLOWED = "no allow"


@dataclass(frozen=True)
class Decision:
    """The outcome. `kind` is the kind of policy that refuses.

    `deciding` has the statements that allow or deny; `nearest` those that would have allowed but for one part;
    `unjudged` the parts that the emulator can't judge.
    """

    request: Request
    outcome: Outcome
    kind: Kind | None = None
    deciding: tuple[Reference, ...] = ()
    nearest: tuple[Reference, ...] = ()
    unjudged: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        return self.outcome is Outcome.ALLOWED


def decide(request: Request, policies: Policies, *, in_doubt_allow: bool = False) -> Decision:
    """Returns IAM's decision on `request`. `in_doubt_allow` takes what can't be judged in the caller's favour."""
    trial = _Trial(request, policies, in_doubt_allow)
    if denying := trial.denying():
        return trial.decision(Outcome.DENIED, denying[0].policy.kind, denying)
    if request.principal.kind is PrincipalKind.ROOT and not policies.resource_decides:
        return trial.decision(Outcome.ALLOWED)
    by_resource, named = trial.allowing_resource()
    by_identity = trial.allowing(policies.identity)
    granted = by_resource if named > Naming.ACCOUNT else []
    if policies.resource_decides:
        granted = granted or (by_identity if by_resource else [])
        if not granted and not by_resource:
            kind = policies.resource.kind if policies.resource else Kind.RESOURCE
            return trial.decision(Outcome.NOT_ALLOWED, kind)
    else:
        granted = granted or by_identity
    if not granted:
        return trial.decision(Outcome.NOT_ALLOWED, Kind.IDENTITY)
    deciding = list(granted)
    for kind, limits in trial.limits(named if granted is by_resource else Naming.NOT):
        allowing = trial.allowing(limits)
        if not allowing:
            return trial.decision(Outcome.NOT_ALLOWED, kind)
        deciding += allowing
    return trial.decision(Outcome.ALLOWED, deciding=deciding)


@dataclass(frozen=True)
class _OtherResources:
    statement: Statement

    def __str__(self) -> str:
        return f"its resource is {', '.join(self.statement.resources or ())}"


@dataclass(frozen=True)
class _NotHeld:
    condition: Condition

    def __str__(self) -> str:
        return f"its condition does not hold: {self.condition}"


class _Trial:
    """One request before its policies."""

    def __init__(self, request: Request, policies: Policies, in_doubt_allow: bool) -> None:
        self._request = request
        self._policies = policies
        self._in_doubt_allow = in_doubt_allow
        self._unjudged: list[str] = []
        self._near: list[Reference] = []

    def decision(self, outcome: Outcome, kind: Kind | None = None, deciding: Sequence[Reference] = ()) -> Decision:
        missed = [each for each in self._near if each.policy.kind is kind]
        nearest = tuple(missed) if outcome is Outcome.NOT_ALLOWED else ()
        unjudged = tuple(dict.fromkeys(self._unjudged))
        return Decision(self._request, outcome, kind, tuple(deciding), nearest, unjudged)

    def denying(self) -> list[Reference]:
        return [
            Reference(policy, statement)
            for policy in self._policies.all()
            for statement in policy.statements
            if not statement.allows and self._applies(policy, statement)
        ]

    def allowing(self, policies: Iterable[Policy]) -> list[Reference]:
        return [
            Reference(policy, statement)
            for policy in policies
            for statement in policy.statements
            if statement.allows and self._applies(policy, statement)
        ]

    def allowing_resource(self) -> tuple[list[Reference], Naming]:
        """Returns the statements of the resource's policy that allow, and how they name the caller at best."""
        policy = self._policies.resource
        found = self.allowing([policy]) if policy else []
        named = [_how_named(reference.statement, self._request.principal) for reference in found]
        best = max(named, default=Naming.NOT)
        return [each for each, how in zip(found, named, strict=True) if how is best], best

    def limits(self, named: Naming) -> Iterable[tuple[Kind, Sequence[Policy]]]:
        """Yields the kinds of policy that grant nothing and must allow all the same."""
        policies = self._policies
        if named is not Naming.ITSELF:
            if policies.boundary:
                yield Kind.BOUNDARY, [policies.boundary]
            if policies.session:
                yield Kind.SESSION, policies.session
        if policies.endpoint:
            yield Kind.ENDPOINT, [policies.endpoint]

    def _applies(self, policy: Policy, statement: Statement) -> bool:
        """Returns whether a statement fits the request.

        It notes what is unjudged, and an Allow that fits but for one part.
        """
        if statement.actions is not None and not _names_action(statement, self._request.action):
            return False  # most statements end here, and none of them is near
        failed: list[object] = []
        unjudged: list[str] = [*statement.unknown, *(["no Action"] if statement.actions is None else [])]
        if policy.kind is Kind.TRUST:
            unjudged += [f"element {name}" for name in ("Resource", "NotResource") if name in statement.document]
        for part, test in self._parts(policy, statement):
            try:
                if not test():
                    failed.append(part)
            except UnjudgedError as reason:
                unjudged.append(str(reason))
        if not failed and unjudged:
            effect = "Allow" if statement.allows else "Deny"
            where = f"{statement.name} ({effect}) of {policy.label}"
            self._unjudged += [f"{reason} in {where}" for reason in unjudged]
            return statement.allows is self._in_doubt_allow
        if statement.allows and len(failed) == 1:
            self._near.append(Reference(policy, statement, str(failed[0])))
        return not failed

    def _parts(self, policy: Policy, statement: Statement) -> Iterable[tuple[object, Callable[[], bool]]]:
        """Yields each part of a statement: what says by `str` that it does not fit, and the test."""
        request = self._request
        if policy.kind in (Kind.RESOURCE, Kind.ENDPOINT, Kind.TRUST):
            yield (
                "its Principal does not name the caller",
                lambda: naming(statement, request.principal, self._policies.boundary is not None) is not Naming.NOT,
            )
        if policy.kind is not Kind.TRUST:
            yield (
                _OtherResources(statement),
                lambda: _names_resource(statement, request),
            )
        for each in statement.conditions:
            yield _NotHeld(each), partial(holds, each, statement.variables, request)


def _how_named(statement: Statement, principal: Principal) -> Naming:
    try:
        return naming(statement, principal)
    except UnjudgedError:  # it applies in doubt only
        return Naming.ROLE


def _names_action(statement: Statement, action: str) -> bool:
    return any_action_like(action, statement.actions or ()) != statement.excludes_actions


def _names_resource(statement: Statement, request: Request) -> bool:
    if statement.resources is None:
        raise UnjudgedError("no Resource")
    if request.resource is None:  # the emulator does not know it: no false alarm, in either direction
        return statement.allows or "*" in statement.resources
    named = False
    open_question: UnjudgedError | None = None
    for pattern in statement.resources:
        try:
            text = _substituted(statement, pattern, request)
            if text is None and statement.excludes_resources:  # AWS may take the whole statement for invalid
                raise UnjudgedError(f"policy variable in {pattern!r}")
            named = named or (text is not None and like(request.resource, text))
        except UnjudgedError as reason:
            open_question = reason
    if not named and open_question:
        raise open_question
    return named != statement.excludes_resources


def _substituted(statement: Statement, pattern: str, request: Request) -> str | None:
    """Returns a Resource with its variables replaced, or None when the request lacks one of them.

    Raises:
        UnjudgedError: a variable stands before the ARN's fifth colon, where AWS has none.
    """
    before, found, _ = pattern.partition("${")
    if not found or not statement.variables:
        return pattern
    if before.count(":") < _COLONS_BEFORE_A_RESOURCE:
        raise UnjudgedError(f"policy variable before the resource part of {pattern!r}")
    return substituted(pattern, request.variable)
