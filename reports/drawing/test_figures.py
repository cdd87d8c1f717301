"""What is plotted against what is in the result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

import figures
import testing
from canvas import MOST_ROWS, Panel
from chart import Chart
from results import Result, Trial
from stats import cpu_sides, percentile_band, percentile_curve, tail_position

RESULT = testing.loaded(testing.medium())
CHARTS = {chart.name: chart for chart in figures.charts(RESULT)}


def panels(kind: str) -> list[tuple[Chart, Panel, Axes]]:
    """All panels of the figures of one kind."""
    return [
        (chart, panel, axes) for chart in CHARTS.values() if chart.kind == kind
        for panel, axes in zip(chart.panels, chart.canvas.axes)
    ]


def line(axes: Axes, label: str) -> Line2D:
    (found,) = [item for item in axes.get_lines() if item.get_label() == label]
    return found


def texts(axes: Axes) -> list[str]:
    return [item.get_text() for item in axes.texts] + [item.get_text() for item in axes.get_yticklabels()]


def charts_of(*trials: testing.Json, **changes: Any) -> dict[str, Chart]:
    result = testing.loaded(testing.result(trials) | changes)
    return {chart.name: chart for chart in figures.charts(result)}


def test_there_is_a_figure_for_each_workload_and_representative_size() -> None:
    assert list(CHARTS) == [
        "latency-ping_pong-64", "latency-ping_pong-4096", "latency-stream-64", "latency-stream-4096",
        "launches-ping_pong-64", "launches-stream-64", "throughput-stream", "floors-ping_pong-64",
        "share-stream-4096", "cpu-ping_pong-64", "cpu-ping_pong-4096", "cpu-stream-64", "cpu-stream-4096",
        "pareto-ping_pong-64", "heat-ping_pong", "heat-stream",
    ]


def test_latency_curves_and_marks_are_those_of_the_result() -> None:
    for _, panel, axes in panels("Latency"):
        for trial in panel.drawn:
            x, y = percentile_curve(trial)
            curve = line(axes, trial.label)
            assert np.array_equal(curve.get_xdata(), x)
            assert np.array_equal(curve.get_ydata(), y)
            marks = dict(zip(*line(axes, f"_{trial.label}").get_data()))
            assert marks[tail_position(0.99)] == trial.summary["p99"].median
            assert marks[tail_position(0.5)] == trial.summary["p50"].median


def test_latency_bars_are_the_intervals() -> None:
    for _, panel, axes in panels("Latency"):
        drawn = [segment.tolist() for bars in axes.collections
                 if isinstance(bars, LineCollection) for segment in bars.get_segments()]
        at = tail_position(0.999)
        for trial in panel.drawn:
            assert [[at, trial.summary["p999"].low], [at, trial.summary["p999"].high]] in drawn


def test_throughput_lines_are_medians_over_all_sizes() -> None:
    for chart, panel, axes in panels("Throughput"):
        for trial in panel.drawn:
            row = sorted(RESULT.having("bytes_per_s", workload="stream", mechanism=trial.mechanism,
                                       wait=trial.wait, placement=trial.placement), key=lambda t: t.size)
            curve = line(axes, trial.label)
            assert list(curve.get_xdata()) == [t.size for t in row] == [64, 4096]
            assert list(curve.get_ydata()) == [t.summary["bytes_per_s"].median for t in row]


def test_the_tint_reaches_from_the_fastest_launch_to_the_slowest() -> None:
    for _, panel, axes in panels("Latency"):
        bands = [item for item in axes.collections if item.get_alpha() == 0.13]
        assert len(bands) == min(3, len(panel.drawn))
        x, low, high = percentile_band(panel.drawn[0])
        corners = {tuple(corner) for corner in bands[0].get_paths()[0].vertices}
        assert (x[-1], high[-1]) in corners
        assert (x[-1], low[-1]) in corners


def test_below_the_axis_stands_how_many_observations_lie_beyond() -> None:
    for chart, panel, axes in panels("Latency"):
        labels = dict(item.get_text().split("\n") for item in axes.get_xticklabels())
        observed = testing.OBSERVATIONS // (10 if chart.name.startswith("latency-stream") else 1)
        assert labels["50%"] == f"{observed // 2:,}"
        assert labels["99.9%"] == f"{observed // 1000:,}"


def test_throughput_shows_half_of_memcpy_for_what_copies_twice() -> None:
    for _, _, axes in panels("Throughput"):
        once, twice = line(axes, "memcpy ceiling"), line(axes, "two copies")
        assert list(twice.get_xdata()) == list(once.get_xdata())
        assert list(twice.get_ydata()) == [rate / 2 for rate in once.get_ydata()]


def test_throughput_says_who_leads_from_what_size_on() -> None:
    made = [testing.trial(name, workload="stream", size=size, typical_ns=ns, launches=6)
            for name, costs in (("small", (100, 900)), ("big", (300, 300)))
            for size, ns in zip((64, 4096), costs)]
    (said,) = charts_of(*made)["throughput-stream"].more
    assert said.endswith("blocking: at 64\u00a0B `small` leads, at 4\u00a0KiB `big` leads.")


def test_throughput_shows_the_memcpy_ceiling_and_the_floor() -> None:
    for _, panel, axes in panels("Throughput"):
        ceiling = line(axes, "memcpy ceiling")
        known = {item["size"]: item["bytes_per_s"] for item in RESULT.floors["memcpy"]}
        assert all(known[size] == rate for size, rate in zip(*ceiling.get_data()))
        assert list(ceiling.get_xdata()) == [64, 256, 1024, 4096]
        assert panel.floor is not None
        assert panel.floor.placement == panel.placement
        assert line(axes, "null · none") is not None


def test_the_ceiling_is_interpolated_at_sizes_where_it_was_not_measured() -> None:
    trials = [testing.trial(workload="stream", size=size, launches=1) for size in (100, 10_000)]
    memcpy = [{"size": 10, "bytes_per_s": 1e9}, {"size": 1000, "bytes_per_s": 1e11},
              {"size": 100_000, "bytes_per_s": 1e9}]
    floors = testing.result()["floors"] | {"memcpy": memcpy}
    ceiling = line(charts_of(*trials, floors=floors)["throughput-stream"].canvas.axes[0], "memcpy ceiling")
    assert list(ceiling.get_xdata()) == [100, 1000, 10_000]
    assert list(ceiling.get_ydata()) == pytest.approx([1e10, 1e11, 1e10])


def test_without_memcpy_there_is_no_ceiling() -> None:
    floors = testing.result()["floors"] | {"memcpy": []}
    chart = charts_of(testing.trial(workload="stream", launches=1), floors=floors)["throughput-stream"]
    assert all(item.get_label() != "memcpy ceiling" for item in chart.canvas.axes[0].get_lines())


def test_cpu_bars_start_at_zero_and_add_up_both_sides() -> None:
    for _, panel, axes in panels("CPU time"):
        assert axes.get_xscale() == "linear"
        assert axes.get_xlim()[0] == 0
        producers, consumers = axes.containers
        for trial, left, right in zip(panel.drawn, producers, consumers):
            assert left.get_x() == 0
            assert (left.get_width(), right.get_width()) == pytest.approx(cpu_sides(trial))
            assert right.get_x() == pytest.approx(left.get_width())


def test_each_panel_that_ranks_holds_one_placement_and_one_wait() -> None:
    for chart in CHARTS.values():
        for panel in chart.panels if chart.places else []:
            assert {(t.placement, t.wait) for t in panel.drawn} == {(panel.placement, panel.wait)}
            assert not any(t.is_floor for t in panel.drawn)


def test_the_wait_stands_on_every_label() -> None:
    for chart in CHARTS.values():
        for panel, axes in zip(chart.panels, chart.canvas.axes):
            assert panel.title in texts(axes)
            assert panel.title.endswith(panel.wait)
            for trial in panel.drawn if panel.wait else []:
                assert f"{trial.mechanism} · {trial.wait}" in texts(axes)


def test_a_panel_draws_the_best_dozen_and_names_the_rest() -> None:
    trials = [testing.trial(f"m{i:02}", typical_ns=1000 + 100 * i, launches=2) for i in range(20)]
    chart = charts_of(*trials)["latency-ping_pong-64"]
    panel = chart.panels[0]
    assert [t.mechanism for t in panel.drawn] == [f"m{i:02}" for i in range(MOST_ROWS)]
    assert [t.mechanism for t in panel.left_out] == [f"m{i:02}" for i in range(MOST_ROWS, 20)]
    curves = [item for item in chart.canvas.axes[0].get_lines() if item.get_label().startswith("m")]
    assert len(curves) == MOST_ROWS


def test_a_mechanism_without_the_biggest_size_is_drawn_up_to_its_own() -> None:
    charts = charts_of(*(testing.trial(name, workload="stream", size=size, launches=2)
                         for name, sizes in (("a", (64, 4096)), ("b", (64, 4096)), ("short", (64, 256)))
                         for size in sizes))
    chart = charts["throughput-stream"]
    assert list(line(chart.canvas.axes[0], "short · block").get_xdata()) == [64, 256]
    standing = chart.places[0].standing
    assert {t.mechanism for t in standing.ranked + standing.unranked} == {"a", "b"}


def test_a_lone_trial_of_one_size_makes_figures() -> None:
    charts = charts_of(testing.trial(workload="stream", launches=1))
    assert set(charts) == {"latency-stream-64", "launches-stream-64", "throughput-stream", "cpu-stream-64"}
    assert all(chart.svg for chart in charts.values())


def test_closed_loops_have_no_throughput_figure() -> None:
    assert not any(name.startswith("throughput-ping_pong") for name in CHARTS)


def test_floors_alone_make_no_figure() -> None:
    assert charts_of(testing.trial("null", "null", wait="none")) == {}


def with_summary(trial: testing.Json, **summary: float) -> testing.Json:
    """A trial some of whose statistics are one value."""
    changed = {name: {"median": v, "low": v, "high": v} for name, v in summary.items()}
    return trial | {"summary": trial["summary"] | changed}


def test_figures_of_zero_do_not_stop_the_drawing() -> None:
    trial = testing.trial(workload="stream", launches=1)
    nothing = with_summary(trial, p50=0, p90=0, p99=0, p999=0, bytes_per_s=0, cpu_ns_per_message=0)
    empty_messages = trial | {"mechanism": "signal", "size": 0}
    assert all(chart.svg for chart in charts_of(nothing, empty_messages).values())


def test_names_that_look_like_formulas_are_drawn_as_they_are() -> None:
    document = testing.result()
    document["environment"]["cpu"]["model"] = "Cost $5_x^2$ \u0000\ud800"
    result = testing.loaded(document)
    assert all("Cost $5_x^2$" in chart.svg for chart in figures.charts(result))


def test_the_same_result_makes_the_same_picture() -> None:
    again = {chart.name: chart for chart in figures.charts(RESULT)}
    assert all(again[name].svg == chart.svg for name, chart in CHARTS.items())


def test_a_png_is_a_png() -> None:
    assert CHARTS["cpu-stream-64"].png().startswith(b"\x89PNG")


def test_a_pdf_is_a_pdf_and_the_same_each_time() -> None:
    made = CHARTS["cpu-stream-64"].pdf()
    assert made.startswith(b"%PDF")
    assert made == CHARTS["cpu-stream-64"].pdf()


def test_every_finding_is_one_sentence() -> None:
    for chart in CHARTS.values():
        assert chart.finding.endswith(".")
        assert ". " not in chart.finding


def test_everything_of_a_panel_lies_in_its_cell_even_under_a_long_name() -> None:
    long = charts_of(testing.trial("a_mechanism_with_the_longest_of_names", workload="stream", launches=1))
    for chart in [*CHARTS.values(), *long.values()]:
        figure = chart.canvas.figure
        renderer = FigureCanvasAgg(figure).get_renderer()
        for box, axes in zip(chart.canvas.cells, chart.canvas.axes):
            extent = axes.get_tightbbox(renderer)
            left, bottom, right, top = (side / figure.dpi for side in extent.extents)
            assert box.left <= left and right <= box.left + box.width, chart.name
            assert box.bottom <= bottom and top <= box.bottom + box.height, chart.name


def is_sorted(trials: list[Trial]) -> bool:
    medians = [t.summary["cpu_ns_per_message"].median for t in trials]
    return medians == sorted(medians)


def test_cpu_rows_begin_with_the_least() -> None:
    assert all(is_sorted(panel.drawn) for _, panel, _ in panels("CPU time"))


def test_a_result_without_figures_has_no_charts() -> None:
    empty: Result = testing.loaded(testing.result([testing.failed()]))
    assert figures.charts(empty) == []


def test_labels_of_sizes_do_not_run_into_each_other() -> None:
    sizes = (8, 64, 1024, 4096, 65536, 1048576)
    chart = charts_of(*(testing.trial("pipe", workload="stream", size=size, launches=1) for size in sizes))
    (axes,) = chart["throughput-stream"].canvas.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        "1\u00a0MiB", "64\u00a0KiB", "4\u00a0KiB", "64\u00a0B", "8\u00a0B"]
    renderer = FigureCanvasAgg(axes.figure).get_renderer()
    boxes = [label.get_window_extent(renderer) for label in axes.get_xticklabels()]
    assert all(left.x1 < right.x0 for right, left in zip(boxes, boxes[1:]))
