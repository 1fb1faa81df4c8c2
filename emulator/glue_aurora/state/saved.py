"""The folder with the saved state: one file with the services' objects, and the bytes of S3's objects.

The file begins with the versions of what wrote it. Only the same versions read it: pickled objects have no other
contract.
"""

import hashlib
import importlib.metadata
import io
import logging
import os
import pickle
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import glue_aurora
from glue_aurora.state import containers, objects, pickling

LOG = logging.getLogger(__name__)

_PACKAGES = ("localstack-core", "moto-ext", "dill")
_FOLDERS = "folders"


@dataclass(frozen=True)
class Header:
    """What is known of a saved state before it is read."""

    versions: Mapping[str, str]
    saved: float
    """When, in seconds since 1970."""
    configured: bool
    """Whether something that terraform/ makes was changed by somebody else."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Why a service is not in it, by its name."""


@cache
def versions() -> Mapping[str, str]:
    """Returns what must be the same where the state is read: versions, and the code of this plugin.

    The first call has to be early: the code that runs is what the files were when this process began.
    """
    code = hashlib.sha256()
    top = Path(glue_aurora.__file__).parent
    for path in sorted(top.rglob("*.py")):
        code.update(path.relative_to(top).as_posix().encode() + path.read_bytes())
    found = {package: importlib.metadata.version(package) for package in _PACKAGES}
    return {**found, "python": sys.version, "plugin": code.hexdigest()}


@dataclass(frozen=True)
class Saved:
    """The state in `folder`."""

    folder: Path

    @property
    def _file(self) -> Path:
        return self.folder / "services"

    @property
    def mark(self) -> Path:
        """The file that is there while the state is older than LocalStack."""
        return self.folder / "changed-since"

    def remove(self) -> None:
        """Removes what was saved."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.make()

    def make(self) -> None:
        """Makes the folder for this user only: the state has secrets and keys in it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, saved: float, configured: bool) -> Header:
        """Writes the state of all services that somebody has asked for.

        What was there before stays until all is written. A service whose state can't be written is left out.
        """
        services, left_out = {}, {}
        for each in containers.used():
            try:
                services[each.service] = pickling.dumps(_contents(each))
            except Exception as error:  # noqa: BLE001 - each kind of object fails in its own way
                LOG.warning("the state of %s can't be kept: %s: %s", each.service, type(error).__name__, error)
                left_out[each.service] = f"{type(error).__name__}: {error}"
        index = objects.save(self.folder / "objects") if "s3" in services else {}
        header = Header(versions(), saved, configured, left_out)
        beside = self._file.with_name("services.new")
        with beside.open("wb") as file:
            pickle.dump(header, file)
            pickle.dump((services, index), file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._file)
        objects.tidy(self.folder / "objects", index)
        return header

    def header(self) -> Header | None:
        """Returns what is known of the state, or None where nothing can be read."""
        try:
            with self._file.open("rb") as file:
                found = pickle.load(file)  # noqa: S301 - this process's own folder
        except FileNotFoundError:
            return None
        except Exception as error:  # noqa: BLE001 - whatever a file of another version raises
            LOG.warning("the saved state can't be read: %s: %s", type(error).__name__, error)
            return None
        return found if isinstance(found, Header) else None

    def read(self) -> dict[str, str]:
        """Puts the state into the services. Returns those whose state can't be read, with the reason: they have none.

        Raises:
            Exception: a part of it can't be put there. The services may then have a part of it.
        """
        with io.BytesIO(self._file.read_bytes()) as file:
            pickle.load(file)  # noqa: S301 - the header
            services, index = pickle.load(file)  # noqa: S301
        read, unreadable = {}, {}
        for service, text in services.items():
            try:
                read[service] = pickling.loads(text)
            except Exception as error:
                if service == "s3":  # Terraform's state: without it the other services have what Terraform can't know
                    raise
                LOG.warning("the state of %s can't be read: %s: %s", service, type(error).__name__, error)
                unreadable[service] = f"{type(error).__name__}: {error}"
        for service, contents in read.items():
            found = containers.of(service)
            containers.hook(service, "on_before_state_load")
            _put(found, contents)
        if index and "s3" in read:
            objects.load(self.folder / "objects", index)
        for service in read:
            containers.hook(service, "on_after_state_load")
        return unreadable


def _contents(found: containers.Containers) -> dict[str, Any]:
    return {
        "backends": {
            name: {account: dict(backends.items()) for account, backends in list(backends.items())}
            for name, backends in found.backends.items()
        },
        "stores": {name: _of_stores(bundle) for name, bundle in found.stores.items()},
        _FOLDERS: [_files(folder) for folder in found.folders],
    }


def _of_stores(bundle: Any) -> dict[str, Any]:
    accounts = {
        account: {"global": regions._global, "regions": {name: _attributes(store) for name, store in regions.items()}}
        for account, regions in list(bundle.items())
    }
    return {"universal": bundle._universal, "accounts": accounts}


def _attributes(store: Any) -> dict[str, Any]:
    own = ("_global", "_universal", "_service_name", "_account_id", "_region_name")
    return {name: value for name, value in vars(store).items() if name not in own}


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _put(found: containers.Containers, contents: Mapping[str, Any]) -> None:
    """Moves the contents into the live containers, which other modules hold, and which keep their own locks."""
    for name, accounts in contents["backends"].items():
        for account, regions in accounts.items():
            for region, backend in regions.items():
                dict.__setitem__(found.backends[name][account], region, backend)
    for name, stores in contents["stores"].items():
        bundle = found.stores[name]
        bundle._universal.update(stores["universal"])
        for account, held in stores["accounts"].items():
            bundle[account]._global.update(held["global"])
            for region, attributes in held["regions"].items():
                vars(bundle[account][region]).update(attributes)
    for folder, files in zip(found.folders, contents[_FOLDERS], strict=True):
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(text)
