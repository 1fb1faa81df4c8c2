"""The class of a log group, which moto drops. AWS sets it when the group is made, and it never changes."""

from typing import Any

STANDARD = "STANDARD"
_KEPT = "class_kept_here"


def keep(group: Any, given: str | None) -> None:
    """Keeps the class of moto's log group. A group without one is STANDARD."""
    setattr(group, _KEPT, given or STANDARD)


def of(group: Any) -> str:
    """Returns the class of moto's log group."""
    return str(getattr(group, _KEPT, STANDARD))
