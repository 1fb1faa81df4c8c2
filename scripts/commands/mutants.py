"""`make mutants`: tries the patches of tests/mutants/ in an environment of its own."""

from __future__ import annotations

import os
import shutil
import sys

import click

from scripts.base.console import out, say
from scripts.base.files import write_whole
from scripts.base.paths import LOCAL
from scripts.environment import lifecycle, snapshots
from scripts.environment.instance import Ports
from scripts.mutants import patches, report
from scripts.mutants.project import LocalProject
from scripts.mutants.runner import Runner
from scripts.mutants.tree import Tree

REPORT = LOCAL / "mutants.json"


@click.command()
@click.option("--names", envvar="NAMES", default="", help="Mutants to try, separated by commas.")
@click.option("--class", "kinds", envvar="CLASS", default="", help="Classes to try, separated by commas.")
@click.option("--quick", is_flag=True, help="Try those of `make test` only.")
@click.option("--json", "as_json", envvar="JSON", is_flag=True, help="Print one JSON object and nothing else.")
def mutants(names: str, kinds: str, quick: bool, as_json: bool) -> None:
    """Apply each patch of tests/mutants/ to a copy of the project, and see that it is caught for the right reason."""
    wanted = patches.chosen(patches.read_all(), names, kinds, quick)
    if as_json:
        out.file = sys.stderr
    folder, snapshot = LOCAL / f"mutants-{os.getpid()}", f"mutants-{os.getpid()}"
    try:
        instance = lifecycle.new(folder / "instance", Ports.free())
        tree = Tree(folder / "tree")
        tree.make()
        with lifecycle.running(instance):
            project = LocalProject(instance, tree, snapshot)
            project.prepare()
            results = Runner(tree, project, report.line).run(wanted)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        snapshots.remove(snapshot)
    write_whole(REPORT, report.as_json(results).encode())
    report.table(results)
    say("the same, with what was said, in .local/mutants.json")
    if as_json:
        click.echo(report.as_json(results))
    sys.exit(0 if all(result.verdict.good for result in results) else 1)


COMMANDS = [mutants]
