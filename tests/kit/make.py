"""Runs make targets as a user does, in a shell that has another account's credentials and settings."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.base.paths import TOP

HOSTILE = {
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    "AWS_CA_BUNDLE": "/nowhere",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "TF_WORKSPACE": "production",
    "TF_CLI_ARGS_plan": "-destroy",
    "TF_CLI_ARGS_apply": "-destroy",
}


def make(*arguments: str, environment: Mapping[str, str], typed: str = "", top: Path = TOP) -> str:
    """Returns the output of `make ARGUMENTS`, which must succeed."""
    done = try_make(*arguments, environment=environment, typed=typed, top=top)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    return done.stdout


def try_make(
    *arguments: str, environment: Mapping[str, str], typed: str = "", top: Path = TOP
) -> subprocess.CompletedProcess[str]:
    """Runs `make ARGUMENTS` in `top` with the input `typed`. The command may fail, but not with a traceback."""
    done = subprocess.run(
        ["make", *arguments], cwd=top, env=environment, input=typed, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def watched_make(
    target: str, *, environment: Mapping[str, str], on_line: Callable[[str, int], None]
) -> tuple[int, str]:
    """Returns exit code and output of `make TARGET`. `on_line` gets each new line and the process group's id."""
    said = []
    with subprocess.Popen(
        ["make", target],
        cwd=TOP,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            on_line(line, process.pid)
    assert "Traceback" not in "".join(said), "".join(said)
    return process.returncode, "".join(said)
