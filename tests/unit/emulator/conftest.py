"""Makes the plugin's pure parts importable under their own name, as LocalStack imports them."""

from __future__ import annotations

import sys

from scripts.base.paths import TOP

sys.path.insert(0, str(TOP / "emulator"))
