"""The bytes of S3's objects: LocalStack has them in memory or in temporary files, the folder has a file for each.

A file's name has the object's time of change, so a save writes only the objects that are new.
"""

import hashlib
import shutil
from pathlib import Path
from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.s3.storage.ephemeral import (
    S3_MAX_FILE_SIZE_BYTES,
    EphemeralS3ObjectStore,
    LockedSpooledTemporaryFile,
)

Index = dict[str, dict[str, tuple[str, int]]]
"""By bucket and by the storage's key: the name of the object's file, and when the object changed (ns)."""


def _storage() -> EphemeralS3ObjectStore:
    service: Any = SERVICE_PLUGINS.get_service("s3")
    storage: EphemeralS3ObjectStore = service._provider._storage_backend
    return storage


def save(folder: Path) -> Index:
    """Writes each object that has no file yet. Parts of unfinished uploads are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    index: Index = {}
    for bucket, held in list(_storage()._filesystem.items()):
        index[bucket] = {}
        for key, file in list(held["keys"].items()):
            changed = file.internal_last_modified
            name = f"{hashlib.sha256(f'{bucket}/{key}'.encode()).hexdigest()[:40]}-{changed}"
            if not (folder / name).exists():
                _copy_out(file, folder / name)
            index[bucket][key] = (name, changed)
    return index


def _copy_out(file: LockedSpooledTemporaryFile, to: Path) -> None:
    beside = to.with_name(f"{to.name}.new")
    with file.position_lock, file.readwrite_lock.gen_rlock(), beside.open("wb") as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy)
    beside.replace(to)


def load(folder: Path, index: Index) -> None:
    """Puts the objects of the index into LocalStack's storage.

    Raises:
        FileNotFoundError: the file of an object is gone.
    """
    storage = _storage()
    for bucket, held in index.items():
        storage.create_bucket(bucket)
        for key, (name, changed) in held.items():
            file = LockedSpooledTemporaryFile(  # type: ignore[no-untyped-call]
                dir=f"{storage.root_directory}/{bucket}", max_size=S3_MAX_FILE_SIZE_BYTES
            )
            with (folder / name).open("rb") as copy:
                shutil.copyfileobj(copy, file)
            file.seek(0)
            file.internal_last_modified = changed  # LocalStack compares it with the object's own
            storage._filesystem[bucket]["keys"][key] = file


def tidy(folder: Path, index: Index) -> None:
    """Removes the files that the index does not name."""
    named = {name for held in index.values() for name, _ in held.values()}
    for path in folder.glob("*"):  # none, where S3 was never asked for anything
        if path.name not in named:
            path.unlink()
