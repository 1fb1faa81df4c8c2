"""The runner of mutants says `missed` and `wrong reason` when it is so, and counts no mark of an earlier mutant."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.base.errors import CommandError
from scripts.mutants import patches, report, tree
from scripts.mutants.judging import Outcome, Result, Verdict, score
from scripts.mutants.patches import Mutant
from scripts.mutants.runner import Runner
from scripts.mutants.tree import Tree

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(shutil.which("git") is None, reason="git applies the patches"),
]
POLICY = "terraform/policy.txt"
LINES = "".join(f"statement {number}\n" for number in range(20))
NO_WAY = "sg-1 has no rule for port 5432"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """A copy of a project whose only file is a policy of 20 lines."""
    clone = tmp_path / "clone"
    for part in tree.PARTS:
        (clone / part).mkdir(parents=True)
    (clone / POLICY).write_text(LINES)
    (tmp_path / "wheels").mkdir()
    monkeypatch.setattr(tree, "TOP", clone)
    monkeypatch.setattr(tree, "WHEELS", tmp_path / "wheels")
    made = Tree(tmp_path / "tree")
    made.make()
    return made


class FakeProject:
    """Refuses what `refuses` finds in the policy. With `keeps_marks` the first refusal stays until a restore."""

    def __init__(self, copy: Tree, refuses: Callable[[str], Outcome], keeps_marks: bool = False) -> None:
        self._file = copy.folder / POLICY
        self._refuses, self._keeps_marks = refuses, keeps_marks
        self._mark: Outcome | None = None
        self.deployed: list[str] = []
        self.restored: list[str] = []

    def deploy(self, *, sql: bool = False) -> Outcome:
        self.deployed.append(self._file.read_text())
        found = self._mark or self._refuses(self._file.read_text())
        if found.failed_at and self._keeps_marks:
            self._mark = found
        return found if found.failed_at != "run" else Outcome("", "")

    def run(self) -> Outcome:
        return self._refuses(self._file.read_text())

    def restore(self) -> None:
        self.restored.append(self._file.read_text())
        self._mark = None


def mutant(folder: Path, line: int, *header: str, name: str = "") -> Mutant:
    """Returns a mutant that changes a line of the policy."""
    path = folder / f"{name or f'line-{line}'}.patch"
    diff = f"diff --git a/{POLICY} b/{POLICY}\n--- a/{POLICY}\n+++ b/{POLICY}\n@@ -{line + 1} +{line + 1} @@\n"
    diff += f"-statement {line}\n+statement {line} is wrong\n"
    # git takes a change without lines around it only where --unidiff-zero is given, so the hunk has two.
    before, after = LINES.splitlines()[line - 1], LINES.splitlines()[line + 1]
    diff = diff.replace(f"@@ -{line + 1} +{line + 1} @@\n", f"@@ -{line},3 +{line},3 @@\n {before}\n") + f" {after}\n"
    path.write_text("\n".join(["What: a line is wrong", *header]) + "\n\n" + diff)
    return patches.read(path)


def breaking(stage: str, expect: str) -> tuple[str, ...]:
    return ("Class: identity", f"Stage: {stage}", "Error: AccessDenied", "Source: https://aws", f"Expect: {expect}")


def says(stage: str, text: str) -> Callable[[str], Outcome]:
    """Returns a project's answer: it fails at `stage` where the policy has a wrong line."""
    return lambda policy: Outcome(stage, text) if "is wrong" in policy else Outcome("", "")


def judged(copy: Tree, project: FakeProject, *mutants: Mutant) -> list[Result]:
    return Runner(copy, project).run(mutants)


@pytest.mark.parametrize(
    ("stage", "failed_at", "said", "verdict"),
    [
        ("run", "run", NO_WAY, Verdict.CAUGHT),
        ("run", "apply", NO_WAY, Verdict.CAUGHT),
        ("run", "run", "sg-1 has no\n  │ rule for port 5432", Verdict.CAUGHT),
        ("run", "run", "connection refused", Verdict.WRONG_REASON),
        ("run", "", NO_WAY, Verdict.MISSED),
        ("apply", "", "", Verdict.MISSED),
        ("apply", "apply", "another error", Verdict.WRONG_REASON),
        ("plan", "apply", NO_WAY, Verdict.WRONG_REASON),
        ("note", "", NO_WAY, Verdict.CAUGHT),
        ("note", "", "", Verdict.MISSED),
        ("note", "run", NO_WAY, Verdict.FALSE_ALARM),
    ],
)
def test_the_verdict(copy: Tree, tmp_path: Path, stage: str, failed_at: str, said: str, verdict: Verdict) -> None:
    one = mutant(tmp_path, 3, *breaking(stage, "port 5432"))
    (result,) = judged(copy, FakeProject(copy, says(failed_at, said)), one)
    assert result.verdict is verdict
    assert bool(result.why) is not verdict.good
    assert score([result]) == (int(verdict is Verdict.CAUGHT), 1)


