"""Values of Terraform's own files (`*.tf`, `*.tfvars`, the lock file), read by python-hcl2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.base.errors import CommandError
from scripts.base.paths import relative


def load(path: Path) -> dict[str, Any]:
    """Returns attributes and blocks of `path` by name, as python-hcl2 does: texts keep their quotation marks.

    Raises:
        CommandError: `path` is not HCL.
    """
    # Here, since both take 0.2 s to import and few commands read HCL.
    import hcl2
    from lark.exceptions import LarkError

    try:
        with path.open(encoding="utf-8") as stream:
            found: dict[str, Any] = hcl2.load(stream)
    except LarkError as error:
        reason = str(error).strip().splitlines()[0]
        raise CommandError(
            f"{relative(path)} is not HCL: {reason}", "correct it: `terraform fmt` shows the place"
        ) from None
    return found


def blocks(content: dict[str, Any], kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the label and the content of each block `kind "label" {…}` in `content`."""
    for each in content.get(kind, []):
        for label, block in each.items():
            if label.startswith('"'):
                yield text(label), block


def text(quoted: str) -> str:
    """Returns the text between the quotation marks of an HCL string without templates."""
    found: str = json.loads(quoted)
    return found
