"""What holds for every request and all policies, on generated ones. PARITY_EXAMPLES tries as many new ones."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from glue_aurora.parity.identity.evaluator import Decision, Outcome, decide
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.kit.policies.examples import examples
from tests.kit.policies.generated import (
    ACTION_PATTERNS,
    ACTIONS,
    SEVERAL,
    VALUES,
    Asked,
    Document,
    asked,
    conditioned,
    documents,
)

pytestmark = pytest.mark.unit

_EVERYTHING = {"Action": "*", "Resource": "*"}


def _decision(case: Asked, *, in_doubt_allow: bool = False) -> Decision:
    return decide(case.request(), case.policies(), in_doubt_allow=in_doubt_allow)


def _policy(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _each_statement(case: Asked, change: Any) -> Asked:
    """Returns the request with every statement of every policy changed."""

    def of(document: Document) -> Document:
        return {**document, "Statement": change(document["Statement"])}

    return replace(
        case,
        identity=[of(each) for each in case.identity],
        resource_policy=of(case.resource_policy) if case.resource_policy else None,
        boundary=of(case.boundary) if case.boundary else None,
        session=[of(each) for each in case.session],
    )


@given(asked())
@examples(300)
def test_an_explicit_deny_is_never_outweighed(case: Asked) -> None:
    denied = replace(case, identity=[*case.identity, _policy({"Effect": "Deny", **_EVERYTHING})])
    for in_doubt_allow in (False, True):
        assert _decision(denied, in_doubt_allow=in_doubt_allow).outcome is Outcome.DENIED


@given(asked(), documents(), st.sampled_from(("identity", "resource", "boundary", "session")))
@examples(500)
def test_another_allow_never_takes_a_right_away(case: Asked, more: Document, where: str) -> None:
    assert _decision(case).allowed <= _decision(_with(case, more, where, "Allow")).allowed


@given(asked(), documents(), st.sampled_from(("identity", "resource", "boundary", "session")))
@examples(500)
def test_another_deny_never_gives_a_right(case: Asked, more: Document, where: str) -> None:
    assert _decision(_with(case, more, where, "Deny")).allowed <= _decision(case).allowed


def _with(case: Asked, more: Document, where: str, effect: str) -> Asked:
    """Returns the request with the statements of `more`, all of one effect, added to a policy that is there."""
    added = [{**each, "Effect": effect} for each in more["Statement"]]
    if where == "resource" and case.resource_policy:
        old = case.resource_policy
        new = [{**each, "Principal": "*"} for each in added]
        return replace(case, resource_policy={**old, "Statement": [*old["Statement"], *new]})
    if where == "boundary" and case.boundary:
        return replace(case, boundary={**case.boundary, "Statement": [*case.boundary["Statement"], *added]})
    if where == "session" and case.session:
        return replace(case, session=[*case.session, _policy(*added)])
    return replace(case, identity=[*case.identity, _policy(*added)])


@given(asked(), st.integers(0, 2**32))
@examples(500)
def test_order_does_not_matter(case: Asked, seed: int) -> None:
    shuffled = random.Random(seed)  # noqa: S311

    def change(statements: list[Document]) -> list[Document]:
        return shuffled.sample(statements, len(statements))

    other = _each_statement(case, change)
    other = replace(other, identity=change(other.identity), session=change(other.session))
    one, two = _decision(case), _decision(other)
    assert (one.outcome, one.kind if one.allowed else None) == (two.outcome, two.kind if two.allowed else None)
    assert len(one.deciding) == len(two.deciding)
    assert bool(one.unjudged) == bool(two.unjudged)


@given(asked(), documents())
@examples(400)
def test_a_boundary_and_a_session_policy_only_narrow(case: Asked, limit: Document) -> None:
    without = _decision(replace(case, boundary=None, session=[])).allowed
    assert _decision(replace(case, boundary=limit, session=[])).allowed <= without
    assert _decision(replace(case, boundary=None, session=[limit])).allowed <= without


@given(asked())
@examples(300)
def test_a_limit_that_allows_everything_changes_nothing_but_a_not_principal(case: Asked) -> None:
    statements = case.resource_policy["Statement"] if case.resource_policy else []
    assume(not any("NotPrincipal" in each for each in statements))
    everything = _policy({"Effect": "Allow", **_EVERYTHING})
    bare = replace(case, boundary=None, session=[])
    assert _decision(replace(bare, boundary=everything, session=[everything])).outcome is _decision(bare).outcome


@given(asked())
@examples(300)
def test_the_case_of_actions_does_not_matter(case: Asked) -> None:
    def change(statements: list[Document]) -> list[Document]:
        return [
            {name: _cased(value) if name in ("Action", "NotAction") else value for name, value in each.items()}
            for each in statements
        ]

    assert _decision(_each_statement(case, change)).outcome is _decision(case).outcome
    assert _decision(replace(case, action=case.action.swapcase())).outcome is _decision(case).outcome


def _cased(value: str | list[str]) -> str | list[str]:
    return value.swapcase() if isinstance(value, str) else [each.swapcase() for each in value]


@given(asked())
@examples(300)
def test_a_list_means_what_its_members_mean_each_alone(case: Asked) -> None:
    """Statements with a list of actions or resources split into one each. NotAction and NotResource can't be split."""

    def change(statements: list[Document]) -> list[Document]:
        return [
            {**each, **({"Action": action} if action else {}), **({"Resource": resource} if resource else {})}
            for each in statements
            for action in _members(each.get("Action"))
            for resource in _members(each.get("Resource"))
        ]

    assert _decision(_each_statement(case, change)).outcome is _decision(case).outcome


