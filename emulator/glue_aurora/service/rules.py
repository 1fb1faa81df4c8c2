"""Rules by which AWS refuses a request, as tables: one row has the test, AWS's code and sentence, source and remedy.

A row whose `seen` is true has a sentence that users saw from AWS. The others have the service's code and own words.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from glue_aurora.service.call import Call
from glue_aurora.service.errors import ApiError


@dataclass(frozen=True)
class Rule:
    """One rule. `broken` returns the values that its sentence names, or None when the call keeps the rule.

    `remedy` says what to change. It may name the same values by their numbers.
    """

    operations: tuple[str, ...]
    broken: Callable[[Call], tuple[object, ...] | None]
    code: str
    sentence: str
    source: str
    status: int = 400
    seen: bool = False
    remedy: str = ""


def check(rules: Iterable[Rule], call: Call) -> None:
    """Checks a call against the rules for its operation.

    Raises:
        ApiError: the call breaks one; the first counts.
    """
    for rule in rules:
        if call.operation in rule.operations and (values := rule.broken(call)) is not None:
            sentence, remedy = rule.sentence.format(*values), rule.remedy.format(*values)
            raise ApiError(rule.code, sentence, rule.status, remedy=remedy)
