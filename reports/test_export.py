"""table.csv and table.md against the result."""

from __future__ import annotations

import csv
import io

import export
import tables
import testing
from results import STATISTICS

DOCUMENT = testing.medium()
DOCUMENT["trials"].append(testing.failed())
DOCUMENT["trials"][0]["notes"] = ["two modes", "contaminated launches 2 of 6"]
RESULT = testing.loaded(DOCUMENT)
ROWS = list(csv.DictReader(io.StringIO(export.csv_text(RESULT))))


def test_the_csv_has_one_row_per_trial() -> None:
    assert [(row["mechanism"], row["wait"]) for row in ROWS] == [(t.mechanism, t.wait) for t in RESULT.trials]


def test_the_csv_has_every_statistic_with_its_interval() -> None:
    for trial, row in zip(RESULT.measured, ROWS):
        for statistic in STATISTICS:
            values = tuple(float(row[column] or "nan") for column in export.columns(statistic))
            if statistic in trial.summary:
                assert values == tuple(trial.summary[statistic])


def test_the_columns_say_their_units() -> None:
    assert export.columns("p50") == ["p50_ns_median", "p50_ns_low", "p50_ns_high"]
    assert export.columns("bytes_per_s")[0] == "bytes_per_s_median"


def test_a_failure_has_a_row_without_figures() -> None:
    row = ROWS[-1]
    assert row["failure"] == "verification"
    assert row["failure_detail"]
    assert row["p50_ns_median"] == row["bytes_per_s_low"] == row["producer_cpu_ns_per_message"] == ""


def test_notes_stand_in_their_row() -> None:
    assert ROWS[0]["notes"].startswith("two modes; contaminated launches 2 of 6")


def test_a_result_without_trials_still_has_a_head() -> None:
    text = export.csv_text(testing.loaded(testing.result([])))
    assert text.startswith("mechanism,family,workload,size_bytes,wait,placement")
    assert len(text.splitlines()) == 1


def test_the_markdown_has_every_trial_under_its_group() -> None:
    text = export.markdown(RESULT)
    assert text.count("| pipe · block |") == 8
    assert "### 64\u00a0B · two cores · spin" in text
    assert "two modes; contaminated launches 2 of 6" in text
    assert "## Failures" in text and "## Skipped" in text


def test_every_row_of_a_markdown_table_has_as_many_cells() -> None:
    document = testing.result([testing.trial(launches=1) | {"notes": ["a | b\nc"]}])
    lines = [line for line in export.markdown(testing.loaded(document)).splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1


def test_groups_mix_neither_waits_nor_placements_nor_sizes() -> None:
    groups = [group for name in tables.workloads(RESULT) for group in tables.groups(RESULT, name)]
    assert sum(len(group.rows) for group in groups) == len(RESULT.measured)
    assert len({group.title for group in tables.groups(RESULT, "stream")}) == 2 * 2 * 3
    for group in groups:
        assert all(row.label.endswith(group.title.split(" · ")[-1]) for row in group.rows)


def test_rows_begin_with_the_best() -> None:
    group = next(g for g in tables.groups(RESULT, "ping_pong") if g.title.endswith("same core · block"))
    assert group.rows[0].label == "ring · block"
    assert [row.place for row in group.rows] == ["first", "", ""]


def test_a_loss_that_is_allowed_is_told() -> None:
    trial = testing.trial(launches=2)
    trial["launches"][0]["verified"]["lost"] = 1500
    (group,) = tables.groups(testing.loaded(testing.result([trial])), "ping_pong")
    assert "lost 1,500 messages in 2 launches" in group.rows[0].notes


def test_what_only_some_workloads_tell_stands_beside_the_figures() -> None:
    crowd, urgent = testing.trial(workload="crowd"), testing.trial(workload="urgent")
    for name, value in (("producer_fairness", 0.994), ("consumer_fairness", 0.75)):
        crowd["summary"][name] = {"median": value, "low": value, "high": value}
    urgent["summary"]["overtaken_messages"] = {"median": 8.96, "low": 8, "high": 9}
    made = testing.loaded(testing.result([crowd, urgent]))
    shares = "fairness 0.99 between producers and 0.75 between consumers (1: all alike)"
    assert tables.remarks(made.trials[0]) == [shares]
    assert tables.remarks(made.trials[1]) == ["an urgent message overtook 9.0 others"]


def test_crowds_are_ranked_by_their_rate_and_urgent_messages_by_their_latency() -> None:
    made = testing.loaded(testing.result([testing.trial(workload="crowd"), testing.trial(workload="urgent")]))
    assert tables.groups(made, "crowd")[0].order == "messages per second"
    assert tables.groups(made, "urgent")[0].order == "p50"


def test_a_trial_without_figures_keeps_its_row_and_its_reason() -> None:
    trial = testing.trial(launches=1)
    trial |= {"launches": [], "summary": None, "stopped_by": "interrupted"}
    (group,) = tables.groups(testing.loaded(testing.result([trial])), "ping_pong")
    assert [str(cell) for cell in group.rows[0].cells] == ["–"] * len(tables.COLUMNS)
    assert group.rows[0].basis == "0 launches, interrupted"


def test_the_basis_says_launches_coverage_and_what_ended_the_trial() -> None:
    trial = testing.trial(launches=6) | {"stopped_by": "budget"}
    (group,) = tables.groups(testing.loaded(testing.result([trial])), "ping_pong")
    assert group.rows[0].basis.replace("\u00a0", " ") == "6 launches, 96.9 %, budget"


def test_messages_of_no_bytes_have_no_byte_rate() -> None:
    trial = testing.trial("eventfd", "notify", "stream", size=0, launches=1)
    (group,) = tables.groups(testing.loaded(testing.result([trial])), "stream")
    assert [bool(cell.value) for cell in group.rows[0].cells] == [True, True, True, False, True]


def test_a_floor_stands_at_the_end_of_its_group() -> None:
    trials = [testing.trial("null", "null", typical_ns=30, launches=1), testing.trial(launches=1)]
    (group,) = tables.groups(testing.loaded(testing.result(trials)), "ping_pong")
    assert [row.label for row in group.rows] == ["pipe · block", "null · block"]


def test_skips_of_one_reason_are_told_once() -> None:
    document = testing.result([], [testing.skip(size=size, wait=wait) for size in (4096, 65536)
                                   for wait in ("block", "spin")])
    (skip,) = tables.skipped(testing.loaded(document))
    assert skip.where.replace("\u00a0", " ") == "4 trials: stream; 4 KiB, 64 KiB; block, spin; two cores"