def _members(value: str | list[str] | None) -> list[str | None]:
    return list(value) if isinstance(value, list) else [value]


@given(asked())
@examples(300)
def test_a_wildcard_means_all_that_it_matches(case: Asked) -> None:
    """Patterns of actions replaced by the actions of this world that they match."""

    def change(statements: list[Document]) -> list[Document]:
        return [
            {name: _expanded(value) if name in ("Action", "NotAction") else value for name, value in each.items()}
            for each in statements
        ]

    assert _decision(_each_statement(case, change)).outcome is _decision(case).outcome


# Written by hand: the evaluator's own matching must not say what a pattern matches.
_MATCHED = {
    "*": ACTIONS,
    "s3:*": ACTIONS[:3],
    "s3:Get*": ("s3:GetObject",),
    "S3:getobject": ("s3:GetObject",),
    "s3:?etObject": ("s3:GetObject",),
    "s3:*Object": ("s3:GetObject", "s3:PutObject"),
    "kms:*": ("kms:Decrypt",),
    "KMS:Dec*": ("kms:Decrypt",),
}


def _expanded(value: str | list[str]) -> list[str]:
    patterns = [value] if isinstance(value, str) else value
    return [action for pattern in patterns for action in _MATCHED.get(pattern, (pattern,))]


def test_the_table_of_patterns_has_all() -> None:
    assert {each for each in ACTION_PATTERNS if "*" in each or "?" in each or each not in ACTIONS} == set(_MATCHED)


@given(asked(), st.sampled_from(("Action", "Resource")))
@examples(300)
def test_not_is_the_complement(case: Asked, element: str) -> None:
    """Of one statement and the same with NotAction or NotResource, exactly one applies, when nothing else stops it."""
    named = case.identity[0]["Statement"][0].get(element) or case.identity[0]["Statement"][0][f"Not{element}"]
    base = {"Effect": "Allow", **_EVERYTHING}
    other = {name: value for name, value in base.items() if name != element}
    bare = replace(case, resource_policy=None, boundary=None, session=[], resource_decides=False)
    one = _decision(replace(bare, identity=[_policy({**other, element: named})]))
    two = _decision(replace(bare, identity=[_policy({**other, f"Not{element}": named})]))
    assume(not one.unjudged and not two.unjudged)
    assert one.allowed != two.allowed


