"""Makes the agent's package importable, which the other venvs have on PYTHONPATH, not installed, and its settings."""

import sys
from pathlib import Path

import pytest

from scripts.base.paths import TOP

sys.path.insert(0, str(TOP / "emulator"))


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "token").write_text("secret-token\n")
    submit = tmp_path / "spark-submit"
    submit.write_text("#!/bin/sh\n")
    submit.chmod(0o755)
    return {
        "GLUE_WORKER_LISTEN": "127.0.0.1:0",
        "GLUE_WORKER_TOKEN_FILE": str(tmp_path / "token"),
        "GLUE_WORKER_HOME": str(tmp_path / "home"),
        "GLUE_WORKER_AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "GLUE_WORKER_SPARK_SUBMIT": str(submit),
    }
