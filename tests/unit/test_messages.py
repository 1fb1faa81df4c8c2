"""Every message that a user can meet says what to do, and docs/messages.md lists it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.checks import messages
from scripts.checks.messages import Message
from scripts.checks.shapes import Module, Sources

pytestmark = pytest.mark.unit

ERRORS = """
SIGN_IN = "sign in"

class CommandError(Exception):
    def __init__(self, cause, remedy): ...

class NotRunningError(CommandError):
    def __init__(self, what="it does not run", remedy="start it"): ...

class JobError(Exception): ...

class InputFileError(JobError): ...
"""


@pytest.fixture(scope="module")
def collected() -> list[Message]:
    return messages.collect()


def test_every_message_has_a_remedy(collected: list[Message]) -> None:
    assert [f"{each.place}: {each.cause}" for each in collected if not each.has_remedy] == []


def test_page_lists_the_messages_of_the_sources(collected: list[Message]) -> None:
    assert messages.FILE.read_text(encoding="utf-8") == messages.text(), "write it: make format"
    assert {each.part for each in collected} == set(messages.PARTS)


def test_messages_of_all_kinds_are_found(collected: list[Message]) -> None:
    """One of each kind that this test knows: a collector that misses a kind would be content with fewer."""
    by_cause = {each.cause: each for each in collected}
    for cause, remedy in (
        ("the environment runs on other ports", "stop it first: make local-down"),
        ("the local environment is not running", "start it with `make local-up`"),
        ("port {number} is taken by another program", "stop it, or choose another: make local-up {name}={other}"),
        ("{path} is no CSV file: it is {kind}", "{remedy}"),
        ("{name} is {text}, not a TCP port.", "Set it to a number from 1 to 65535."),
        ("run {run_id} exists already", "give each run an id of its own"),
        ("a call to AWS failed: {error}", "give the identity"),
    ):
        assert by_cause[cause].remedy.startswith(remedy), cause
    assert any(each.kind == "fail" and "no Python 3" in each.cause for each in collected)
    assert any(each.kind == "NotSupportedError" for each in collected)


def test_every_class_of_errors_is_listed_or_left_out_for_a_reason() -> None:
    sources = Sources([Module.read(path) for path in messages.paths()])
    families = messages.CARRY_REMEDY.union(*messages.END_WITH_REMEDY.values(), messages.NOT_LISTED, messages.INTERNAL)
    unknown = [
        f"{module.path.name}: {name}"
        for module in sources.modules
        for name, bases in module.classes.items()
        if any(each.endswith(("Error", "Exception")) for each in bases) and not sources.descends(module, name, families)
    ]
    assert unknown == []


@pytest.mark.parametrize(
    ("source", "cause", "remedy"),
    [
        ('raise CommandError(f"{path.name} is odd", "mend it")', "{name} is odd", "mend it"),
        ('raise CommandError("odd", "")', "odd", ""),
        ('raise CommandError("odd", SIGN_IN)', "odd", "sign in"),
        ('raise CommandError("odd", "a" if x else "b")', "odd", "a / b"),
        ('what = "odd"\nraise CommandError(what + "!", remedy=SIGN_IN)', "odd!", "sign in"),
        ("raise NotRunningError()", "it does not run", "start it"),
        ('kind = JobError if x else CommandError\nraise kind("odd", "mend it")', "odd", "mend it"),
        ('error = CommandError(f"{names[\'a\']} and {f(b)}", "x")', "{a} and {b}", "x"),
    ],
)
def test_shape_of_a_message(source: str, cause: str, remedy: str, tmp_path: Path) -> None:
    (found,) = _messages(source, "Commands", tmp_path)
    assert (found.cause, found.remedy) == (cause, remedy)


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("a.csv is empty. Upload it again.", "Upload it again."),
        ("a.csv is empty: upload it again", "upload it again"),
        ("a.csv is empty: it has no line", ""),
        ("run jr_1 is still active. It holds the lock", ""),
    ],
)
def test_message_of_the_job_ends_with_what_to_do(said: str, remedy: str, tmp_path: Path) -> None:
    (found,) = _messages(f"raise InputFileError({said!r})", "The job", tmp_path)
    assert found.remedy == remedy


def _messages(source: str, part: str, folder: Path) -> list[Message]:
    (folder / "errors.py").write_text(ERRORS)
    (folder / "module.py").write_text(ERRORS.split("\n\n")[0] + "\ndef f():\n    " + source.replace("\n", "\n    "))
    modules = [Module.read(folder / name) for name in ("module.py", "errors.py")]
    return list(messages.of_module(Sources(modules), modules[0], part))
