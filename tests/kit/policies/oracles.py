"""Two other implementations of IAM's evaluation.

ministack's judges all kinds of policies. Its module needs only Python, so it is read from the venv that has it. moto's
judges identity policies without conditions, in LocalStack's venv. Where they differ from AWS, what they are asked is
put so that the difference does not show; test_oracles.py has a row with AWS's source for each.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from types import ModuleType, TracebackType

from glue_aurora.parity.identity.request import Principal

from scripts.supply import venvs
from tests.kit.policies.generated import Asked, Document

_MODULE = "ministack_iam_evaluator"
_MOTO = """
import json, sys
from moto.iam.access_control import IAMPolicy
for line in sys.stdin:
    asked = json.loads(line)
    found = {IAMPolicy(each).is_action_permitted(asked["action"], asked["resource"]).name for each in asked["policies"]}
    print("deny" if "DENIED" in found else "allow" if "PERMITTED" in found else "none", flush=True)
"""


class Ministack:
    """ministack's evaluator."""

    def __init__(self) -> None:
        self._module = _ministack()

    def decides(self, asked: Asked) -> str:
        """Returns `allow`, `deny` or `none`. Differences from AWS are worked around."""
        return self.raw(worked_around(asked))

    def raw(self, asked: Asked) -> str:
        """Returns what it says about a request as it is."""
        module = self._module
        plain: dict[str, str | list[str] | None] = {
            key: list(found) if len(found) > 1 else found[0] for key, found in asked.context.items()
        }
        tag_keys = asked.context.get("aws:tagkeys")
        plain["aws:tagkeys"] = list(tag_keys) if tag_keys else None
        context = module.EvalContext(
            principal_arn=asked.principal.arn,
            principal_type=asked.principal.kind.value,
            principal_account=asked.principal.account,
            action=asked.action,
            resource_arn=asked.resource,
            region="us-east-1",
            source_ip=plain.get("aws:sourceip"),
            secure_transport=plain.get("aws:securetransport") == "true",
            service_context=plain,
        )
        parse = module.parse_policy_document
        limits = [[parse(asked.boundary)]] if asked.boundary is not None else []
        limits += [[parse(each) for each in asked.session]] if asked.session else []
        found = module.evaluate(context, [parse(each) for each in asked.identity], *limits)
        if asked.resource_policy is not None:
            found = module.combine_resource_policy(
                found, context, asked.resource_policy, asked.principal.account, asked.resource_decides, tuple(limits)
            )
        elif asked.resource_decides and found.decision == "Allow":
            return "none"
        return {"Allow": "allow", "Deny": "deny", "ImplicitDeny": "none"}[found.decision]


def _ministack() -> ModuleType:
    """Imports the one module, which nothing else of the tests' venv may replace."""
    if _MODULE in sys.modules:
        return sys.modules[_MODULE]
    (path,) = venvs.oracle().parent.parent.glob("lib/python*/site-packages/ministack/core/iam_evaluator.py")
    spec = importlib.util.spec_from_file_location(_MODULE, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MODULE] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


def worked_around(asked: Asked) -> Asked:
    """Returns a request in which ministack's differences from AWS do not show."""
    return Asked(
        asked.principal,
        asked.action,
        asked.resource,
        {**asked.context, **_keys_of(asked.principal)},
        [_document(each, asked) for each in asked.identity],
        _document(asked.resource_policy, asked) if asked.resource_policy is not None else None,
        _document(asked.boundary, asked) if asked.boundary is not None else None,
        [_document(each, asked) for each in asked.session],
        asked.resource_decides,
    )


def _keys_of(principal: Principal) -> dict[str, tuple[str, ...]]:
    """Returns the keys of a caller under names of the test's own: ministack has a session's ARN for PrincipalArn."""
    if principal.role_arn:
        return {"test:principalarn": (principal.role_arn,)}
    return {"test:principalarn": (principal.arn,), "aws:username": (principal.arn.rpartition("/")[2],)}


def _document(document: Document, asked: Asked) -> Document:
    variables = document["Version"] == "2012-10-17"
    return {**document, "Statement": [_statement(each, asked, variables) for each in document["Statement"]]}


def _statement(statement: Document, asked: Asked, variables: bool) -> Document:
    changed = dict(statement)
    block: Document = {}
    for operator, keys in statement.get("Condition", {}).items():
        # ForAnyValue does not hold for a missing key, with IfExists or without.
        name = operator.removesuffix("IfExists") if operator.startswith("ForAnyValue:") else operator
        for key, values in keys.items():
            renamed = "test:principalarn" if key == "aws:PrincipalArn" else key
            block.setdefault(name, {})[renamed] = _replaced(values, asked, variables)
    if block:
        changed["Condition"] = block
    for element in ("Resource", "NotResource"):
        if element in changed:
            changed[element] = _replaced(changed[element], asked, variables)
    if "NotPrincipal" in changed:
        changed["Principal"] = _all_but(changed.pop("NotPrincipal")["AWS"], asked)
    return changed


def _replaced(values: str | list[str], asked: Asked, variables: bool) -> str | list[str]:
    """Returns values with the variables that the generated policies use: ministack has none.

    A value with a variable that the request lacks becomes a text that matches nothing. ministack's patterns can't
    express a literal star, so `${*}` becomes such a text too: no value of a request has a star.
    """
    if isinstance(values, list):
        return [str(_replaced(each, asked, variables)) for each in values]
    if not variables:
        return values
    keys = {**asked.context, **_keys_of(asked.principal)}
    text = values
    for name, default in (("aws:username", ""), ("aws:requesttag/team", "raw"), ("s3:prefix", "raw/")):
        found = keys.get(name, (default,))[0]
        for form in (f"${{{name}}}", f"${{{name}, '{default}'}}"):
            if form in text and not found:
                return "(nothing)"
            text = text.replace(form, found)
    return "(nothing)" if "${*}" in text else text


def _all_but(exempt: str | list[str], asked: Asked) -> Document | str:
    """Returns a Principal in place of a NotPrincipal, which ministack lets match nobody.

    A caller with a permissions boundary is always denied (reference_policies_elements_notprincipal.html).
    """
    own = {asked.principal.arn, asked.principal.role_arn}
    listed = {exempt} if isinstance(exempt, str) else set(exempt)
    return {"AWS": "arn:aws:iam::999999999999:root"} if asked.boundary is None and own & listed else "*"


class Moto:
    """moto's evaluator, in a process of LocalStack's Python. Use it as a context."""

    def __enter__(self) -> Moto:
        command = [str(venvs.localstack()), "-c", _MOTO]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.communicate(timeout=30)

    def decides(self, asked: Asked) -> str:
        """Returns `allow`, `deny` or `none`. moto heeds the case of actions, so all are in lower case."""
        policies = [json.dumps(_in_lower_case(each)) for each in asked.identity]
        question = {"action": asked.action.lower(), "resource": asked.resource, "policies": policies}
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


def _in_lower_case(document: Document) -> Document:
    return {**document, "Statement": [_lower(each) for each in document["Statement"]]}


def _lower(statement: Document) -> Document:
    return {
        name: json.loads(json.dumps(value).lower()) if name in ("Action", "NotAction") else value
        for name, value in statement.items()
    }
