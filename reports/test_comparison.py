"""Comparison: ratios and verdicts by hand, who is compared, and what the page and the files say of it."""

from __future__ import annotations

import csv
import io

import pytest

import comparison
import comparison_section
import outlines
import testing
from comparison import BETTER, LEVEL, TOO_FEW, WORSE, Comparison, compare
from outlines import Outline
from test_page import read, words
from units import Interval


def document(id: str, *trials: testing.Json, **run: object) -> testing.Json:
    made = testing.result(trials)
    made["run"] |= {"id": id} | run
    return made


def trial(mechanism: str = "pipe", p50: tuple[float, float, float] = (100, 90, 110),
          rate: tuple[float, float, float] = (1e6, 0.9e6, 1.1e6), **where: object) -> testing.Json:
    """A trial whose summary is as told: median, low, high."""
    made = testing.trial(mechanism, launches=1) | where
    names = {"p50": p50, "p99": p50, "messages_per_s": rate, "cpu_ns_per_message": (10, 9, 11)}
    made["summary"] = {name: dict(zip(("median", "low", "high"), of)) for name, of in names.items()}
    made["confidence"] = where.get("confidence", 0.95)
    return made


def outline(made: testing.Json) -> Outline:
    return outlines.of_result(testing.loaded(made))


def two(before: testing.Json, after: testing.Json, **run: object) -> Comparison:
    return compare(outline(document("a", before)), [outline(document("b", after, **run))])


def verdict(found: Comparison, statistic: str) -> str:
    ((change,),) = [one.changes[statistic] for one in found.others]
    return change.verdict


def test_the_interval_of_a_ratio_is_the_widest_that_both_intervals_allow() -> None:
    assert comparison.ratio_of(Interval(100, 80, 125), Interval(150, 120, 200)) == (1.5, 120 / 125, 2.5)


@pytest.mark.parametrize("after, said", [
    ((150, 130, 160), WORSE), ((70, 60, 80), BETTER), ((115, 105, 125), LEVEL), ((100, 90, 110), LEVEL),
    ((115, 110, 125), LEVEL),
])
def test_latency_changed_only_where_the_intervals_lie_apart(
        after: tuple[float, float, float], said: str) -> None:
    assert verdict(two(trial(), trial(p50=after)), "p50") == said


def test_more_throughput_is_better_and_less_is_worse() -> None:
    faster = two(trial(workload="stream"), trial(rate=(2e6, 1.9e6, 2.1e6), workload="stream"))
    assert verdict(faster, "messages_per_s") == BETTER
    slower = two(trial(workload="stream"), trial(rate=(5e5, 4e5, 6e5), workload="stream"))
    assert verdict(slower, "messages_per_s") == WORSE


def test_too_few_launches_separate_nothing() -> None:
    assert verdict(two(trial(confidence=0.5), trial(p50=(500, 490, 510))), "p50") == TOO_FEW


def test_a_figure_of_zero_has_no_ratio() -> None:
    assert two(trial(p50=(0, 0, 0)), trial()).others[0].changes["p50"] == []


def test_floors_are_not_compared() -> None:
    null = trial("null", family="null")
    assert not two(null, null).others[0].counts


def test_trials_that_one_side_has_are_told() -> None:
    found = compare(outline(document("a", trial("pipe"), trial("fifo"))),
                    [outline(document("b", trial("pipe"), trial("mq", size=4096)))])
    said = words(comparison_section.parts(found)[4])
    assert "Only result 1 has 1 trial: mq (ping_pong)." in said
    assert "Result 1 lacks 1 trial: fifo (ping_pong)." in said


def test_a_run_that_is_given_twice_is_compared_once() -> None:
    one, other = outline(document("a", trial())), outline(document("b", trial()))
    found = compare(one, [other, one, other])
    assert [against.outline.id for against in found.others] == ["b"]
    assert found.repeated == ["a", "b"]
    assert "Given more than once and taken once: a and b." in words(comparison_section.parts(found)[4])


