"""The order of the page: what to choose, what it keeps, the figures, other results, then their evidence."""

from __future__ import annotations

import re
from pathlib import Path

import figure_comparison
import figures
import outlines
import page
import testing_traits
from comparison import compare
from context import Context
from past import Past, PastChange
from test_comparison import document, outline, trial
from test_page import read, words

RESULT = testing_traits.result()
CHARTS = figures.charts(RESULT)
FOUND = compare(outlines.of_result(RESULT), [
    outline(document("other", trial("pipe"), trial("fifo"), revision="4567def"))])
CHANGE = PastChange("pipe/ping_pong/64/block/two_cores:p50", "worse", "+8.31 %", "5 µs → 6 µs", "a..b",
                    "2026-01-31", 4)


def nothing(out: Path) -> None:
    """Saves no plot."""


PAST = Past(points=30, series=4, changes=[CHANGE], plots=["<svg></svg>"], too_new="", save=nothing)
HTML = page.html(RESULT, CHARTS, [], Context(FOUND, figure_comparison.charts(FOUND, RESULT), PAST))
ANCHORS = re.findall(r'<section id="([^"]+)"', HTML)


def test_sections_come_in_the_order_in_which_somebody_chooses() -> None:
    first = ["advice", "chooser", "matrix", "latency-ping_pong-64", "throughput-stream", "heat-stream",
             "comparison", "comparison-ping_pong-64", "history", "table-ping_pong", "promises", "failures",
             "skipped", "floors", "environment", "method"]
    places = [ANCHORS.index(anchor) for anchor in first]
    assert places == sorted(places)
    assert ANCHORS[-1] == "method"


def test_a_page_with_everything_is_whole_and_its_ids_are_unique() -> None:
    assert read(HTML).open == []
    ids = [tag["id"] for _, tag in read(HTML).tags if "id" in tag]
    assert len(ids) == len(set(ids))


def test_a_late_change_stands_in_the_head_and_leads_to_the_history() -> None:
    head = HTML[:HTML.index("<section")]
    assert "became worse by +8.31 % on 2026-01-31 (a..b), 4 points ago." in words(head)
    assert 'href="#history"' in head


def test_the_method_names_limits_files_and_how_to_do_it_again() -> None:
    begin = HTML.index('<section id="method"')
    said = words(HTML[begin:HTML.index("</section>", begin)])
    assert "nothing here tells the latency under a given load" in said
    assert "Sizes of messages: 64 B and 4 KiB." in said.replace("\u00a0", " ")
    assert RESULT.source is not None and RESULT.source.sha256 in said
    assert "Compared other result.json" in said
    assert RESULT.run["command"] in said
    assert "Not available here and so not measured: mq_posix" in said
