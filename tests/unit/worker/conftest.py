"""Makes the agent's package importable: the other venvs have it on PYTHONPATH, not installed."""

import sys

from scripts.base.paths import TOP

sys.path.insert(0, str(TOP / "emulator"))
