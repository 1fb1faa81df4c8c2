"""The list of all refusals of `parity/` and `corrections/`: AWS's code and sentence, and our line with what to change.

A refusal that has no row in a table is an exception that some file makes. Those without our line, and those that no
test calls forth, are listed here by file and code. A list may only shrink: a line that is no longer true fails.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.model import ServiceModel

from scripts.base.paths import TOP
from scripts.supply import venvs

pytestmark = pytest.mark.unit

_PLUGIN = TOP / "emulator" / "glue_aurora"
_ROOMS = ("parity", "corrections")
_OURS = "(emulator)"

# Codes that no model of botocore has, with the page that has them.
_ELSEWHERE = {
    "AccessDenied": "the CommonErrors page of each service with a query protocol; S3's ErrorResponses.html",
    "AccessDeniedException": "the CommonErrors page of each service with a JSON protocol",
    "ValidationError": "the CommonErrors page of each service with a query protocol",
    "ValidationException": "the CommonErrors page of each service with a JSON protocol",
    # EC2's model has no errors at all.
    "CidrConflict": "cdk-preflight, pf-ec2-vpc-cidr-block-overlap, a measured answer",
    "InvalidGroup.Duplicate": "AWSEC2/latest/APIReference/errors-overview.html",
    "InvalidGroup.NotFound": "AWSEC2/latest/APIReference/errors-overview.html",
    "InvalidParameterCombination": "AWSEC2/latest/APIReference/errors-overview.html",
    "InvalidParameterValue": "AWSEC2/latest/APIReference/errors-overview.html",
    "InvalidPrefixListID.NotFound": "AWSEC2/latest/APIReference/errors-overview.html",
    "InvalidSubnet.Range": "AWSEC2/latest/APIReference/errors-overview.html",
    "MissingParameter": "AWSEC2/latest/APIReference/errors-overview.html",
    "UnauthorizedOperation": "AWSEC2/latest/APIReference/errors-overview.html",
    # S3's model has the few errors that a program would catch.
    "AccessControlListNotSupported": "AmazonS3/latest/API/ErrorResponses.html",
    "BadRequest": "terraform-provider-aws, sentences that users saw",
    "InvalidArgument": "AmazonS3/latest/API/ErrorResponses.html",
    "InvalidBucketAclWithObjectOwnership": "AmazonS3/latest/API/ErrorResponses.html",
    "InvalidBucketName": "AmazonS3/latest/API/ErrorResponses.html",
    "InvalidTag": "AmazonS3/latest/API/ErrorResponses.html",
    "MalformedPolicy": "AmazonS3/latest/API/ErrorResponses.html",
}
# A remedy begins with what to do.
_VERBS = frozenset(
    "Add Attach Choose Detach End Give Leave Lower Make Name Narrow Put Raise Shorten Take Use Write Change".split()  # noqa: SIM905
)
# Files that get the whole message, with our line, from sentences.py or refusals.py beside them.
_GIVEN_WORDS = frozenset({"parity/network/handler.py", "parity/refusals.py", "parity/services.py"})
# A test expects at least so many characters of a sentence.
_LEAST = 10
# Codes that a table or another exception gives, as the source writes them.
_COMPUTED = frozenset({"duplicates.CODE", "name", "code", "error.error_type", "f'Invalid{kind}ID.NotFound'"})


@cache
def _listed() -> dict[str, Any]:
    command = [str(venvs.localstack()), str(TOP / "tests" / "kit" / "listed_refusals.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _listed()["rows"]
    return found


def _name(row: dict[str, Any]) -> str:
    return f"{row['service']} {'/'.join(row['operations'][:2])}: {row['sentence']}"


@cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


@cache
def _codes(service: str) -> frozenset[str]:
    """Returns the error codes of a service's model."""
    model = _model(service)
    shapes = [model.shape_for(name) for name in model.shape_names]
    errors = [shape for shape in shapes if shape.metadata.get("exception")]
    return frozenset(str(code) for each in errors for code in (each.name, _own_code(each)))


def _own_code(error: Any) -> str:
    return str((error.metadata.get("error") or {}).get("code") or error.name)


def test_every_code_is_one_of_aws() -> None:
    listed = _listed()
    said = {(row["service"], row["code"]) for row in listed["rows"]}
    said |= {*listed["judged"].items(), *listed["models"].items()}
    strange = {(service, code) for service, code in said if code not in _codes(service)}
    assert {code for _, code in strange} == set(_ELSEWHERE)


def test_every_row_has_a_source_and_an_operation_of_its_service() -> None:
    for row in _rows():
        assert set(row["operations"]) <= set(_model(row["service"]).operation_names), _name(row)
        assert len(row["source"]) > 5, _name(row)
        assert row["sentence"] and row["status"] in (400, 403, 404, 409), _name(row)


