"""The charts of the report as Vega-Lite specifications, each for a phone and for a wide page and paper.

On a phone the name of a bar stands above it, else at its left. So no name ever lies over another or is turned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.report.picture import Bar, Picture

BLUE, DARK, PALE, INK, MUTED, GRID = "#4f86c6", "#1f5fa8", "#b9d0ea", "#1b2430", "#5b6675", "#dfe4ea"
# Each has a contrast of 3 to 1 with white at least, and differs from its neighbours for the colour-blind.
COLOURS = ("#7a8594", "#0b6aa8", "#b45309", "#0f7b5f", "#a3477f", "#5b4db7", "#8a6d00")
# Pixels around a chart. Fonts differ between machines, and a name may be wider than the one that was measured.
PADDING = {"left": 12, "right": 12, "top": 2, "bottom": 2}
Spec = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """A chart in two widths. `told` says in words what it is, for those who do not see it."""

    narrow: Spec
    wide: Spec
    told: str


@dataclass(frozen=True)
class _Size:
    """Pixels. `names` is the room for names at the left of the plot; without any they stand above the bars.

    `values` is the room for values, at the right of the plot or above the bars.
    """

    plot: int
    step: int
    names: int
    values: int


PHONE = _Size(plot=300, step=38, names=0, values=62)
PAGE = _Size(plot=350, step=26, names=250, values=62)  # with PADDING less than the width of A4


def of_picture(picture: Picture) -> Chart:
    """Returns the chart of a result."""
    if picture.is_distribution:
        told = f"Gráfico: distribuição de {picture.measure}"
        return Chart(_distribution(picture, PHONE), _distribution(picture, PAGE), told)
    kind = "Gráfico de faixas" if picture.has_ranges else "Gráfico de barras"
    told = f"{kind}: {picture.measure}, {len(picture.bars)} linhas"
    return Chart(_bars(picture, PHONE), _bars(picture, PAGE), told)


@dataclass(frozen=True)
class Stack:
    """One bar of parts: what it is about, its total as text, and the value of each part by its name."""

    label: str
    text: str
    parts: Mapping[str, float]


def of_stacks(stacks: Sequence[Stack], measure: str, told: str) -> Chart:
    """Returns a chart of bars that consist of parts."""
    return Chart(_stacks(stacks, measure, PHONE), _stacks(stacks, measure, PAGE), told)


def _bars(picture: Picture, size: _Size) -> Spec:
    import altair as alt  # here, since it takes a second

    rows = list(_with_headers(picture.bars))
    base = alt.Chart(alt.Data(values=rows))
    entries = base.transform_filter("!datum.header")
    y = _y(size, rows)
    ends = [each for bar in picture.bars for each in (bar.low, bar.high, bar.value) if each is not None]
    x = alt.X("value:Q", title=picture.measure, scale=_scale(picture.graded, ends), axis=_axis(picture.graded, ends))
    layers = []
    if picture.has_ranges:
        low = alt.X("low:Q", title=picture.measure)
        layers.append(entries.mark_rule(color=PALE, strokeWidth=7).encode(y=y, x=low, x2="high:Q"))
        layers.append(entries.mark_circle(color=DARK, size=110, opacity=1).encode(y=y, x=x))
    else:
        layers.append(entries.mark_bar(color=BLUE, cornerRadiusEnd=2).encode(y=y, x=x))
    if picture.reference is not None:
        # A mark in each bar and no line through all of them, which would cross the names.
        mark = entries.mark_tick(color=INK, opacity=1, thickness=2, size=20)
        layers.append(mark.encode(y=y, x=alt.datum(picture.reference)))
    return _finished(alt.layer(*layers, *_names(base, size, y)), size)


def _stacks(stacks: Sequence[Stack], measure: str, size: _Size) -> Spec:
    import altair as alt

    parts = list(dict.fromkeys(name for stack in stacks for name in stack.parts))
    rows = [
        {"key": str(place), "label": each.label, "text": each.text, "header": False}
        for place, each in enumerate(stacks)
    ]
    pieces = [
        {"key": str(place), "part": name, "value": value, "place": parts.index(name)}
        for place, each in enumerate(stacks)
        for name, value in each.parts.items()
    ]
    y = _y(size, rows)
    totals = [sum(each.parts.values()) for each in stacks]
    columns = 3 if size.names else 2
    legend = alt.Legend(
        title=None,
        orient="top",
        direction="horizontal",
        columns=columns,
        symbolType="square",
        labelLimit=0,
        columnPadding=16,
    )
    colours = [COLOURS[place % len(COLOURS)] for place in range(len(parts))]
    bars = alt.Chart(alt.Data(values=pieces)).mark_bar(stroke="white", strokeWidth=1)
    drawn = bars.encode(
        y=y,
        x=alt.X("value:Q", title=measure, scale=_scale(False, totals), axis=_axis(False, totals)),
        color=alt.Color("part:N", sort=None, legend=legend, scale=alt.Scale(domain=parts, range=colours)),
        order="place:Q",
    )
    return _finished(alt.layer(drawn, *_names(alt.Chart(alt.Data(values=rows)), size, y)), size)


def _distribution(picture: Picture, size: _Size) -> Spec:
    import altair as alt

    values = alt.Data(values=[{"value": bar.value} for bar in picture.bars])
    bins = alt.Bin(step=0.5) if picture.graded else alt.Bin(maxbins=15 if size.names else 10)
    scale = alt.Scale(domain=[0, 10]) if picture.graded else alt.Undefined
    x = alt.X("value:Q", bin=bins, title=picture.measure, scale=scale)
    y = alt.Y("count():Q", title="Linhas", axis=alt.Axis(tickMinStep=1, tickCount=5))
    layers = [alt.Chart(values).mark_bar(color=BLUE).encode(x=x, y=y)]
    if picture.reference is not None:
        mean = alt.Chart(alt.Data(values=[{"value": picture.reference}]))
        layers.append(mean.mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1.2).encode(x="value:Q"))
    return _configured(alt.layer(*layers).properties(width=size.plot + size.names - 40, height=200))


def _with_headers(bars: Iterable[Bar]) -> Iterable[Spec]:
    """Yields the rows of a chart from top to bottom. Above the bars of a group stands a row with its name alone."""
    group = ""
    for place, bar in enumerate(bars):
        if bar.group != group:
            group = bar.group
            yield {"key": f"group {place}", "label": group, "header": True}
        yield {
            "key": str(place),
            "label": bar.label,
            "text": bar.text,
            "value": bar.value,
            "low": bar.low,
            "high": bar.high,
            "header": False,
        }


def _names(base: Any, size: _Size, y: Any) -> list[Any]:
    """Returns the layers of text: names at the left of the bars, or above them, and values at the right."""
    import altair as alt

    entries, headers = base.transform_filter("!datum.header"), base.transform_filter("datum.header")

    def text(rows: Any, field: str, x: int, **style: Any) -> Any:
        return rows.mark_text(color=INK, **style).encode(y=y, x=alt.value(x), text=f"{field}:N")

    if size.names:
        # The ends of the room are marked, so that all charts of the page are equally wide and their plots aligned.
        ends = (-size.names, size.plot + size.values)
        room = [base.mark_point(opacity=0, size=1).encode(y=y, x=alt.value(x)) for x in ends]
        middle: Spec = {"baseline": "middle"}
        return [
            *room,
            text(entries, "label", 0, **middle, align="right", dx=-8, limit=size.names - 25),
            text(headers, "label", -size.names, **middle, align="left", limit=size.names, fontWeight="bold"),
            text(entries, "text", size.plot, **middle, align="left", dx=8, fontWeight="bold"),
        ]
    above: Spec = {"baseline": "bottom", "dy": -9}
    bold: Spec = {"fontWeight": "bold", "fontSize": 14, "limit": size.plot}
    return [
        text(entries, "label", 0, **above, align="left", limit=size.plot - size.values),
        text(headers, "label", 0, **bold, baseline="middle", align="left"),
        text(entries, "text", size.plot, **above, align="right", fontWeight="bold"),
    ]


def _y(size: _Size, rows: Sequence[Spec]) -> Any:
    import altair as alt

    order = [row["key"] for row in rows]
    inner = 0.35 if size.names else 0.66
    scale = alt.Scale(domain=order, paddingInner=inner, paddingOuter=inner / 2 + 0.1)
    return alt.Y("key:N", sort=order, title=None, axis=None, scale=scale)


def _scale(graded: bool, values: Sequence[float]) -> Any:
    """Bars begin at zero, or their lengths would mislead."""
    import altair as alt

    if graded:
        return alt.Scale(domain=[0, 10])
    return alt.Scale(domain=[min(0.0, *values), max(0.0, *values) or 1.0], nice=True)


def _axis(graded: bool, values: Sequence[float]) -> Any:
    import altair as alt

    if graded:
        return alt.Axis(values=[0, 2, 4, 6, 8, 10], format="d")
    whole = all(each == int(each) for each in values)
    return alt.Axis(tickCount=5, **({"tickMinStep": 1, "format": ",d"} if whole else {}))


def _finished(layered: Any, size: _Size) -> Spec:
    import altair as alt

    return _configured(layered.properties(width=size.plot, height=alt.Step(size.step)))


def _configured(chart: Any) -> Spec:
    font = "Arial, Helvetica, sans-serif"
    found: Spec = (
        chart.configure(aria=False, font=font, background="transparent", padding=PADDING)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED,
            titleColor=MUTED,
            titleFontWeight="normal",
            gridColor=GRID,
            domainColor=GRID,
            tickColor=GRID,
            labelFontSize=12,
            titleFontSize=12,
            labelFlush=True,
        )
        .configure_text(fontSize=13)
        .configure_legend(labelFontSize=12, labelColor=INK, rowPadding=4)
        .to_dict()
    )
    return found
