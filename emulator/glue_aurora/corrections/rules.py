"""Applies the rules of each service (`rules.py` beside it) and its model, before the service sees a request.

LocalStack and moto take most of what AWS refuses when something is made: names, sizes, counts, policies that name
nobody. Calls that LocalStack makes to itself are not judged.
"""

import functools
import importlib
import re
from pathlib import Path
from typing import Any

from botocore.model import ServiceModel
from localstack.aws.api import RequestContext

from glue_aurora.service.call import Call
from glue_aurora.service.errors import ApiError
from glue_aurora.service.rules import Rule, check
from glue_aurora.service.validation import ModelRules, Violation, compiled, refusal

# Services whose folder beside this file has a table.
_WITH_RULES = frozenset(path.parent.name for path in Path(__file__).parent.glob("*/rules.py"))
# Services whose model holds what AWS checks, with the code of its refusal. Glue, RDS, Budgets and the Data API apply
# their models themselves.
_MODEL_CODES = {
    "cloudwatch": "ValidationError",
    "events": "ValidationException",
    "iam": "ValidationError",
    "kms": "ValidationException",
    "logs": "InvalidParameterException",
    "scheduler": "ValidationException",
    "secretsmanager": "ValidationException",
}
_CHANGES = re.compile(r"(Add|Associate|Attach|Create|Enable|Put|Schedule|Set|Tag|Update)")
# Events and measurements come in numbers, and their limits are their services' own.
_UNCHECKED = frozenset({"PutEvents", "PutLogEvents", "PutMetricData", "PutPartnerEvents"})


def handle(chain: Any, context: RequestContext, response: Any) -> None:
    """The handler in LocalStack's chain.

    Raises:
        ApiError: AWS would refuse the request.
    """
    if context.is_internal_call or context.service is None or context.operation is None:
        return
    service, operation = context.service.service_name, context.operation.name
    given: Any = context.service_request or {}
    request = {name: value for name, value in given.items() if value is not None}
    if service in _MODEL_CODES and _CHANGES.match(operation) and operation not in _UNCHECKED:
        _model(service, context.service).check(context.operation.input_shape, request)
    if service in _WITH_RULES:
        check(_rules(service), Call(service, operation, request, context.account_id, context.region))


@functools.cache
def _rules(service: str) -> tuple[Rule, ...]:
    # A service's table imports its service, so it waits for the first request.
    rules: tuple[Rule, ...] = importlib.import_module(f"glue_aurora.corrections.{service}.rules").RULES
    return rules


@functools.cache
def _model(service: str, model: ServiceModel) -> ModelRules:
    def refuse(violations: Any) -> ApiError:
        return refusal([each for each in violations if isinstance(each, Violation)], _MODEL_CODES[service])

    return ModelRules(refuse=refuse, unchecked_shapes=frozenset(_unreadable(model)))


def _unreadable(model: ServiceModel) -> list[str]:
    """Returns the shapes whose pattern Python can't read."""
    found = []
    for name in model.shape_names:
        pattern = model.shape_for(name).metadata.get("pattern")
        try:
            compiled(pattern or "")
        except re.error:
            found.append(name)
    return found
