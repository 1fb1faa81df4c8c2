"""Tries mutants one after the other, and those that an apply refuses several at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from scripts.base.console import say
from scripts.mutants.judging import Outcome, Result, Verdict, judge
from scripts.mutants.patches import Mutant
from scripts.mutants.project import Project
from scripts.mutants.tree import Tree

# More would hide each other: a resource that fails keeps those that need it from being tried.
LARGEST_GROUP = 6
Tell = Callable[[Result], None]


class Runner:
    """Tries mutants on a tree and a project. `tell` gets each result."""

    def __init__(self, tree: Tree, project: Project, tell: Tell = lambda result: None) -> None:
        self._tree, self._project, self._tell = tree, project, tell
        self._clean = True  # whether the environment is certainly the unmutated tree's
        self._results: list[Result] = []

    def run(self, mutants: Sequence[Mutant]) -> list[Result]:
        """Returns a result for each mutant, in their order.

        Terraform continues after a refused resource, so mutants of the stage `apply` share an apply. A mutant that is
        not caught so is tried by itself. A bad verdict in an environment that an earlier mutant may have left its
        marks on does not count: the environment is brought back, and the mutant tried again.
        """
        caught = self._sharing([mutant for mutant in mutants if mutant.stage == "apply" and not mutant.alone])
        for mutant in mutants:
            if mutant not in caught:
                self._by_itself(mutant)
        order = [mutant.name for mutant in mutants]
        return sorted(self._results, key=lambda result: order.index(result.mutant.name))

    def _sharing(self, mutants: Sequence[Mutant]) -> list[Mutant]:
        """Tries mutants in groups, and returns those that were caught.

        A refused resource hides what needs it, so a mutant that was not caught is tried in a later group once more, as
        long as each group catches one.
        """
        left, caught = list(mutants), []
        while len(group := self._group(left)) > 1:
            found = self._together(group)
            caught += found
            again = [mutant for mutant in group if mutant not in found] if found else []
            left = [mutant for mutant in left if mutant not in group] + again
        return caught

    def _group(self, mutants: Sequence[Mutant]) -> list[Mutant]:
        """Returns the first mutants whose patches fit the tree together."""
        group: list[Mutant] = []
        try:
            for mutant in mutants:
                if len(group) < LARGEST_GROUP and self._tree.fits(mutant.path):
                    self._tree.apply(mutant.path)
                    group.append(mutant)
        finally:
            self._tree.restore()
        return group

    def _together(self, group: Sequence[Mutant]) -> list[Mutant]:
        """Tries a group in one apply. Returns those that were caught."""
        say(f"one apply of {', '.join(mutant.name for mutant in group)}")
        began = time.monotonic()
        outcome = self._deployed(group)
        seconds = (time.monotonic() - began) / len(group)
        caught = []
        for mutant in group:
            verdict, why = judge(mutant, outcome)
            if verdict is Verdict.CAUGHT:
                caught.append(mutant)
                self._note(Result(mutant, verdict, why, outcome, seconds))
        return caught

    def _by_itself(self, mutant: Mutant) -> None:
        began = time.monotonic()
        was_clean = self._clean
        result = self._tried(mutant, began)
        if not result.verdict.good and not was_clean:
            self._project.restore()
            self._clean = True
            result = self._tried(mutant, began)
        self._note(result)

    def _tried(self, mutant: Mutant, began: float) -> Result:
        outcome = self._deployed([mutant], run=mutant.stage not in ("plan", "apply"))
        verdict, why = judge(mutant, outcome)
        return Result(mutant, verdict, why, outcome, time.monotonic() - began)

    def _deployed(self, group: Sequence[Mutant], *, run: bool = False) -> Outcome:
        self._clean = False
        try:
            for mutant in group:
                self._tree.apply(mutant.path)
            outcome = self._project.deploy(sql=any(mutant.touches_sql for mutant in group))
            return self._project.run() if run and not outcome.failed_at else outcome
        finally:
            self._tree.restore()

    def _note(self, result: Result) -> None:
        self._results.append(result)
        self._tell(result)
