"""What an ErrorMessage adds about the difference to Glue, and about a terminal that a run has not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from glue_worker.hints import with_hint
from glue_worker.packages import OF_GLUE

from scripts.base.paths import REQUIREMENTS

pytestmark = pytest.mark.unit
CONFIG: Any = SimpleNamespace(debug_command="make debug", packages_command="make glue-packages")
BARE: Any = SimpleNamespace(debug_command="", packages_command="")


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("ModuleNotFoundError: No module named 'matplotlib'", "Glue 5.1 has matplotlib==3.10.7"),
        ("ModuleNotFoundError: No module named 'PIL.Image'", "`make glue-packages` installs it"),
        ("PythonException: …\nModuleNotFoundError: No module named 'plotly'\n", "Glue 5.1 has plotly==6.4.0"),
        ("ImportError: Missing optional dependency 'matplotlib'.  Use pip", "`make glue-packages` installs it"),
        ("ImportError: matplotlib is required for plotting when the …", "`make glue-packages` installs it"),
        ("ModuleNotFoundError: No module named 'yaml'", "Glue 4.0 had PyYAML, and Glue 5.1 does not have it"),
        ("ModuleNotFoundError: No module named 'sklearn.svm'", "Glue 4.0 had scikit-learn"),
        ("ModuleNotFoundError: No module named 'comum'", "--extra-py-files"),
        ("BdbQuit", "a run has no terminal to read from: `make debug` runs the job in yours"),
        ("EOFError: EOF when reading a line", "`make debug`"),
        ("NoTerminalError: breakpoint() needs a terminal, and a run has none.", "(`make debug` runs the job in yours)"),
        ("TypeError: 'JavaPackage' object is not callable (in awsglue/context.py)", "RUNTIME=docker"),
    ],
)
def test_hint(message: str, hint: str) -> None:
    told = with_hint(message, CONFIG)
    assert told.startswith(message)
    assert hint in told


@pytest.mark.parametrize(
    "message",
    ["ValueError: nota", "TypeError: 'JavaPackage' object is not callable", "QualityError: EOFError: EOF when reading"],
)
def test_other_errors_stay_as_they_are(message: str) -> None:
    assert with_hint(message, CONFIG) == message


def test_without_commands_no_command_is_named() -> None:
    assert "``" not in with_hint("BdbQuit", BARE) + with_hint("ModuleNotFoundError: No module named 'PIL'", BARE)


def test_the_requirements_have_glues_packages_in_glues_versions() -> None:
    texts = [(REQUIREMENTS / f"{name}.in").read_text() for name in ("worker", "glue-packages")]
    pinned = [line for text in texts for line in text.splitlines() if "==" in line]
    beside = ["pyspark==3.5.6", "AWSGlueDataplanePython==5.1.0"]  # Glue's Spark and its own package
    assert sorted(pinned) == sorted([*OF_GLUE, *beside])


@pytest.mark.parametrize("name", ["worker", "glue-packages"])
def test_the_worker_has_no_package_that_glue_lacks(name: str) -> None:
    """A job that imports such a package would be green here and fail on Glue."""
    lines = (REQUIREMENTS / f"{name}.txt").read_text().splitlines()
    locked = {line.partition("==")[0].lower() for line in lines if "==" in line and not line.startswith((" ", "#"))}
    of_glue = {package.partition("==")[0].lower().replace("_", "-") for package in OF_GLUE}
    beside = {"pyspark", "py4j", "awsgluedataplanepython", "pytest-randomly", "colorama", "defusedxml"}
    assert locked - of_glue <= beside
