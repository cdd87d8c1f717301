"""The numbers that a page's scripts get of a figure are those of the figure and of the result file."""

from __future__ import annotations

import json

import pytest

import figures
import scripts
import series
import testing
from stats import tail_position

RESULT = testing.loaded(testing.medium())
CHARTS = {chart.name: chart for chart in figures.charts(RESULT)}


def test_throughput_comes_with_every_size_and_its_interval() -> None:
    found = series.of_chart(RESULT, CHARTS["throughput-stream"])
    assert (found["x"], found["y"]) == ("size", "bytes_per_s")
    panel = next(panel for panel in found["panels"] if panel["title"] == "Two cores · block")
    line = next(line for line in panel["series"] if line["label"] == "pipe · block")
    for size in (64, 4096):
        trial, = RESULT.having("bytes_per_s", mechanism="pipe", workload="stream", wait="block",
                               placement="two_cores", size=size)
        index = panel["x"].index(size)
        rate = trial.summary["bytes_per_s"]
        assert line["y"][index] == pytest.approx(rate.median, rel=5e-4)
        assert line["bounds"][index] == pytest.approx([rate.low, rate.high], rel=5e-4)


def test_a_percentile_curve_passes_through_the_quantiles_of_the_file() -> None:
    found = series.of_chart(RESULT, CHARTS["latency-ping_pong-64"])
    assert (found["x"], found["y"]) == ("percentile", "time")
    panel = next(panel for panel in found["panels"] if panel["title"] == "Same core · spin")
    assert {line["label"] for line in panel["series"]} == {"ring · spin", "loan · spin"}
    for line in panel["series"]:
        trial, = RESULT.having("p50", mechanism=line["label"].partition(" ")[0], workload="ping_pong",
                               wait="spin", placement="same_core", size=64)
        for p, name in ((0.5, "p50"), (0.99, "p99")):
            index = panel["x"].index(series.place(tail_position(p)))
            assert line["y"][index] == pytest.approx(trial.summary[name].median, rel=5e-4)
            assert line["bounds"][index] == pytest.approx(trial.summary[name][1:], rel=5e-4)


def test_every_line_is_as_long_as_its_axis_and_keeps_its_look() -> None:
    for chart in CHARTS.values():
        for panel in series.of_chart(RESULT, chart).get("panels", []):
            assert panel["x"] == sorted(set(panel["x"]))
            assert all(len(line["y"]) == len(panel["x"]) for line in panel["series"])
            assert len({line["colour"] + str(line["dash"]) for line in panel["series"]}) > 1


def test_figures_of_other_kinds_bring_no_numbers() -> None:
    assert {name.partition("-")[0] for name, chart in CHARTS.items() if series.of_chart(RESULT, chart)} == {
        "latency", "throughput"}


def test_data_can_close_no_element_and_no_script_can_end_early() -> None:
    html = scripts.data({"name": "</script><b>"}, scripts.SERIES, "x")
    assert html.count("</script>") == 1 and "<b>" not in html
    assert json.loads(html.partition(">")[2].rpartition("</script>")[0]) == {"name": "</script><b>"}
    assert "</script" not in scripts.as_script('text = "</script>";')


def test_a_page_without_figures_carries_no_drawing_library() -> None:
    assert "uPlot" not in scripts.elements("<p>nothing</p>") + scripts.styles("<p>nothing</p>")
    assert "uPlot" in scripts.elements(scripts.data({}, scripts.SERIES, "x"))