@given(conditioned())
@examples(400)
def test_if_exists_holds_for_a_missing_key_and_says_the_same_of_a_present_one(case: Asked) -> None:
    (statement,) = case.identity[0]["Statement"]
    for operator, keys in statement["Condition"].items():
        if operator == "Null" or operator.startswith("For"):
            continue
        for key, values in keys.items():
            name = operator.removesuffix("IfExists")
            plain, lenient = (
                _decision(replace(case, identity=[_policy({**statement, "Condition": {each: {key: values}}})]))
                for each in (name, f"{name}IfExists")
            )
            present = key.lower() in {*case.context, *case.principal.keys()}
            assert lenient.allowed is (plain.allowed if present else True)


@given(conditioned())
@examples(400)
def test_null_is_true_or_false(case: Asked) -> None:
    for key in VALUES:
        present = key in case.context
        for said in ("true", "false"):
            document = _policy({"Effect": "Allow", **_EVERYTHING, "Condition": {"Null": {key: said}}})
            assert _decision(replace(case, identity=[document])).allowed is (present == (said == "false"))


@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"])
@given(conditioned())
@examples(100)
def test_sets(operator: str, case: Asked) -> None:
    """ForAllValues holds for no values, ForAnyValue does not; with one value both are the plain operator."""

    def allowed(quantifier: str, *present: str) -> bool:
        context = {name: values for name, values in case.context.items() if name != SEVERAL}
        if present:
            context[SEVERAL] = present
        condition = {f"{quantifier}{operator}": {SEVERAL: ["team", "stage"]}}
        document = _policy({"Effect": "Allow", **_EVERYTHING, "Condition": condition})
        return _decision(replace(case, context=context, identity=[document])).allowed

    assert allowed("ForAllValues:") and not allowed("ForAnyValue:")
    for value in VALUES[SEVERAL]:
        assert allowed("ForAllValues:", value) == allowed("ForAnyValue:", value) == allowed("", value)
    present = case.context.get(SEVERAL, ("team",))
    alone = [allowed("", value) for value in present]
    assert allowed("ForAllValues:", *present) is all(alone)
    assert allowed("ForAnyValue:", *present) is any(alone)


@given(asked(), st.text("ab*?$/", max_size=5))
@examples(400)
def test_a_variable_stands_for_its_value_and_a_wildcard_in_it_for_itself(case: Asked, value: str) -> None:
    """A key's value in place of its variable: `*`, `?` and `$` of the value match only themselves."""
    by_variable, by_text = (
        _policy({"Effect": "Allow", "Action": "*", "Resource": f"arn:aws:s3:::data/{text}"})
        for text in ("${s3:prefix}", _escaped(value))
    )
    bare = replace(case, context={"s3:prefix": (value,)} if value else {}, resource_policy=None, boundary=None)
    bare = replace(bare, session=[], resource_decides=False)
    for ending in (value, f"{value}x", value.replace("*", "a").replace("?", "b")):
        request = replace(bare, resource=f"arn:aws:s3:::data/{ending}")
        assert _decision(replace(request, identity=[by_text])).allowed is (ending == value)
        assert _decision(replace(request, identity=[by_variable])).allowed is (bool(value) and ending == value)


def _escaped(value: str) -> str:
    return "".join(f"${{{each}}}" if each in "$*?" else each for each in value)


@given(asked())
@examples(300)
def test_doubt_decides_only_where_there_is_doubt(case: Asked) -> None:
    strict, lenient = _decision(case), _decision(case, in_doubt_allow=True)
    assert strict.allowed <= lenient.allowed
    if not strict.unjudged:
        assert strict.outcome is lenient.outcome


@given(asked())
@examples(300)
def test_a_decision_names_statements_that_have_its_effect(case: Asked) -> None:
    decision = _decision(case)
    assert all(each.statement.allows is decision.allowed for each in decision.deciding)
    assert bool(decision.deciding) is (decision.outcome is not Outcome.NOT_ALLOWED)
    assert all(each.statement.allows and each.because for each in decision.nearest)
