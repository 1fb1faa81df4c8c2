"""Makes SVGs of the charts, in a venv that only the report needs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from scripts.base.errors import CommandError
from scripts.report.charts import Spec
from scripts.supply import venvs

PROGRAM = Path(__file__).with_name("vega_to_svg.py")


def svgs(specs: Sequence[Spec]) -> list[str]:
    """Returns the SVG of each specification.

    Raises:
        CommandError: the converter can't draw one of them.
        SetupError: the converter could not be installed.
    """
    from altair import SCHEMA_VERSION  # here, since it takes a second

    version = ".".join(SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    command = [str(venvs.charts()), "-I", str(PROGRAM), version]
    done = subprocess.run(command, input=json.dumps(specs), capture_output=True, text=True)
    if done.returncode:
        raise CommandError(
            f"a chart can't be drawn: {_last_line(done.stderr)}",
            "look at the results by `make query`, on AWS by `make aws-query`",
        )
    found: list[str] = json.loads(done.stdout)
    return found


def _last_line(said: str) -> str:
    lines = said.strip().splitlines()
    return lines[-1] if lines else "the converter said nothing"
