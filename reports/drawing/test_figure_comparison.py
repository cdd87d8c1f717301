"""Forest plots: what is drawn against what was compared."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch

import figure_comparison
import testing
from chart import Chart
from comparison import WORSE, Comparison, compare
from test_comparison import document, outline, trial
from units import Interval

BASE = document("base", trial("pipe"), trial("fifo", p50=(50, 45, 55)), trial("null", family="null"),
                trial("ring", wait="spin"), trial("pipe", workload="stream", size=4096))
RESULT = testing.loaded(BASE)


def other(number: int, worse: bool = False) -> testing.Json:
    """A result in which fifo is slower, or nothing is."""
    p50 = (80, 70, 90) if worse else (51, 46, 56)
    return document(f"r{number}", trial("pipe"), trial("fifo", p50=p50), trial("ring", wait="spin"),
                    trial("pipe", workload="stream", size=4096), revision=f"rev-{number}")


def made(*others: testing.Json) -> tuple[Comparison, dict[str, Chart]]:
    found = compare(outline(BASE), [outline(one) for one in others])
    return found, {chart.name: chart for chart in figure_comparison.charts(found, RESULT)}


def names(axes: Axes) -> list[str]:
    return [item.get_text() for item in axes.texts if item.get_ha() == "right"]


def beside(axes: Axes) -> list[str]:
    return [item.get_text() for item in axes.texts if item.get_ha() == "left"]


def bars(axes: Axes) -> list[Interval]:
    """The intervals that are drawn, without their medians: (row, low, high)."""
    return [Interval(float(segment[0][1]), float(segment[0][0]), float(segment[1][0]))
            for item in axes.collections if isinstance(item, LineCollection)
            for segment in item.get_segments()]


def dots(axes: Axes) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for patch in axes.patches if isinstance(patch, PathPatch)
            for x, y in patch.get_path().vertices[::2].tolist()]


def test_a_forest_has_a_row_for_each_mechanism_in_the_order_of_the_baseline() -> None:
    _, charts = made(other(1))
    blocking, spinning = charts["comparison-ping_pong-64"].canvas.axes
    assert names(blocking) == ["fifo · block", "pipe · block"]
    assert names(spinning) == ["ring · spin"]


def test_dots_and_bars_are_the_ratios_and_their_intervals() -> None:
    found, charts = made(other(1, worse=True))
    axes = charts["comparison-ping_pong-64"].canvas.axes[0]
    changes = {change.key.mechanism: change for change in found.others[0].changes["p50"]}
    for row, mechanism in enumerate(("fifo", "pipe")):
        ratio = changes[mechanism].ratio
        assert (row, ratio.low, ratio.high) in bars(axes)
        assert any(y == row and x == pytest.approx(ratio.median) for x, y in dots(axes))


def test_verdicts_stand_beside_the_rows_in_words() -> None:
    _, charts = made(other(1, worse=True))
    fifo, pipe = [told for told in beside(charts["comparison-ping_pong-64"].canvas.axes[0])
                  if told.startswith("×")]
    assert fifo.endswith(f"] {WORSE}")
    assert pipe.endswith("]")


def test_of_few_results_each_has_a_line_of_its_own_in_a_row_and_of_many_none() -> None:
    _, charts = made(other(1), other(2, worse=True), other(3))
    axes = charts["comparison-ping_pong-64"].canvas.axes[0]
    assert len({bar.median for bar in bars(axes)}) == 2 * 3
    assert "1 worse of 3" in beside(axes) and "not separable" in beside(axes)
    _, charts = made(*(other(number, worse=number < 4) for number in range(12)))
    axes = charts["comparison-ping_pong-64"].canvas.axes[0]
    assert bars(axes) == []
    assert len(dots(axes)) == 2 * 12
    assert "4 worse of 12" in beside(axes)


def test_several_results_have_a_figure_of_how_their_ratios_are_spread() -> None:
    found, charts = made(other(1), other(2, worse=True))
    spread = charts["comparison-spread"]
    assert [panel.title for panel in spread.panels] == [
        "Median latency", "p99 latency", "Throughput", "CPU time per message"]
    axes = spread.canvas.axes[0]
    assert names(axes) == ["1 revision rev-1", "2 revision rev-2"]
    for row, one in enumerate(found.others):
        quartiles = one.quartiles("p50")
        assert quartiles and (row, quartiles.low, quartiles.high) in bars(axes)
    assert "comparison-spread" not in made(other(1))[1]


def test_one_is_in_the_middle_of_a_ratio_axis_and_every_interval_inside() -> None:
    _, charts = made(other(1, worse=True))
    for chart in charts.values():
        for axes in chart.canvas.axes:
            low, high = axes.get_xlim()
            assert low * high == pytest.approx(1)
            assert all(low <= bar.low and bar.high <= high for bar in bars(axes))


def test_findings_are_one_sentence_and_claim_no_more_than_the_intervals() -> None:
    _, charts = made(other(1))
    assert charts["comparison-ping_pong-64"].finding == (
        "Ping-pong of 64\u00a0B across two cores: none of 3 ratios is separable from 1.")
    _, charts = made(other(1, worse=True))
    assert charts["comparison-ping_pong-64"].finding == (
        "Ping-pong of 64\u00a0B across two cores: of 3 ratios, 1 is worse, the rest not separable; the "
        "largest change is `fifo · block`, ×1.60 [1.27, 2.00].")


def test_results_that_share_nothing_make_no_figure() -> None:
    _, charts = made(document("elsewhere", trial("win_event")), document("there", trial("mailslot")))
    assert charts == {}


def test_everything_of_a_panel_lies_in_its_cell() -> None:
    long = [document(f"r{n}", trial("fifo", p50=(80, 70, 90)), trial("pipe"), revision="r" * 60 + str(n))
            for n in range(3)]
    _, charts = made(*long)
    for chart in charts.values():
        agg = FigureCanvasAgg(chart.canvas.figure)
        agg.draw()
        dpi = chart.canvas.figure.dpi
        for box, axes in zip(chart.canvas.cells, chart.canvas.axes):
            drawn = axes.get_tightbbox(agg.get_renderer())
            assert drawn.x0 >= box.left * dpi - 1 and drawn.x1 <= (box.left + box.width) * dpi + 1
            assert drawn.y0 >= box.bottom * dpi - 1 and drawn.y1 <= (box.bottom + box.height) * dpi + 1
