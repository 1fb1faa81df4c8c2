"""Behaviour of the services that shows only inside LocalStack. The programs run in LocalStack's own venv."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.base.isolation import clean_environment
from scripts.base.paths import TOP
from scripts.supply import venvs

pytestmark = pytest.mark.emulator

README = TOP / "emulator" / "README.md"
STATE = """
import importlib, json
from localstack.state.inspect import ServiceBackendCollectorVisitor

stores_of = {"glue": "glue_stores", "rds": "rds_stores", "rds_data": None, "budgets": "budgets_stores"}
found = {}
for package, stores in stores_of.items():
    service = importlib.import_module(f"glue_aurora.{package}.provider").create_service()
    visitor = ServiceBackendCollectorVisitor()
    service.accept_state_visitor(visitor)
    ours = getattr(importlib.import_module(f"glue_aurora.{package}.store"), stores) if stores else None
    found[package] = [visitor.store is ours, visitor.backend_dict is None]
print(json.dumps(found))
"""
RESET = """
import json
from glue_aurora.glue.provider import create_service
from glue_aurora.glue.store import glue_stores

store = glue_stores["000000000000"]["us-east-1"]
store.jobs["etl"] = "a job"
lock = store.lock


class Reset:
    def visit(self, state_container):
        state_container.reset()


with lock:
    create_service().accept_state_visitor(Reset())
again = glue_stores["000000000000"]["us-east-1"]
print(json.dumps([again.jobs, again.lock is lock]))
"""
PATTERNS = """
import json
from botocore.model import ListShape, MapShape, StructureShape
from localstack.aws.spec import load_service
from glue_aurora.operations import SERVICES
from glue_aurora.service.validation import compiled


def compile_all(shape, seen):
    if shape is None or shape.name in seen:
        return
    seen.add(shape.name)
    if shape.metadata.get("pattern"):
        compiled(shape.metadata["pattern"])
    if isinstance(shape, StructureShape):
        children = shape.members.values()
    elif isinstance(shape, ListShape):
        children = [shape.member]
    else:
        children = [shape.key, shape.value] if isinstance(shape, MapShape) else []
    for child in children:
        compile_all(child, seen)


shapes = {}
for service in SERVICES.values():
    seen = shapes[service.name] = set()
    for operation in service.handlers:
        compile_all(load_service(service.name).operation_model(operation).input_shape, seen)
print(json.dumps({name: len(seen) for name, seen in shapes.items()}))
"""


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [venvs.localstack(), *arguments]
    return subprocess.run(command, env=clean_environment(), cwd=TOP, capture_output=True, text=True)


def answer(program: str) -> Any:
    """Returns the program's output, read as JSON."""
    done = run("-c", program)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_localstack_finds_the_state_of_each_service_in_our_stores() -> None:
    assert answer(STATE) == {name: [True, True] for name in ("glue", "rds", "rds_data", "budgets")}


def test_a_reset_forgets_the_resources_and_keeps_the_lock() -> None:
    assert answer(RESET) == [{}, True]


def test_python_can_read_every_pattern_of_the_models() -> None:
    assert all(count > 10 for count in answer(PATTERNS).values())


def test_the_readme_lists_the_operations_of_the_handlers() -> None:
    done = run("-m", "glue_aurora.operations", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_changed_table_is_seen_and_written_anew(tmp_path: Path) -> None:
    readme, text = tmp_path / "README.md", README.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines(keepends=True) if line.startswith("| StartJobRun |"))
    readme.write_text(text.replace(row, ""), encoding="utf-8")
    checked = run("-m", "glue_aurora.operations", "--check", readme)
    assert (checked.returncode, "make format" in checked.stdout) == (1, True)
    assert run("-m", "glue_aurora.operations", readme).returncode == 0
    assert readme.read_text(encoding="utf-8") == text
