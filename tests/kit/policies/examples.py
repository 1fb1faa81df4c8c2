"""How many examples hypothesis tries."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

from scripts.base.paths import LOCAL

set_hypothesis_home_dir(LOCAL / "hypothesis")


def examples(count: int) -> settings:
    """Returns settings that try the same `count` examples each time, or as many new ones as PARITY_EXAMPLES says."""
    asked = os.environ.get("PARITY_EXAMPLES")
    return settings(
        max_examples=int(asked) if asked else count,
        derandomize=not asked,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