@pytest.mark.parametrize(("failed_at", "verdict"), [("", Verdict.GREEN), ("run", Verdict.FALSE_ALARM)])
def test_a_harmless_change_must_stay_green(copy: Tree, tmp_path: Path, failed_at: str, verdict: Verdict) -> None:
    one = mutant(tmp_path, 3, "Class: harmless")
    (result,) = judged(copy, FakeProject(copy, says(failed_at, "")), one)
    assert result.verdict is verdict
    assert score([result]) == (0, 0)


def test_every_expression_must_match(copy: Tree, tmp_path: Path) -> None:
    one = mutant(tmp_path, 3, *breaking("run", "port 5432"), "Expect: sg-2")
    (result,) = judged(copy, FakeProject(copy, says("run", NO_WAY)), one)
    assert result.verdict is Verdict.WRONG_REASON
    assert "/sg-2/" in result.why and "5432" not in result.why


def test_mutants_of_the_stage_apply_share_an_apply_and_are_told_apart(copy: Tree, tmp_path: Path) -> None:
    def refuses(policy: str) -> Outcome:
        wrong = [line for line in policy.splitlines() if line.endswith("wrong") and not line.startswith("statement 9 ")]
        return Outcome("apply", "\n".join(wrong)) if wrong else Outcome("", "")

    three = [mutant(tmp_path, line, *breaking("apply", f"statement {line} ")) for line in (1, 5, 9)]
    project = FakeProject(copy, refuses)
    results = judged(copy, project, *three)
    assert [result.verdict for result in results] == [Verdict.CAUGHT, Verdict.CAUGHT, Verdict.MISSED]
    assert project.deployed[0].count("is wrong") == 3
    assert all(policy.count("is wrong") == 1 for policy in project.deployed[1:])


def test_a_mark_of_an_earlier_mutant_does_not_count(copy: Tree, tmp_path: Path) -> None:
    first = mutant(tmp_path, 3, *breaking("run", "port 5432"))
    second = mutant(tmp_path, 7, *breaking("run", "bucket"))

    def refuses(policy: str) -> Outcome:
        if "statement 3 is wrong" in policy:
            return Outcome("apply", NO_WAY)
        return Outcome("run", "bucket") if "is wrong" in policy else Outcome("", "")

    project = FakeProject(copy, refuses, keeps_marks=True)
    assert [result.verdict for result in judged(copy, project, first, second)] == [Verdict.CAUGHT, Verdict.CAUGHT]
    assert project.restored == [LINES], "no patch may be applied while the environment is brought back"


def test_the_tree_is_restored_after_an_interrupt(copy: Tree, tmp_path: Path) -> None:
    def interrupted(policy: str) -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judged(copy, FakeProject(copy, interrupted), mutant(tmp_path, 3, *breaking("run", "x")))
    assert (copy.folder / POLICY).read_text() == LINES


def test_a_patch_that_does_not_fit_is_an_error(copy: Tree, tmp_path: Path) -> None:
    one = mutant(tmp_path, 3, *breaking("run", "x"))
    (copy.folder / POLICY).write_text("another text\n")
    with pytest.raises(CommandError, match=r"line-3\.patch does not fit"):
        judged(copy, FakeProject(copy, says("run", "x")), one)


def test_a_bad_verdict_is_shown_with_what_aws_says(
    copy: Tree, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = mutant(tmp_path, 3, *breaking("run", "port 5432"))
    Runner(copy, FakeProject(copy, says("run", "connection refused")), report.line).run([one])
    said = capsys.readouterr().out
    for part in ("wrong reason: line-3", "AWS: AccessDenied (https://aws)", "/port 5432/", "| connection refused"):
        assert part in said
