"""Cards say what the advice says: pick, figures, margin, exclusions with evidence, changes and caveats."""

from __future__ import annotations

from typing import Any

import advising
import cards
import figures
import page
import testing
import testing_traits
from advising import Advice
from requirements import checked
from rules import advise
from test_page import read, words

RESULT = testing_traits.result()
FACTS = advising.facts(RESULT)
assert FACTS
ADVICES = advising.advices(FACTS)


def advice(**wanted: Any) -> Advice:
    assert FACTS
    requirements = checked(wanted).document()
    return Advice("own", "For a test.", requirements, advise(FACTS, requirements))


def said(given: Advice) -> str:
    html = cards.card(given)
    assert read(html).open == []
    return words(html).replace("\u00a0", " ")


def test_a_card_shows_the_pick_its_figures_and_the_margin() -> None:
    given = advice()
    pick = given.answer["pick"]
    text = said(given)
    assert pick["label"] in text
    for statistic in ("p99", "cpu", "throughput"):
        assert advising.figure_text(pick[statistic], statistic).replace("\u00a0", " ") in text
    margin = given.answer["margin"]["told"].replace("`", "").replace("\u00a0", " ")
    assert f"Against the runner-up: {margin}" in text


def test_whoever_is_excluded_stands_under_its_constraint_with_the_evidence() -> None:
    given = advice(cores_to_burn=0, unrelated_processes=True)
    text = said(given)
    assert given.answer["excluded"]
    for entry in given.answer["excluded"]:
        assert cards.CONSTRAINTS[entry["constraint"]] in text
        assert cards.capital(entry["evidence"]).replace("\u00a0", " ") in text
        assert entry["mechanism"] in text
    assert "GEN-05 fail: OrderIsKept fifo · block" in text


def test_every_constraint_of_the_rules_has_a_title_on_the_page() -> None:
    wanted: list[dict[str, Any]] = [
        {"size": 1}, {"producers": 2, "consumers": 2}, {"every_consumer": True, "consumers": 2},
        {"pass_fd": True, "one_link": True, "never_block": True, "priorities": True},
        {"see_death": True, "survive_crash": True, "platforms": ["windows"], "p99_ns": 1.0, "rate": 1e12},
    ]
    found = {entry["constraint"] for each in wanted for entry in advice(**each).answer["excluded"]}
    assert len(found) > 9
    assert found <= set(cards.CONSTRAINTS)


def test_where_nobody_qualifies_the_card_says_what_to_relax() -> None:
    given = advice(pass_fd=True)
    text = said(given)
    assert "Nobody qualifies" in text and "Relax one of these:" in text
    assert "If no descriptor is handed over" in text


def test_exclusions_that_share_waits_stand_together() -> None:
    assert cards.names({"a": ["spin", "block"], "b": ["spin"], "c": ["spin", "block"]}) == (
        "a, c · spin, block; b · spin")


def test_the_page_has_a_card_for_each_profile_and_its_verdict_speaks_of_two() -> None:
    html = page.html(RESULT, figures.charts(RESULT))
    assert html.count('<article class="card"') == len(ADVICES) == 8
    verdict = words(html.partition('<p class="verdict">')[2].partition("</p>")[0])
    assert "For requests and replies: " in verdict and "For moving bulk: " in verdict
    for given in advising.headlines(ADVICES):
        pick = given.answer["pick"]
        assert (pick["label"] if pick else "nobody qualifies") in verdict


def test_a_result_that_tells_of_no_traits_has_figures_but_no_advice() -> None:
    result = testing.loaded(testing.medium())
    html = page.html(result, figures.charts(result))
    assert 'id="advice"' not in html and 'id="chooser"' not in html and "ipcmarkAdvice" not in html
    text = words(html).replace("\u00a0", " ")
    assert "Lowest median round trip, Ping-pong of 64 B across two cores: " in text