def test_results_are_labelled_by_what_differs_and_wine_is_never_taken_for_linux() -> None:
    linux = outline(document("a", trial(), revision="0123abc"))
    newer = outline(document("b", trial(), revision="4567def"))
    assert comparison.label(newer, [linux, newer]) == "revision 4567def"
    wine = document("c", trial(), revision="4567def")
    wine["environment"]["kernel"] = {"name": "windows 10 (wine 8.0)"}
    other = outline(wine)
    assert comparison.label(other, [linux, newer, other]).startswith("windows 10 (wine 8.0)")
    assert comparison.label(newer, [linux, newer, other]).startswith("Linux 6.1.0-test")
    assert "Windows 10 (wine 8.0) against" in comparison.finding(compare(linux, [other]))


def test_the_largest_change_is_the_one_that_is_certainly_largest() -> None:
    wide, tight = trial("wide", p50=(400, 120, 900)), trial("tight", p50=(200, 195, 205))
    found = compare(outline(document("a", trial("wide"), trial("tight"))),
                    [outline(document("b", wide, tight))])
    assert [change.key.mechanism for _, change in found.largest if change.statistic.name == "p50"] == [
        "tight", "wide"]


def test_quartiles_are_those_of_all_common_trials() -> None:
    names = [f"m{number}" for number in range(5)]
    found = compare(
        outline(document("a", *(trial(name) for name in names))),
        [outline(document(
            "b", *(trial(name, p50=(100 + 10 * i, 90, 200)) for i, name in enumerate(names))))])
    assert found.others[0].quartiles("p50") == pytest.approx((1.1, 1.2, 1.3))
    assert found.others[0].quartiles("messages_per_s") is None


def test_the_csv_has_a_row_for_each_figure_that_both_sides_have() -> None:
    found = two(trial(), trial(p50=(150, 130, 160)))
    file = io.StringIO()
    comparison_section.write_csv(found, file)
    rows = list(csv.DictReader(file.getvalue().splitlines()))
    assert [row["statistic"] for row in rows] == ["p50", "p99", "cpu_ns_per_message"]
    assert (float(rows[0]["ratio"]), rows[0]["verdict"]) == (1.5, WORSE)


def test_a_field_of_the_csv_may_hold_what_separates_fields() -> None:
    odd = document("b", trial() | {"options": {"depth": 2, "buffer": 64}})
    odd["environment"]["kernel"] = {"name": 'A, "B"\nC'}
    base = document("a", trial() | {"options": {"depth": 2, "buffer": 64}})
    file = io.StringIO()
    comparison_section.write_csv(compare(outline(base), [outline(odd)]), file)
    file.seek(0)
    rows = list(csv.DictReader(file))
    assert {(row["mechanism"], row["system"]) for row in rows} == {("pipe[depth=2,buffer=64]", 'A, "B"\nC')}
    assert all(row["verdict"] == LEVEL for row in rows)


def test_the_section_says_what_changed_in_words_and_is_whole() -> None:
    found = two(trial(), trial(p50=(150, 130, 160)), revision="4567def")
    anchor, _, _, finding, body = comparison_section.parts(found)
    assert anchor == "comparison"
    assert finding == ("Revision 4567def against the baseline (revision 0123abc): of 3 figures that both "
                       "have, 2 worse and 1 not separable.")
    assert read(body).open == []
    assert "not paired" in words(body)
    assert "×1.50 [1.18, 1.78] worse" in words(body)


def test_many_results_are_told_together() -> None:
    others = [outline(document(f"r{n}", trial(p50=(200, 190, 210) if n % 2 else (100, 90, 110)),
                               revision=f"{n:07}")) for n in range(49)]
    found = compare(outline(document("base", trial())), others)
    said = comparison.finding(found)
    assert "49 results against the baseline" in said
    assert "48 are worse, 0 better" in said
    assert "24 of the 49 results differ in any" in said
    assert read(comparison_section.parts(found)[4]).open == []


def test_text_of_another_result_can_be_no_markup() -> None:
    made = document("b", trial(p50=(150, 130, 160)), revision="<b>")
    made["environment"]["cpu"]["model"] = "<script>"
    found = compare(outline(document("a", trial())), [outline(made)])
    _, _, _, finding, body = comparison_section.parts(found)
    assert "<b>" not in finding and "<script>" not in body


def test_the_markdown_has_verdicts_in_words() -> None:
    text = "\n".join(comparison_section.markdown(two(trial(), trial(p50=(150, 130, 160)))))
    assert "| worse |" in text
    lines = [line for line in text.splitlines() if line.startswith("| pipe")]
    assert lines and all(line.count("|") == 8 for line in lines)
