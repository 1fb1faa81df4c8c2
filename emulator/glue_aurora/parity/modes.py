"""The mode of the checks: `EMULATOR_PARITY` of LocalStack's environment."""

import os

ENFORCE, WARN, OFF = "enforce", "warn", "off"
MODES = (ENFORCE, WARN, OFF)


def mode() -> str:
    """Returns `enforce` (default: what AWS would refuse is refused), `warn` (only said) or `off` (not judged).

    Raises:
        ValueError: the variable has another value.
    """
    found = os.environ.get("EMULATOR_PARITY") or ENFORCE
    if found not in MODES:
        raise ValueError(f"EMULATOR_PARITY is {found!r}. Use one of {', '.join(MODES)}.")
    return found
