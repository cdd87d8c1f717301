"""The chooser in a real browser gives the answers of `ipcmark advise`, and keeps a choice in its address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import parent_folder  # noqa: F401
import advising
import arguments
from chrome import Chrome
from requirements import checked
from results import Result
from rules import advise

Json = dict[str, Any]

REQUIREMENTS: list[Json] = [
    {},
    {"size": 4096},
    {"cores_to_burn": 0},
    {"cores_to_burn": 2, "survive_crash": True},
    {"unrelated_processes": True},
    {"unrelated_processes": True, "see_death": True, "no_loss": True, "ordered": True},
    {"producers": 4, "consumers": 1, "no_loss": True},
    {"every_consumer": True, "consumers": 3},
    {"p99_ns": 40_000.0, "cores_to_burn": 0},
    {"rate": 300_000.0, "size": 64},
    {"size": 1024, "replies": True},
    {"platforms": ["linux", "windows"]},
    {"pass_fd": True},
    {"priorities": True, "prefer": ["throughput"]},
    {"placement": "same_core", "prefer": ["simple", "cpu"]},
    {"one_link": True, "never_block": True, "no_dependencies": True},
]
ENTER = "\ue007"


def typed(name: str, value: float) -> str:
    """An amount as somebody would type it."""
    if name == "p99_ns":
        return f"{value / 1000:g} us"
    return f"{value / 1000:g}k" if name == "rate" else str(value)


def choose(browser: Chrome, requirements: Json) -> None:
    """Sets the controls as a person would."""
    browser.one("#chooser-form button[type=reset]").click()
    for name, value in requirements.items():
        if value is True:
            browser.one(f"#chooser-form input[value={name}]").click()
        elif name == "platforms":
            for system in value:
                browser.one(f"#chooser-form input[value={system}]").click()
        elif name == "placement":
            browser.one(f"#chooser-form [name=placement] option[value={value}]").click()
        elif name == "prefer":
            prefer(browser, value)
        else:
            field = browser.one(f"#chooser-form [name={name}]")
            field.clear()
            field.send_keys(typed(name, value))


def prefer(browser: Chrome, wanted: list[str]) -> None:
    """Moves what is preferred up by keys, the last of them first."""
    for name in reversed(wanted):
        while browser.one("#chooser-order li").get_attribute("data-name") != name:
            browser.one(f"#chooser-order [data-name={name}] button").send_keys(ENTER)


@pytest.mark.parametrize("requirements", REQUIREMENTS, ids=lambda wanted: "-".join(wanted) or "nothing")
def test_the_chooser_answers_as_the_program_does(
        browser: Chrome, file: Path, result: Result, requirements: Json) -> None:
    known = advising.facts(result)
    assert known
    answer = advise(known, checked(requirements).document())
    browser.open(file)
    choose(browser, requirements)
    verdict = browser.text("#chooser-verdict")
    table = [row.text for row in browser.all("#chooser-more .ranking tbody th")]
    if answer["pick"] is None:
        assert "qualifies" in verdict and not table
    else:
        assert f"Choose {answer['pick']['label']}" in verdict
        assert ("not separable" in verdict) == bool(answer["margin"] and not answer["margin"]["separable"])
        assert table[0] == answer["pick"]["label"]
        assert set(table) == {rating["label"] for rating in answer["pareto"]} | {table[0]}
    counted = [summary.text for summary in browser.all("#chooser-more summary")]
    for title, part in (("Why not the others", "excluded"), ("What would change it", "changes"),
                        ("Caveats", "caveats")):
        assert (f"{title} ({len(answer[part])})" in counted) == bool(answer[part])


@pytest.mark.parametrize("requirements", REQUIREMENTS[3:], ids=lambda wanted: "-".join(wanted))
def test_the_command_below_an_answer_asks_the_same(browser: Chrome, file: Path, requirements: Json) -> None:
    browser.open(file)
    choose(browser, requirements)
    program, command, *rest = browser.text("#chooser-more code").split()
    assert (program, command) == ("ipcmark", "advise")
    asked, _ = arguments.asked(arguments.parse(rest, pytest.fail))
    assert asked == checked(requirements)


def test_both_kinds_of_answer_are_among_those_compared(result: Result) -> None:
    known = advising.facts(result)
    assert known
    picks = [advise(known, checked(wanted).document())["pick"] for wanted in REQUIREMENTS]
    assert None in picks
    assert len({pick["label"] for pick in picks if pick}) > 2


def test_an_address_shares_a_choice(browser: Chrome, file: Path) -> None:
    browser.open(file)
    choose(browser, {"size": 4096, "no_loss": True, "p99_ns": 2_000_000.0, "prefer": ["cpu"]})
    said, address = browser.text("#chooser-verdict"), browser.driver.current_url
    assert "#choice:" in address
    browser.open(file, address.partition(file.name)[2])
    assert browser.text("#chooser-verdict") == said
    assert browser.one("[name=size]").get_attribute("value") == "4 KiB"
    assert browser.one("[name=p99_ns]").get_attribute("value") == "2 ms"
    assert browser.one("input[value=no_loss]").is_selected()


def test_an_address_that_means_nothing_does_no_harm(browser: Chrome, file: Path) -> None:
    browser.open(file, "#choice:size=many&prefer=beauty,cpu&producers=-3&placement=moon&x=%3Cb%3E")
    assert browser.complaints() == []
    assert browser.one("[name=size]").get_attribute("value") == "64 B"
    assert "Choose" in browser.text("#chooser-verdict")
    assert browser.one("#chooser-order li").get_attribute("data-name") == "cpu"


def test_what_cannot_be_meant_is_said_beside_its_field_and_the_answer_stays(
        browser: Chrome, file: Path) -> None:
    browser.open(file)
    said = browser.text("#chooser-verdict")
    field = browser.one("[name=p99_ns]")
    field.send_keys("soon")
    assert field.get_attribute("aria-invalid") == "true"
    assert browser.text("#wrong-p99_ns") == "A time, as in 50 µs."
    assert browser.text("#chooser-verdict") == said
    field.clear()
    field.send_keys("5ms")
    assert field.get_attribute("aria-invalid") == "false"


def test_a_profile_fills_the_controls_and_gives_the_answer_of_its_card(browser: Chrome, file: Path) -> None:
    browser.open(file)
    cards = browser.all(".card")
    assert cards
    for card in cards:
        name = card.get_attribute("id").removeprefix("advice-")
        browser.one(f"#chooser-form [name=profile] option[value={name}]").click()
        pick = card.find_element("css selector", ".pick").text
        said = browser.text("#chooser-verdict")
        assert f"Choose {pick}" in said or (pick == "Nobody qualifies" and "qualifies" in said)