def test_every_row_says_what_to_change() -> None:
    missing = [_name(row) for row in _rows() if not row["remedy"]]
    assert missing == [], "give these rows a remedy"
    for row in _rows():
        remedy = row["remedy"]
        assert remedy.partition(" ")[0] in _VERBS and remedy.endswith("."), remedy
        assert len(remedy) <= 140 and "\n" not in remedy, remedy


def test_a_remedy_names_only_values_that_its_sentence_has() -> None:
    for row in _rows():
        values = [str(number) for number in range(9)]
        said = row["sentence"].format(*values)
        ours = row["remedy"].format(*values)
        in_sentence = len(re.findall(r"(?<!\{)\{\d?\}", row["sentence"]))
        for number in re.findall(r"(?<!\{)\{(\d?)\}", row["remedy"]):
            assert int(number or 0) < max(in_sentence, 1), (said, ours)


@dataclass(frozen=True)
class Raised:
    """An exception that a file makes: its code, and whether our line is in it."""

    file: str
    code: str
    ours: bool


_ERRORS = re.compile(r"ApiError|CommonServiceException|\w+Exception")
_NOT_REFUSALS = frozenset({"RefusedException"})


def _raised() -> Iterator[Raised]:
    for room in _ROOMS:
        for path in sorted((_PLUGIN / room).rglob("*.py")):
            tree = ast.parse(path.read_text())
            constants = _constants(tree)
            for function in (
                each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
            ):
                ours = _OURS in ast.unparse(function)
                for call in ast.walk(function):
                    name = getattr(call.func, "id", "") if isinstance(call, ast.Call) else ""
                    if isinstance(call, ast.Call) and _ERRORS.fullmatch(name) and name not in _NOT_REFUSALS:
                        code = _code(name, call)
                        with_remedy = any(keyword.arg == "remedy" for keyword in call.keywords)
                        yield Raised(str(path.relative_to(_PLUGIN)), constants.get(code, code), ours or with_remedy)


def _constants(tree: ast.Module) -> dict[str, str]:
    """Returns the texts that a module's own names stand for."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _code(name: str, call: ast.Call) -> str:
    if name not in ("ApiError", "CommonServiceException"):
        return name
    first = call.args[0] if call.args else call.keywords[0].value
    return str(first.value) if isinstance(first, ast.Constant) else ast.unparse(first)


def test_every_exception_says_what_to_change() -> None:
    bare: dict[str, set[str]] = {}
    for each in _raised():
        if not each.ours and each.file not in _GIVEN_WORDS and each.code not in _COMPUTED:
            bare.setdefault(each.file, set()).add(each.code)
    assert bare == {}


@cache
def _texts() -> tuple[str, ...]:
    """Returns the texts of all tests of the emulator, without those of this file."""
    # A claim about AWS is tried in the emulator too.
    folders = (TOP / "tests", TOP / "scripts" / "claims" / "catalogue")
    files = [path for folder in folders for path in folder.rglob("*.py") if path != Path(__file__)]
    files = [path for path in files if path.name != "listed_refusals.py"]
    found = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) >= 4:
                found.add(node.value)
            elif isinstance(node, ast.Attribute):  # client.exceptions.DeleteConflictException
                found.add(node.attr)
    return tuple(sorted(found))


def _is_expected(sentence: str, texts: list[str]) -> bool:
    """Returns whether one of the tests' texts is of this sentence: a part of it, or it with its values."""
    fixed = re.split(r"\{\d?\}", sentence.replace("{{", "\0").replace("}}", "\1"))
    whole = ".*".join(re.escape(part) for part in fixed).replace("\0", "{").replace("\1", "}")
    matches = re.compile(whole).match
    first, last = fixed[0].strip(), fixed[-1].strip(" .,:;'\")]}\1")
    begins = len(first) >= _LEAST and len(fixed) > 1
    ends = len(last) >= _LEAST
    return any(
        any(text in part for part in fixed)
        or (begins and text.startswith(first))
        or (ends and last in text)
        or matches(text)
        for text in texts
    )


def _untried() -> set[tuple[str, str]]:
    texts = [each for each in _texts() if len(each) >= _LEAST]
    rows = {(row["service"], row["sentence"]) for row in _rows() if not _is_expected(row["sentence"], texts)}
    codes = {(each.file, each.code) for each in _raised() if each.code not in _COMPUTED}
    return rows | {each for each in codes if not any(each[1].removesuffix("Exception") in text for text in _texts())}


def test_every_refusal_is_called_forth_by_a_test() -> None:
    assert sorted(_untried()) == []
