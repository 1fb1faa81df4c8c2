"""The project's own variables: ports, the runtime, modes. And variables of others that mislead the commands."""

from __future__ import annotations

import os
import re
from typing import Iterator

from scripts.doctor.finding import FAILURE, Finding, failure, ok, warning
from scripts.doctor.place import LOCAL, instance

PORTS = {"LOCALSTACK_PORT": 4566, "POSTGRES_PORT": 15432, "WORKER_PORT": 4570}
CHOICES = {"RUNTIME": ("auto", "docker", "embedded"), "PARITY": ("enforce", "warn", "off")}
DEFAULTS = {**{name: values[0] for name, values in CHOICES.items()}, "WARM": "4"}
# Options of single commands. A value that stays exported applies to every command. WSL exports NAME by itself.
OPTIONS = (
    *(
        "ARGS",
        "CLAIMS",
        "CLASS",
        "CLEAN",
        "DATA",
        "DEPLOY",
        "FOLLOW",
        "FRESH",
        "GROUP",
        "KEYS",
        "LIMIT",
        "NAME",
        "NAMES",
    ),
    *("OPEN", "OUT", "PLAN", "PLAN_CHANGES", "PLAN_HASH", "RECORD", "RULE", "RUN_ID", "SQL", "UI", "YES"),
)
# Variables of the checks and measurements, and of how the commands themselves run.
OTHERS = (
    *("ACCOUNT", "BARS", "BROWSER_REQUIRED", "CHROME", "COMPOSE_REQUIRED", "CONTESTANTS", "DIRTY", "ENVIRONMENT"),
    *("FAULTS", "FAULTS_SEED", "IVY_SETTINGS", "JSON", "KEEP", "LANES", "LETRUS_INSTANCE", "MEMORY", "N"),
    *(
        "PARITY_EXAMPLES",
        "PYTHON",
        "REPEAT",
        "RUNS",
        "SCENARIOS",
        "SEED",
        "STATE_BUCKET",
        "TF_PROVIDER_MIRROR",
        "TRACEBACK",
    ),
)
_LOADERS = ("LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "DYLD_LIBRARY_PATH")


def wrong() -> Iterator[Finding]:
    """Yields a failure for each variable of the project whose value no command takes."""
    for name, values in CHOICES.items():
        found = os.environ.get(name)
        if found and found not in values:
            what = f"{name}={found} is not known"
            yield failure("settings", what, f"use {name}={', '.join(values[:-1])} or {values[-1]}")
    warm = os.environ.get("WARM") or DEFAULTS["WARM"]
    if not re.match(r"[0-9]+\Z", warm):
        remedy = "WARM=0 turns the waiting JVM off; unset it otherwise"
        yield failure("settings", f"WARM={warm} is no number", remedy)
    chosen: dict[int, str] = {}
    for name in PORTS:
        number = port(name)
        if isinstance(number, Finding):
            yield number
        elif number in chosen:
            what = f"{chosen[number]} and {name} are both {number}"
            yield failure("settings", what, f"choose another: {name}={number + 100}")
        else:
            chosen[number] = name


def mistyped() -> Iterator[Finding]:
    """Yields a failure for each variable after the target that no command reads and that looks like one of ours.

    make takes any name, so `make run FRSH=1` would keep the table's rows without a word. MAKEFLAGS has what was typed.
    """
    typed = re.findall(r"(?:^|(?<!\\)\s)(\w+)[:+?!]?=", os.environ.get("MAKEFLAGS", ""))
    known = {*PORTS, *DEFAULTS, *OPTIONS, *OTHERS}
    for name in sorted(set(typed) - known):
        from difflib import get_close_matches

        if near := get_close_matches(name.upper(), sorted(known), n=1, cutoff=0.75):
            yield failure("settings", f"no command reads the variable {name}", f"write {near[0]}=…, or leave it out")


def port(name: str) -> int | Finding:
    """Returns the port that the variable `name` chooses, or the failure of a value that is none."""
    text = os.environ.get(name) or str(PORTS[name])
    if not re.match(r"[0-9]{1,5}\Z", text) or not 0 < int(text) < 65536:
        remedy = f"use a number from 1 to 65535, for example {name}={PORTS[name] + 100}"
        return failure("settings", f"{name}={text} is not a port number", remedy)
    return int(text)


def check() -> Iterator[Finding]:
    """Yields what the project's own variables say."""
    found = [*wrong(), *mistyped()]
    yield from found
    folder = instance()
    if folder != LOCAL / "env":
        what = f"LETRUS_INSTANCE={folder}: the commands work on that environment"
        yield warning("settings", what, "unset LETRUS_INSTANCE for the one of `make local-up`")
    if kept := [name for name in OPTIONS if os.environ.get(name)]:
        what = f"{', '.join(kept)}: set in your shell, so every command takes {'them' if kept[1:] else 'it'}"
        yield warning("settings", what, f"unset {' '.join(kept)}, and type the option after the target")
    if not any(each.state == FAILURE for each in found):
        mine = {name: os.environ[name] for name in (*PORTS, *DEFAULTS) if os.environ.get(name)}
        yield ok("settings", ", ".join(f"{name}={value}" for name, value in mine.items()) or "all have their defaults")


def misleading(left_out: list[str]) -> Iterator[Finding]:
    """Yields variables that change what the commands do, and those that the commands leave out."""
    if left_out:
        yield ok(
            "variables", f"local commands leave out {', '.join(left_out)} (aws-* commands keep AWS_* and TF_VAR_*)"
        )
    plugins = os.environ.get("TF_PLUGIN_CACHE_DIR")
    if plugins and not os.path.isdir(plugins):  # noqa: PTH112 - any text, also one that is no path
        what = f"TF_PLUGIN_CACHE_DIR={plugins} is no folder, and Terraform stops there"
        yield failure("variables", what, f"make the folder (mkdir -p {plugins}), or unset the variable")
    if os.environ.get("TF_LOG") and not os.environ.get("TF_LOG_PATH"):
        what = "TF_LOG: Terraform writes its log into the commands' output, secrets too"
        yield warning("variables", what, "unset TF_LOG, or let TF_LOG_PATH name a file for it")
    if found := [name for name in _LOADERS if os.environ.get(name)]:
        what = f"{', '.join(found)}: PostgreSQL, Java and Python load libraries from there"
        yield warning("variables", what, f"unset {' '.join(found)} if a program can't be started")
    index = os.environ.get("PIP_INDEX_URL")
    if index and not any(os.environ.get(name) for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE")):
        what = "PIP_INDEX_URL leads pip to your index, and uv fetches from its default"
        yield warning("variables", what, 'export UV_DEFAULT_INDEX="$PIP_INDEX_URL"')
    if not left_out and not plugins and not found:
        yield ok("variables", "none that misleads")
