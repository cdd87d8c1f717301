"""The lamp: each check can go wrong, says so in words, and the worst of them decides."""

from __future__ import annotations

import copy

import pytest

import figures
import head
import lamp
import page
import testing
from lamp import Level
from test_page import read, words
from verification import Case, Verification, doubted


def with_null(drift: float) -> testing.Json:
    """A result whose null mechanism wanders from launch to launch."""
    null = testing.trial("null", "null", typical_ns=20, wait="none", drift=drift, seed=3)
    return testing.result([null, testing.trial("pipe"), testing.trial("fifo")])


SOUND = with_null(0.001)


def verified(document: testing.Json, *outcomes: str) -> list[lamp.Check]:
    cases = [Case("GEN-01", "pipe", "clauses", outcome, "EveryMessageArrives", "", {})
             for outcome in outcomes]
    return lamp.checks(doubted(testing.loaded(document), Verification({}, {}, 7, cases)))


def told(found: list[lamp.Check]) -> dict[str, Level]:
    return {check.title: check.level for check in found}


def changed(share: float) -> testing.Json:
    """The sound result with a share of its launches disturbed."""
    document = copy.deepcopy(SOUND)
    launches = [launch for trial in document["trials"] for launch in trial["launches"]]
    for launch in launches[:round(share * len(launches))]:
        launch["noise"]["contaminated"] = True
    return document


def test_a_quiet_whole_and_verified_run_is_sound() -> None:
    found = verified(SOUND, "pass", "pass")
    assert lamp.level(found) is Level.SOUND
    assert told(found)["Verified."] is Level.SOUND
    assert "Sound" in words(head.lamp_box(found))


@pytest.mark.parametrize("share, level", [(0.0, Level.SOUND), (0.25, Level.CARE), (0.75, Level.BAD)])
def test_disturbed_launches_darken_the_lamp_by_their_share(share: float, level: Level) -> None:
    assert lamp.level(verified(changed(share), "pass")) is level


@pytest.mark.parametrize("drift, level", [(0.001, Level.SOUND), (0.2, Level.CARE), (2.0, Level.BAD)])
def test_a_null_mechanism_that_wanders_darkens_the_lamp(drift: float, level: Level) -> None:
    assert lamp.level(verified(with_null(drift), "pass")) is level


def test_a_run_without_the_null_mechanism_has_no_control_and_says_so() -> None:
    assert told(verified(testing.result(), "pass"))["No null control."] is Level.CARE


def test_too_few_launches_make_a_run_that_is_not_to_be_relied_on() -> None:
    document = testing.result([testing.trial("pipe", launches=1), testing.trial("fifo", launches=1)])
    found = verified(document, "pass")
    assert told(found)["Too few launches."] is Level.BAD
    assert "Not to be relied on" in words(head.lamp_box(found))


def test_the_verdict_of_such_a_run_says_so_before_it_names_anybody() -> None:
    said = "Not to be relied on, as the checks below say. As far as it goes: take pipe"
    few = testing.loaded(testing.result([testing.trial("pipe", launches=1)]))
    assert said in words(head.head(few, "take `pipe`"))
    assert said not in words(head.head(testing.loaded(SOUND), "take `pipe`"))


def test_nothing_measured_is_the_worst() -> None:
    found = lamp.checks(testing.loaded(testing.result([])))
    assert found[0].title == "Nothing was measured." and lamp.level(found) is Level.BAD


def test_a_partial_run_a_warning_and_a_failed_trial_each_ask_for_care() -> None:
    document = testing.result([*SOUND["trials"], testing.failed()])
    document["run"]["partial"] = True
    document["environment"]["doctor"] = [testing.warning()]
    found = told(verified(document, "pass"))
    for title in ("This run is not complete.", "1 warning about this host.", "1 trial failed."):
        assert found[title] is Level.CARE
    assert "Complete." not in found


def test_what_verification_says_is_told_with_its_counts() -> None:
    assert told(lamp.checks(testing.loaded(SOUND)))["Not verified."] is Level.CARE
    assert told(verified(SOUND, "pass", "fail"))["1 of 2 cases failed."] is Level.CARE


def test_what_is_fine_is_folded_away_and_words_say_what_signs_show() -> None:
    found = verified(SOUND, "fail")
    html = head.lamp_box(found)
    assert read(html).open == []
    before, after = html.split("<details>")
    assert "care: " in before and "fine: " not in before
    assert "fine: " in after and "care: " not in after


def test_every_link_of_a_check_leads_to_a_section() -> None:
    result = testing.loaded(testing.result([*SOUND["trials"], testing.failed()]))
    html = page.html(result, figures.charts(result))
    for check in lamp.checks(result):
        assert not check.section or f'id="{check.section}"' in html
