"""What the emulator decided on the requests of a run (emulator/glue_aurora/parity/)."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

from scripts.base.errors import CommandError
from scripts.environment.instance import Instance


def report(instance: Instance, run_id: str) -> dict[str, Any]:
    """Returns the report on a run (docs/interfaces.md).

    Raises:
        CommandError: LocalStack has started anew since the run.
    """
    url = f"{instance.endpoint_url}/_emulator/parity?{urlencode({'run_id': run_id})}"
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
    except HTTPError as error:
        raise CommandError(
            f"LocalStack knows nothing of the requests of run {run_id}: {error}", "run the job again: make run"
        ) from None
    return found
