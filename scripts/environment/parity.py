"""What the emulator decided on the requests of a run (emulator/glue_aurora/parity/)."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

from scripts.base.errors import CommandError
from scripts.cloud.account import Account
from scripts.environment.instance import Instance


def report(instance: Instance | Account, run_id: str) -> dict[str, Any]:
    """Returns the report on a run (docs/interfaces.md). An account must be the local environment's.

    Raises:
        CommandError: LocalStack has started anew since the run.
    """
    try:
        return _page(instance, run_id=run_id)
    except HTTPError as error:
        raise CommandError(
            f"LocalStack knows nothing of the requests of run {run_id}: {error}", "run the job again: make run"
        ) from None


def report_of_role(instance: Instance, role_arn: str) -> dict[str, Any]:
    """Returns the report on all sessions of a role (docs/interfaces.md).

    Raises:
        CommandError: no session of the role has made a request since LocalStack started.
    """
    try:
        return _page(instance, role=role_arn)
    except HTTPError as error:
        raise CommandError(
            f"LocalStack knows no session of {role_arn}: {error}", "name a role's ARN whose session made a request"
        ) from None


def _page(instance: Instance | Account, **query: str) -> dict[str, Any]:
    url = f"{instance.endpoint_url}/_emulator/parity?{urlencode(query)}"
    with build_opener(ProxyHandler({})).open(url, timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
    return found
