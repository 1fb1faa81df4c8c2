"""The page: one HTML file without scripts, addresses or other files."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.base.console import printable
from scripts.report import drawing, texts, views
from scripts.report.charts import Chart
from scripts.report.facts import Facts

FOLDER = Path(__file__).parent


def html(facts: Facts) -> str:
    """Returns the page.

    Raises:
        CommandError: a chart can't be drawn.
        SetupError: the converter of charts could not be installed.
    """
    import jinja2  # here, since most commands need no page
    from markupsafe import Markup, escape

    results, quality, history = views.results(facts), views.quality(facts), views.history_chart(facts)
    drawn = _drawn([each.chart for each in results] + [quality.chart, history])

    def svg(chart: Chart, width: str) -> Markup:
        return Markup(drawn[id(chart), width])  # noqa: S704 - the converter escapes the texts inside

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,  # names of pupils and rejected lines come from anybody's files
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["printable"] = printable
    environment.filters["commands"] = lambda text: Markup(  # noqa: S704 - the text is escaped first
        re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    )
    return environment.get_template("page.html.j2").render(
        style=Markup((FOLDER / "page.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        facts=facts,
        made=texts.when(facts.made),
        zone=texts.zone(facts.made),
        headline=views.headline(facts),
        state=views.state(facts),
        succeeded=facts.last.described.state == "SUCCEEDED",
        results=results,
        quality=quality,
        history=history,
        runs=views.history_table(facts),
        parity=views.parity(facts),
        files=views.files(facts),
        origin=views.origin(facts),
        svg=svg,
    )


def _drawn(charts: list[Chart | None]) -> dict[tuple[int, str], str]:
    """Returns the SVGs by the identity of the chart and its width. All are drawn in one call."""
    wanted = [each for each in charts if each]
    keys = [(id(each), width) for each in wanted for width in ("narrow", "wide")]
    found = drawing.svgs([getattr(each, width) for each in wanted for width in ("narrow", "wide")])
    return dict(zip(keys, found, strict=True))
