"""The command that shows what an environment costs."""

from __future__ import annotations

from pathlib import Path

import click

from scripts.base.console import say
from scripts.base.paths import relative
from scripts.cost import page, plans
from scripts.cost.charges import monthly_cost


@click.command()
@click.option("--environment", "name", envvar="ENVIRONMENT", type=click.Choice(plans.ENVIRONMENTS))
@click.option(
    "--plan", envvar="PLAN", type=click.Path(path_type=Path), help="A file with the output of terraform show -json."
)
def cost(name: str | None, plan: Path | None) -> None:
    """Show what a plan costs a month. Without a plan, plan dev and prod, and write docs/cost.md."""
    if plan:
        found = monthly_cost(plans.read(plan))
        click.echo(f"{page.table(found)}\n\n{page.summary(found)}")
        return
    documents = plans.make()
    costs = {each: monthly_cost(document) for each, document in documents.items()}
    page.PAGE.write_text(page.page(costs, documents))
    if name:
        click.echo(page.table(costs[name]))
    for each, found in costs.items():
        say(f"{each}: {page.summary(found)}")
    say(f"{relative(page.PAGE)} is written")
