"""Filter patterns for log events that are no JSON (CloudWatch Logs guide, FilterAndPatternSyntax.html).

LocalStack takes every pattern for one that all events match.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from glue_aurora.service.errors import ApiError, NotSupportedError

Matcher = Callable[[str], bool]

# A sign, then a phrase in double quotes, a regular expression between percent signs, or a word.
_TERM = re.compile(r'([-?]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|(\w+))(?=\s|$)\s*')


@dataclass(frozen=True)
class _Term:
    sign: str
    found: Matcher


def matcher(pattern: str | None) -> Matcher:
    """Returns a function that says whether a message matches. An empty pattern matches every message.

    Raises:
        ApiError: InvalidParameterException; AWS takes no such pattern.
        NotSupportedError: the pattern is one for JSON, or for fields between spaces.
    """
    text = (pattern or "").strip()
    if text[:1] in ("{", "["):
        raise NotSupportedError(
            f"The filter pattern {text}", 'Use terms, for example: ERROR -retry "exact words" ?one ?other %regex%.'
        )
    terms: list[_Term] = []
    at = 0
    while at < len(text):
        term = _TERM.match(text, at)
        if term is None:
            remedy = f"Put the words from {text[at : at + 20]!r} on between quotation marks."
            raise ApiError("InvalidParameterException", "Invalid filter pattern", remedy=remedy)
        terms.append(_Term(term[1], _finder(term)))
        at = term.end()
    needed = [term.found for term in terms if not term.sign]
    excluded = [term.found for term in terms if term.sign == "-"]
    # AWS ignores ?terms beside terms of another kind.
    optional = [] if needed or excluded else [term.found for term in terms]

    def matches(message: str) -> bool:
        return (
            all(found(message) for found in needed)
            and not any(found(message) for found in excluded)
            and (not optional or any(found(message) for found in optional))
        )

    return matches


def _finder(term: re.Match[str]) -> Matcher:
    _, phrase, expression, word = term.groups()
    if expression is not None:
        try:
            return _searcher(re.compile(expression))
        except re.error as error:
            remedy = f"Correct the expression %{expression}%: {error}."
            raise ApiError("InvalidParameterException", "Invalid filter pattern", remedy=remedy) from error
    wanted = word if phrase is None else re.sub(r"\\(.)", r"\1", phrase)
    return lambda message: wanted in message


def _searcher(compiled: re.Pattern[str]) -> Matcher:
    return lambda message: compiled.search(message) is not None
