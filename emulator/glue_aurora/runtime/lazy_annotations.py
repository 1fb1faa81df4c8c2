"""Lets LocalStack's packages be imported on Python before 3.13.

`localstack/packages/api.py` of 4.10 has the annotation `Lock | None`. `threading.Lock` is a class since Python 3.13.
Before it is a function, and the annotation ends the import with TypeError. Half of LocalStack's services import that
module. Annotations that Python does not evaluate do no harm.
"""

import __future__

import sys
import threading
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

MODULES = frozenset({"localstack.packages.api"})


def install() -> None:
    """Makes the next import of each of MODULES leave its annotations alone. Does nothing where they do no harm."""
    if not isinstance(threading.Lock, type):
        sys.meta_path.insert(0, _Finder())


class _Loader(SourceFileLoader):
    """Compiles a module as if it began with `from __future__ import annotations`, past the cache of bytecode."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        code: CodeType = compile(
            self.get_data(path), path, "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True
        )
        return code


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in MODULES:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.origin:
            spec.loader = _Loader(fullname, spec.origin)
        return spec
