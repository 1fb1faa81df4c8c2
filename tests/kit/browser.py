"""The browser of this machine, and what it sees of a page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from scripts.supply import venvs

PROGRAM = Path(__file__).with_name("look_at_page.py")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ON_MACOS = [
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
]


def found() -> str:
    """Returns the path of a Chrome or Chromium: CHROME, or one of PATH. Skips the test where there is none.

    With BROWSER_REQUIRED=1 the test fails instead.
    """
    named = os.environ.get("CHROME", "")
    wanted = [named] if named else [*NAMES, *map(str, ON_MACOS)]
    for each in wanted:
        if path := shutil.which(each):
            return path
    reason = f"no browser: {', '.join(wanted)} not found. Install Chromium, or name one by CHROME=/path"
    if os.environ.get("BROWSER_REQUIRED") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def look(browser: str, pages: Sequence[Path], folder: Path) -> list[dict[str, Any]]:
    """Returns what the browser sees of each page, as `look_at_page.py` says it. Screenshots go into `folder`."""
    command = [str(venvs.browser()), str(PROGRAM), browser, str(folder), *map(str, pages)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    seen: list[dict[str, Any]] = json.loads(done.stdout)
    return seen


def check(seen: dict[str, Any]) -> None:
    """Checks that a page is whole in each width and on paper: nothing said, asked for, empty, cut or overlapping."""
    assert seen["said"] == []
    assert len(seen["asked"]) == 1, "the page asks for more than itself"
    assert (seen["doubled"], seen["missing"], seen["language"]) == ([], [], "pt-BR")
    for width, view in seen["looks"].items():
        assert (view["overflow"], view["outside"]) == (0, []), width
        assert view["charts"], width
        for chart in view["charts"]:
            assert chart["marks"] > 0 and chart["words"] > 4, (width, chart)
            assert chart["overlapping"] == [], (width, chart)
            assert chart["smallest"] >= 11, (width, chart)
    assert min(seen["looks"]["360"]["links"]) >= 40, "too small for a thumb"
    assert seen["looks"]["paper"]["begin"] == "%PDF-" and seen["looks"]["paper"]["pages"] >= 1
