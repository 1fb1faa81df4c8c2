"""Compares patterns of policies with actions, ARNs and values.

Sources: IAM guide, reference_policies_elements_resource.html (wildcards match across `:` and `/`),
reference_policies_variables.html, reference_policies_elements_condition_operators.html (ARN operators).
"""

import re
from collections.abc import Callable
from functools import lru_cache

_VARIABLE = re.compile(r"\$\{([^{},]*)(?:,\s*'([^']*)')?\}")
_LITERALS = {"*": "*", "?": "?", "$": "$"}
_PARTS_OF_AN_ARN = 6


class UnjudgedError(Exception):
    """The emulator can't judge this part of a policy. The text names it."""


def like(actual: str, pattern: str) -> bool:
    """Returns whether `actual` matches `pattern`, where `*` is any text and `?` any character."""
    return _compiled(pattern).fullmatch(actual) is not None


def action_like(action: str, pattern: str) -> bool:
    """Returns whether an action matches. IAM ignores the case of actions."""
    return like(action.lower(), pattern.lower())


@lru_cache(maxsize=16384)
def any_action_like(action: str, patterns: tuple[str, ...]) -> bool:
    """Returns whether an action matches one of several patterns. Requests ask for the same few of the same policies."""
    return any(action_like(action, pattern) for pattern in patterns)


def arn_like(actual: str, pattern: str) -> bool:
    """Returns whether an ARN matches by ArnLike, which compares the six parts one by one.

    Raises:
        UnjudgedError: the pattern is no ARN.
    """
    if pattern == "*":
        return True
    wanted = pattern.split(":", _PARTS_OF_AN_ARN - 1)
    if len(wanted) != _PARTS_OF_AN_ARN:
        raise UnjudgedError(f"value {pattern!r}, which is no ARN")
    parts = actual.split(":", _PARTS_OF_AN_ARN - 1)
    return len(parts) == len(wanted) and all(map(like, parts, wanted))


def substituted(pattern: str, value_of: Callable[[str], str | None]) -> str | None:
    """Returns `pattern` with each policy variable replaced by its value, which stands for itself, without wildcards.

    Returns None when a variable has neither a value nor a default: the pattern then matches nothing.

    Raises:
        UnjudgedError: by `value_of`.
    """
    if "${" not in pattern:
        return pattern
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        name, default = found[1].strip(), found[2]
        if name in _LITERALS:
            return _escaped(_LITERALS[name])
        known = value_of(name)
        if known is None and default is None:
            missing = True
            return ""
        return _escaped(known if known is not None else default or "")

    text = _VARIABLE.sub(value, pattern)
    return None if missing else text


# Characters of Unicode's private use area stand for wildcards that are meant literally.
_LITERAL_STAR, _LITERAL_MARK = "\ue000", "\ue001"


def _escaped(text: str) -> str:
    return text.replace("*", _LITERAL_STAR).replace("?", _LITERAL_MARK)


def unescaped(text: str) -> str:
    """Returns text of `substituted` for a comparison without wildcards."""
    return text.replace(_LITERAL_STAR, "*").replace(_LITERAL_MARK, "?")


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": ".", _LITERAL_STAR: r"\*", _LITERAL_MARK: r"\?"}
    return re.compile("".join(parts.get(each) or re.escape(each) for each in pattern), re.DOTALL)
