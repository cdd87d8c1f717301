"""Inline SVG says the same as matplotlib's, shorter."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import figures
import svg
import testing
from chart import Chart

CHARTS = figures.charts(testing.loaded(testing.medium()))


def inline(chart: Chart) -> list[str]:
    return svg.panels(chart.svg, chart.canvas, chart.name, [panel.title for panel in chart.panels])


def count(texts: list[str], tag: str) -> int:
    return sum(len(re.findall(rf"<{tag}[ >]", text)) for text in texts)


def panels_of(chart: Chart) -> list[str]:
    """The groups of the panels as matplotlib wrote them."""
    root = ElementTree.fromstring(chart.svg)
    return [ElementTree.tostring(group, encoding="unicode").replace("ns0:", "")
            for group in root.iter(f"{svg.SVG}g") if re.fullmatch(r"panel\d+", group.get("id", ""))]


def test_nothing_that_is_drawn_gets_lost() -> None:
    for chart in CHARTS:
        for tag in ("path", "use", "text"):
            assert count(inline(chart), tag) == count(panels_of(chart), tag), chart.name


def test_inline_panels_are_shorter_by_a_quarter() -> None:
    for chart in CHARTS:
        assert sum(map(len, inline(chart))) < 0.75 * sum(map(len, panels_of(chart))), chart.name


def test_coordinates_are_true_to_a_hundredth_of_a_point() -> None:
    chart = CHARTS[0]
    number = re.compile(r"-?\d+(?:\.\d+)?")
    for short, long in zip(inline(chart), panels_of(chart)):
        paths = [sorted(float(n) for d in re.findall(r' d="([^"]*)"', text) for n in number.findall(d))
                 for text in (short, long)]
        assert len(paths[0]) == len(paths[1])
        assert all(abs(a - b) <= 0.00501 for a, b in zip(*paths))


def test_round_ends_stay_with_the_line_that_has_them() -> None:
    (launches,) = [chart for chart in CHARTS if chart.name == "launches-ping_pong-64"]
    for panel in inline(launches):
        assert re.search(r"<path [^>]*stroke-linecap: round", panel)
