"""Asks whether LocalStack answers for the services that the case needs: `python localstack_health.py URL`.

The embedded runtime imports this file, and docker-compose.yml mounts it into LocalStack's container as the health check
there. It therefore needs nothing but the standard library.
"""

from __future__ import annotations

import json
import sys
from urllib.request import ProxyHandler, build_opener

NEEDED = ("s3", "glue", "rds")


def unanswered(endpoint_url: str) -> list[str]:
    """Returns the names of the needed services that LocalStack does not answer for yet.

    Raises:
        OSError: nobody answers at `endpoint_url`, or with an HTTP error.
        ValueError: the answer is not JSON.
    """
    with build_opener(ProxyHandler({})).open(f"{endpoint_url}/_localstack/health", timeout=4) as answer:
        services = json.load(answer).get("services", {})
    return [name for name in NEEDED if services.get(name) not in ("available", "running")]


if __name__ == "__main__":
    missing = unanswered(sys.argv[1])
    sys.exit(f"no answer yet from {', '.join(missing)}" if missing else 0)
