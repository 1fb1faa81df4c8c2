"""The patches of tests/mutants/ have whole headers, and fit the files that they change."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from scripts.base.errors import CommandError
from scripts.mutants import patches, tree
from scripts.mutants.patches import CLASSES, HARMLESS
from scripts.mutants.tree import PARTS, Tree

pytestmark = pytest.mark.unit
MUTANTS = patches.read_all()
HEADER = "What: x\nClass: identity\nStage: run\nError: AccessDenied\nSource: https://aws\nExpect: x\n"
DIFF = "\ndiff --git a/sql/x b/sql/x\n--- a/sql/x\n+++ b/sql/x\n"


def test_there_are_enough_of_each_class() -> None:
    counts = Counter(mutant.kind for mutant in MUTANTS)
    assert set(counts) == set(CLASSES)
    assert len(MUTANTS) - counts[HARMLESS] >= 70
    assert min(counts.values()) >= 5


def test_those_of_make_test_are_few_and_of_several_classes() -> None:
    quick = [mutant for mutant in MUTANTS if mutant.quick]
    assert 10 <= len(quick) <= 20
    assert len({mutant.kind for mutant in quick}) >= 6
    assert not any(mutant.alone for mutant in quick), "these make a resource anew, which takes minutes"


def test_every_source_is_an_address() -> None:
    wrong = [mutant.name for mutant in MUTANTS if not mutant.harmless and not mutant.source.startswith("https://")]
    assert wrong == []


@pytest.mark.skipif(shutil.which("git") is None, reason="git applies the patches")
def test_every_patch_fits_what_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wheels").mkdir()
    monkeypatch.setattr(tree, "WHEELS", tmp_path / "wheels")
    copy = Tree(tmp_path / "tree")
    copy.make()
    unfit = [mutant.name for mutant in MUTANTS if not copy.fits(mutant.path)]
    assert unfit == [], f"make these changes anew: {', '.join(unfit)}"
    outside = [
        mutant.name for mutant in MUTANTS if any(target.partition("/")[0] not in PARTS for target in mutant.targets)
    ]
    assert outside == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADER, "has no diff"),
        (HEADER.replace("Stage: run\n", "") + DIFF, "lacks Stage"),
        (HEADER.replace("identity", "identities") + DIFF, "identities is not known"),
        (HEADER.replace("run", "later") + DIFF, "later is not known"),
        (HEADER.replace("Expect: x", "Expect: (") + DIFF, "no regular expression"),
        (HEADER + "Why: because\n" + DIFF, "is no field"),
        (HEADER + "Class: data\n" + DIFF, "has 2 lines Class"),
    ],
)
def test_a_wrong_header_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.patch"
    path.write_text(text)
    with pytest.raises(CommandError, match=said):
        patches.read(path)


def test_names_and_classes_choose() -> None:
    one = MUTANTS[0]
    assert patches.chosen(MUTANTS, names=one.name) == [one]
    assert {mutant.kind for mutant in patches.chosen(MUTANTS, kinds="data, process")} == {"data", "process"}
    with pytest.raises(CommandError, match="no mutant is named nobody"):
        patches.chosen(MUTANTS, names="nobody")
    with pytest.raises(CommandError, match="no class is named"):
        patches.chosen(MUTANTS, kinds="nothing")
