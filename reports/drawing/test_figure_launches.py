"""Every launch is a dot at its value; sentences count what intervals and notes say."""

from __future__ import annotations

import figure_launches
import style
import testing
from canvas import Panel
from chart import Chart
from results import Result
from stats import overlap
from testing_figures import dotted

RESULT = testing.loaded(testing.medium())


def chart(result: Result = RESULT, name: str = "launches-ping_pong-64") -> Chart:
    style.apply()
    return {chart.name: chart for chart in figure_launches.charts(result, style.looks(result.trials))}[name]


def disturbed(trial: testing.Json, count: int) -> testing.Json:
    """The trial with its first launches contaminated."""
    for launch in trial["launches"][:count]:
        launch["noise"]["contaminated"] = True
    return trial


def with_note(trial: testing.Json, note: str) -> testing.Json:
    return trial | {"notes": [note]}


def test_each_launch_is_a_dot_at_its_value() -> None:
    made = chart()
    for panel, axes in zip(made.panels, made.canvas.axes):
        values = sorted(launch.values["p50"] for trial in panel.drawn for launch in trial.launches)
        assert sorted(x for x, _ in dotted(axes)) == values


def test_a_contaminated_launch_is_a_cross_and_no_dot() -> None:
    trial = disturbed(testing.trial(launches=5), 2)
    made = chart(testing.loaded(testing.result([trial])))
    (axes,) = made.canvas.axes
    (crosses,) = [item for item in axes.get_lines() if item.get_label() == "contaminated"]
    expected = [launch["latency_ns"]["p50"] for launch in trial["launches"]]
    assert list(crosses.get_xdata()) == expected[:2]
    assert sorted(x for x, _ in dotted(axes)) == sorted(expected[2:])
    assert made.finding.endswith("none of 1 row shows two modes and 2 of 5 launches were disturbed.")


def test_rows_keep_their_order_from_one_placement_to_the_other() -> None:
    made = chart()
    for wait in ("block", "spin"):
        labels = {
            tuple(text.get_text() for text in axes.texts if text.get_text().endswith(f" · {wait}")
                  and text.get_text() != panel.title)
            for panel, axes in zip(made.panels, made.canvas.axes) if panel.wait == wait}
        assert len(labels) == 1


def test_streams_are_placed_by_their_rate() -> None:
    made = chart(name="launches-stream-64")
    launches = [launch for trial in made.panels[0].drawn for launch in trial.launches]
    rates = sorted(launch.values["messages_per_s"] for launch in launches)
    assert sorted(x for x, _ in dotted(made.canvas.axes[0])) == rates


def test_who_has_two_modes_is_named() -> None:
    trial = with_note(testing.trial("pipe", launches=3), "two modes: launches near 1 ns and near 9 ns")
    made = chart(testing.loaded(testing.result([trial, testing.trial("fifo", launches=3)])))
    assert "1 of 2 rows show two modes (`pipe · block` across two cores)" in made.finding


def test_placements_are_compared_where_intervals_lie_apart() -> None:
    said = next(line for line in chart().more if "blocking" in line)
    here, there = (panel for panel in chart().panels if panel.wait == "block")
    assert said.startswith("Ping-pong of 64\u00a0B, blocking: ")
    assert counts(here, there) == [int(word) for word in said.split(":")[1].split() if word.isdigit()]


def counts(here: Panel, there: Panel) -> list[int]:
    """Better, of how many, worse, not separable: counted anew."""
    theirs = {trial.mechanism: trial.summary["p50"] for trial in there.drawn}
    pairs = [(trial.summary["p50"], theirs[trial.mechanism]) for trial in here.drawn]
    level = sum(overlap(a, b) for a, b in pairs)
    better = sum(a.high < b.low for a, b in pairs)
    return [better, len(pairs), len(pairs) - better - level, level]
