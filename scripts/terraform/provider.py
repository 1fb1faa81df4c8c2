"""Decides from where `terraform init` takes the AWS provider. It must also work without the public registry."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scripts.base import hcl
from scripts.base.paths import CACHE, LOCAL, TERRAFORM

ADDRESS = "registry.terraform.io/hashicorp/aws"
REMEDY = (
    "the provider's registry can't be reached: connect to the internet, or set TF_PROVIDER_MIRROR to a folder with "
    f"{ADDRESS}/VERSION/PLATFORM (`terraform providers mirror` makes one)"
)


@dataclass(frozen=True)
class Source:
    environment: dict[str, str]
    reason: str


@cache
def choose() -> Source:
    """The user's own Terraform configuration; else a copy on this machine; else the registry, through a cache."""
    named = os.environ.get("TF_CLI_CONFIG_FILE")
    own = Path(named) if named else Path.home() / ".terraformrc"
    if os.access(own, os.R_OK):  # is_file would raise for a folder of another user
        return Source({"TF_CLI_CONFIG_FILE": str(own)} if named else {}, f"as your {own.name} says")
    for root in _candidates():
        if os.access(root / ADDRESS / version() / _platform(), os.R_OK | os.X_OK):
            return Source(_configuration(_mirror(root)), f"hashicorp/aws {version()} from {root}")
    plugins = _own_cache()
    plugins.mkdir(parents=True, exist_ok=True)
    text = f'plugin_cache_dir = "{plugins}"\n'
    return Source(_configuration(text), f"hashicorp/aws {version()} from its registry, kept in {plugins}")


def version() -> str:
    """Returns the provider's version, which the lock file holds."""
    locked = dict(hcl.blocks(hcl.load(TERRAFORM / ".terraform.lock.hcl"), "provider"))
    return hcl.text(locked[ADDRESS]["version"])


def _candidates() -> Iterator[Path]:
    """Folders that may be mirrors: named by variables, our cache, Terraform's implied mirrors, and usual places."""
    for name in ("TF_PROVIDER_MIRROR", "TF_PLUGIN_CACHE_DIR"):
        if os.environ.get(name):
            yield Path(os.environ[name])
    yield _own_cache()
    yield Path.home() / ".terraform.d" / "plugins"
    yield Path.home() / "Library" / "Application Support" / "io.terraform" / "plugins"
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    for folder in [data, *os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":")]:
        yield Path(folder) / "terraform" / "plugins"
    for parent in ("/opt", "/usr/local/share", "/usr/share", "/srv"):
        try:
            yield from sorted(path for path in Path(parent).iterdir() if path.is_dir())
        except OSError:
            continue


def _own_cache() -> Path:
    return CACHE / "terraform-plugins"


def _platform() -> str:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{sys.platform}_{machine}"


def _mirror(root: Path) -> str:
    return f"""\
provider_installation {{
  filesystem_mirror {{
    path    = "{root}"
    include = ["{ADDRESS}"]
  }}
  direct {{
    exclude = ["{ADDRESS}"]
  }}
}}
"""


def _configuration(text: str) -> dict[str, str]:
    # The name depends on the content, so that two commands with different choices don't overwrite each other's file.
    path = LOCAL / f"terraform-{hashlib.sha256(text.encode()).hexdigest()[:8]}.rc"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return {"TF_CLI_CONFIG_FILE": str(path)}
