"""Cells hold the ratio to the best of their column; hatching is where intervals do not lie apart."""

from __future__ import annotations

import pytest

import figure_heat
import testing
from figure_heat import ratio_text
from matplotlib.axes import Axes
from testing_figures import charts


def trials(name: str, *costs: float, drift: float = 0.0) -> list[testing.Json]:
    """A mechanism's ping-pong at 64 B and 4 KiB, at so many ns."""
    return [testing.trial(name, size=size, typical_ns=ns, drift=drift, launches=6)
            for size, ns in zip((64, 4096), costs)]


def cells(axes: Axes) -> dict[tuple[int, int], str]:
    """What stands in each cell, by column and row."""
    return {(int(text.get_position()[0]), int(text.get_position()[1])): text.get_text()
            for text in axes.texts if text.get_ha() == "center"}


def test_cells_are_ratios_to_the_best_of_their_column() -> None:
    document = testing.result([*trials("a", 1000, 8000), *trials("b", 4000, 2000)])
    (chart,) = charts(figure_heat.charts, document)
    medians = {(t["mechanism"], t["size"]): t["summary"]["p50"]["median"] for t in document["trials"]}
    assert cells(chart.canvas.axes[0]) == {
        (0, 0): "1", (1, 0): ratio_text(medians["a", 4096] / medians["b", 4096]),
        (0, 1): ratio_text(medians["b", 64] / medians["a", 64]), (1, 1): "1",
    }


def test_rates_are_better_when_they_are_higher() -> None:
    made = [testing.trial(name, workload="stream", size=size, typical_ns=ns, drift=0, launches=6)
            for name, ns in (("fast", 100), ("slow", 500)) for size in (64, 4096)]
    (chart,) = charts(figure_heat.charts, testing.result(made))
    assert cells(chart.canvas.axes[0]) == {(0, 0): "1", (1, 0): "1", (0, 1): "5.0", (1, 1): "5.0"}


def test_what_was_not_measured_has_a_dash() -> None:
    document = testing.result([*trials("a", 1000, 1000), *trials("b", 2000)])
    (chart,) = charts(figure_heat.charts, document)
    assert cells(chart.canvas.axes[0])[1, 1] == "–"


def test_cells_are_hatched_where_the_best_is_not_alone() -> None:
    document = testing.result([*trials("a", 1000, 1000, drift=0.3), *trials("b", 1050, 9000, drift=0.3)])
    (chart,) = charts(figure_heat.charts, document)
    (hatch,) = [patch for patch in chart.canvas.axes[0].patches if not patch.get_fill()]
    assert {round(float(x)) for x, _ in hatch.get_path().vertices} == {0}
    assert {round(float(y)) for _, y in hatch.get_path().vertices} == {0, 1}


def test_with_too_few_launches_every_cell_is_hatched() -> None:
    made = [trial | {"confidence": 0.5} for trial in [*trials("a", 1000, 1000), *trials("b", 9000, 9000)]]
    (chart,) = charts(figure_heat.charts, testing.result(made))
    (hatch,) = [patch for patch in chart.canvas.axes[0].patches if not patch.get_fill()]
    assert {(round(float(x)), round(float(y))) for x, y in hatch.get_path().vertices} == {
        (0, 0), (0, 1), (1, 0), (1, 1)}
    assert "too few launches" in chart.finding


def test_the_finding_counts_at_how_many_sizes_somebody_is_among_the_best() -> None:
    document = testing.result([*trials("a", 1000, 1000), *trials("b", 4000, 1000), *trials("c", 9000, 9000)])
    (chart,) = charts(figure_heat.charts, document)
    assert "blocking, `a` is the best or not separable from it at 2 of 2 sizes" in chart.finding


def test_one_size_makes_no_map() -> None:
    assert charts(figure_heat.charts, testing.result()) == []


@pytest.mark.parametrize("ratio, text", [
    (1.0, "1"), (1.004, "1.00"), (1.09, "1.09"), (1.1, "1.1"), (9.94, "9.9"), (9.96, "10"), (994.0, "994"),
    (996.0, "1k"), (1234.0, "1.2k"), (15_000.0, "15k"), (218_000.0, "220k"),
])
def test_ratios_take_few_letters(ratio: float, text: str) -> None:
    assert ratio_text(ratio) == text
