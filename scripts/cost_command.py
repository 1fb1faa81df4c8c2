"""``make cost``."""

from __future__ import annotations

from pathlib import Path

import click

from scripts import cost_page, plans
from scripts.console import say
from scripts.cost import monthly_cost
from scripts.paths import relative


@click.command()
@click.option("--environment", "name", envvar="ENVIRONMENT", type=click.Choice(plans.ENVIRONMENTS))
@click.option("--plan", envvar="PLAN", type=click.Path(path_type=Path), help="What terraform show -json printed.")
def cost(name: str | None, plan: Path | None) -> None:
    """Show what a plan costs a month; without a plan, make those of dev and prod and write docs/cost.md."""
    if plan:
        found = monthly_cost(plans.read(plan))
        click.echo(f"{cost_page.table(found)}\n\n{cost_page.summary(found)}")
        return
    documents = plans.make()
    costs = {each: monthly_cost(document) for each, document in documents.items()}
    cost_page.PAGE.write_text(cost_page.page(costs, documents))
    if name:
        click.echo(cost_page.table(costs[name]))
    for each, found in costs.items():
        say(f"{each}: {cost_page.summary(found)}")
    say(f"{relative(cost_page.PAGE)} is written")
