"""Rates and fairness of several processes on one link, from the launches of crowd and from a verification."""

from __future__ import annotations

import pytest

import figure_contention
import figure_crowd
import figure_recovery
import testing
from figure_contention import Shape
from figure_crowd import index
from testing_figures import charts, dotted, texts
from units import Interval
from verification import Case, Verification


def crowd(name: str, fairness: float, **more: object) -> testing.Json:
    """A trial of several processes on one link."""
    trial = testing.trial(name, "shm", "crowd", typical_ns=500, drift=0, launches=6)
    for side in ("producer_fairness", "consumer_fairness"):
        trial["summary"][side] = {"median": fairness, "low": fairness, "high": fairness}
    return trial | more


PAIR = testing.trial("ring", "shm", "stream", typical_ns=2000, drift=0, launches=6)
CROWD = testing.result([crowd("ring", 0.75), crowd("queue", 1.0), PAIR])


def test_rates_stand_beside_those_of_a_pair() -> None:
    (chart,) = charts(figure_crowd.charts, CROWD)
    trials = {(t["mechanism"], t["workload"]): t["summary"]["messages_per_s"]["median"]
              for t in CROWD["trials"]}
    assert sorted(x for x, _ in dotted(chart.canvas.axes[0])) == sorted(trials.values())


def test_fairness_is_drawn_from_zero_to_one() -> None:
    (chart,) = charts(figure_crowd.charts, CROWD)
    axes = chart.canvas.axes[1]
    assert axes.get_xlim()[0] == 0
    assert axes.get_xlim()[1] >= 1
    assert sorted(x for x, _ in dotted(axes)) == [0.75, 0.75, 1, 1]


def test_sentences_say_who_moves_more_and_who_shares_least_evenly() -> None:
    (chart,) = charts(figure_crowd.charts, CROWD)
    assert chart.more == [
        "Two cores · block: all together move more messages than a single pair with 1 of 1 mechanism, fewer "
        "with 0, and cannot be told from it with 0.",
        "By medians the least even shares are those of the producers of `ring`, blocking: index 0.750.",
    ]


def test_fairness_never_rounds_up_to_perfect() -> None:
    assert index(Interval(0.99996, 0.9, 1)) == "0.999"
    assert index(Interval(1.0, 1.0, 1.0)) == "1.000"
    assert index(None) == "–"


def contest(mechanism: str, producers: int, consumers: int, rate: float, fairness: float,
            outcome: str = "pass") -> Case:
    """A contention check."""
    seen = {"messages_per_second": rate, "fairness_of_producers": 1.0, "fairness_of_consumers": fairness}
    shape = {"producers": producers, "consumers": consumers}
    return Case(f"CON-{producers}x{consumers}", mechanism, "contention", outcome, "", "",
                {"shape": shape, "pinned": seen, "unpinned": seen})


def verified(*cases: Case) -> Verification:
    return Verification({}, {}, 1, list(cases))


def test_contention_is_drawn_by_shape() -> None:
    seen = verified(contest("ring", 4, 4, 3000, 0.5), contest("ring", 1, 1, 1000, 1.0),
                    contest("pipe", 1, 1, 1000, 1.0))
    (chart,) = charts(figure_contention.charts, testing.result(), seen)
    rates, fairness = chart.canvas.axes[0], chart.canvas.axes[2]
    (line,) = [item for item in rates.get_lines() if item.get_label() == "ring"]
    assert list(line.get_ydata()) == [1000, 3000]
    (line,) = [item for item in fairness.get_lines() if item.get_label() == "ring"]
    assert list(line.get_ydata()) == [1.0, 0.5]
    assert fairness.get_ylim()[0] == 0
    assert [tick.get_text() for tick in rates.get_xticklabels()] == ["1×1", "4×4"]
    assert "pipe" not in texts(rates), "one shape says nothing about scaling"


def test_contention_says_how_many_scaled_and_who_shared_least() -> None:
    seen = verified(*(contest(name, n, n, rate, fairness)
                      for name, few, many in (("a", 9, 5), ("b", 5, 9))
                      for n, rate, fairness in ((1, few, 1.0), (8, many, 0.6))))
    (chart,) = charts(figure_contention.charts, testing.result(), seen)
    assert "unpinned, 1 of 2 mechanisms moved more messages per second with their most" in chart.finding
    assert "(up to 8×8)" in chart.finding
    assert chart.more[0].endswith("Jain's index 0.60. Below 0.9 at least once: `a` and `b`.")


def test_a_check_that_failed_is_not_drawn() -> None:
    seen = verified(contest("ring", 1, 1, 10, 1.0), contest("ring", 2, 1, 20, 1.0, outcome="fail"))
    assert charts(figure_contention.charts, testing.result(), seen) == []


def test_shapes_read_as_products() -> None:
    assert str(Shape(2, 1)) == "2×1"


def fault(mechanism: str, outcome: str = "pass", **facts: float) -> Case:
    return Case("FLT-01", mechanism, "faults", outcome, "", "", dict(facts))


def test_times_after_a_kill_are_dots_those_with_the_least_at_worst_first() -> None:
    seen = verified(fault("slow", recovered_ns=9e6), fault("slow", recovered_ns=1e3),
                    fault("quick", recovered_ns=2e6), fault("quick", noticed_ns=5e5),
                    fault("broken", outcome="fail", recovered_ns=1.0))
    (chart,) = charts(figure_recovery.charts, testing.result(), seen)
    noticed, recovered = chart.canvas.axes
    assert dotted(noticed) == [(5e5, 0)]
    assert sorted(dotted(recovered)) == [(1e3, 1), (2e6, 0), (9e6, 1)]
    assert chart.finding == (
        "Under the checks, the death of the last producer was noticed after 500\u00a0µs (`quick`) to "
        "500\u00a0µs (`quick`), 1 mechanism; when a consumer had died the others went on after "
        "2.00\u00a0ms (`quick`) to 9.00\u00a0ms (`slow`), 2 mechanisms.")


@pytest.mark.parametrize("kind", [figure_contention.charts, figure_recovery.charts])
def test_without_a_verification_there_is_nothing_about_checks(kind: object) -> None:
    assert charts(kind, testing.result()) == []  # type: ignore[arg-type]
