"""What a link costs: medians over launches of set-up, memory and handles, beside the null mechanism's."""

from __future__ import annotations

import figure_setup
import testing
from testing_figures import charts, dotted, texts


def link(name: str, set_up_ns: float, family: str = "pipe", wait: str = "block", handles: object = 3,
         **more: object) -> testing.Json:
    """A trial whose launches took about so long to set up."""
    trial = testing.trial(name, family, wait=wait, launches=7)
    for number, launch in enumerate(trial["launches"]):
        launch["set_up_ns"] = set_up_ns + number * 1000
        for side in launch["resources"].values():
            side["open_handles"] = handles
    return trial | more


def test_dots_are_medians_over_launches_from_zero() -> None:
    (chart,) = charts(figure_setup.charts, testing.result([link("slow", 9e6), link("quick", 5e6)]))
    setup, memory, handles = chart.canvas.axes
    assert dotted(setup) == [(5_003_000, 0), (9_003_000, 1)]
    assert {x for x, _ in dotted(memory)} == {8_400_000}
    assert {x for x, _ in dotted(handles)} == {6}
    assert all(axes.get_xlim()[0] == 0 and axes.get_xscale() == "linear" for axes in chart.canvas.axes)


def test_a_mechanism_is_shown_once_whatever_it_waits_by() -> None:
    (chart,) = charts(figure_setup.charts, testing.result([link("a", 9e6, wait="spin"), link("a", 5e6)]))
    assert [x for x, _ in dotted(chart.canvas.axes[0])] == [5_003_000]


def test_the_null_mechanism_is_a_line_and_what_lies_above_it_is_counted() -> None:
    document = testing.result([link("null", 4e6, "null"), link("a", 4e6), link("b", 7e6)])
    (chart,) = charts(figure_setup.charts, document)
    assert "null" not in texts(chart.canvas.axes[0])
    assert chart.more[0] == (
        "Without any link the time to set up is 4.00\u00a0ms; with 1 of 2 mechanisms it is more, with "
        "intervals that lie apart; the greatest median is 7.00\u00a0ms.")


def test_the_finding_says_when_the_least_cannot_be_told() -> None:
    (chart,) = charts(figure_setup.charts, testing.result([link("a", 5e6), link("b", 5.001e6)]))
    assert "`a`, 5.00\u00a0ms\u00a0[5.00,\u00a05.01], not separable from that of 1 other" in chart.finding


def test_handles_are_counted_in_whole_numbers() -> None:
    (chart,) = charts(figure_setup.charts, testing.result([link("a", 5e6)]))
    assert "6" in texts(chart.canvas.axes[2])


def test_few_launches_rank_nobody() -> None:
    few = [link(name, ns) for name, ns in (("a", 5e6), ("b", 9e6))]
    for trial in few:
        trial["confidence"] = 0.5
    (chart,) = charts(figure_setup.charts, testing.result(few))
    assert "there are too few launches to rank the time to set up" in chart.finding


def test_handles_that_are_not_known_have_no_panel() -> None:
    (chart,) = charts(figure_setup.charts, testing.result([link("a", 5e6, handles="unknown")]))
    assert [panel.title for panel in chart.panels] == ["Set-up", "Peak memory"]


def test_results_that_did_not_record_set_up_have_no_figure() -> None:
    assert charts(figure_setup.charts, testing.result()) == []
