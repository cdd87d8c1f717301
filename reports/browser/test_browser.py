"""The page in a real browser: alone, whole without scripts, usable by keys, on a phone and in the dark."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import chrome
from chrome import Chrome
from results import Result

TAB, ENTER, SPACE, ESCAPE, RIGHT = "\ue004", "\ue007", "\ue00d", "\ue00c", "\ue014"


def test_the_page_asks_for_nothing_but_itself_and_has_no_complaint(browser: Chrome, file: Path) -> None:
    browser.open(file)
    assert browser.all("button.explore")
    for button in browser.all("button.explore"):
        browser.run("arguments[0].click()", button)
    assert browser.complaints() == []
    assert browser.requests() == [file.as_uri()]


def test_a_request_and_a_complaint_would_be_seen(browser: Chrome, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text('<!DOCTYPE html><title>bad</title><img src="missing.png" alt=""><script>nobody()</script>')
    browser.open(bad)
    assert any("nobody is not defined" in message for message in browser.complaints())
    assert browser.requests() == [bad.as_uri(), (tmp_path / "missing.png").as_uri()]


# ---- tables

def test_a_table_sorts_by_keys_within_its_groups(browser: Chrome, file: Path) -> None:
    browser.open(file)
    browser.one("#table-stream summary").send_keys(ENTER)
    button = browser.all("#table-stream thead button")[1]
    before = column(browser, 0)
    button.send_keys(ENTER)
    assert head_state(browser) == "ascending"
    rising = column(browser, 1)
    assert all(values == sorted(values) for values in rising)
    assert max(map(len, rising)) > 2
    button.send_keys(SPACE)
    assert head_state(browser) == "descending"
    assert column(browser, 1) == [values[::-1] for values in rising]
    button.send_keys(ENTER)
    assert head_state(browser) == "none"
    assert column(browser, 0) == before


def head_state(browser: Chrome) -> str:
    """How the stream table is sorted by its second column."""
    return str(browser.all("#table-stream thead th")[1].get_attribute("aria-sort"))


def column(browser: Chrome, number: int) -> list[list[Any]]:
    """A column of the stream table by groups: its names, or its times in ns."""
    texts = browser.run(
        "return [...document.querySelectorAll('#table-stream tbody')].map((body) => [...body.rows].slice(1)"
        ".map((row) => row.cells[arguments[0]].textContent))", number)
    units = {"ns": 1.0, "µs": 1e3, "ms": 1e6}

    def value(text: str) -> Any:
        amount, _, unit = text.partition("[")[0].partition("\u00a0")
        return float(amount) * units[unit] if unit in units else text

    return [[value(text) for text in group if text != "–"] for group in texts]


def test_a_table_filters_by_words_of_rows_and_groups(browser: Chrome, file: Path) -> None:
    browser.open(file)
    browser.one("#table-ping_pong summary").send_keys(ENTER)
    label = browser.one("#table-ping_pong .filter label")
    assert label.text == "Filter rows"
    field = browser.one(f"#{label.get_attribute('for')}")
    field.send_keys("ring 64 B two cores spin")
    rows = browser.all("#table-ping_pong tbody tr:not(.group)")
    shown = [row.text.splitlines()[0] for row in rows if row.is_displayed()]
    assert [name for name in shown if name.lstrip("●○ ") != "ring · spin"] == []
    assert browser.text("#table-ping_pong .filter output") == f"1 of {len(rows)} rows"
    field.clear()
    field.send_keys(SPACE)
    assert browser.text("#table-ping_pong .filter output") == f"{len(rows)} rows"


# ---- figures

def test_a_figure_opens_to_be_read_by_keys_with_the_numbers_of_the_file(
        browser: Chrome, file: Path, result: Result) -> None:
    browser.open(file)
    browser.one("#throughput-stream button.explore").send_keys(ENTER)
    conditions = [option.text for option in browser.all("#throughput-stream select option")]
    assert conditions == ["Same core · block", "Two cores · block", "Same core · spin", "Two cores · spin"]
    browser.one("#throughput-stream .plot").send_keys(RIGHT)
    tip = browser.text("#throughput-stream .tip")
    trial, = result.having("bytes_per_s", workload="stream", placement="same_core", wait="block", size=4096,
                           mechanism=tip.partition(" · ")[0])
    rate = trial.summary["bytes_per_s"]
    assert f"4 KiB: {rate.median / 1e9:.2f} GB/s [{rate.low / 1e9:.2f}, {rate.high / 1e9:.2f}]" in tip


def test_a_figure_zooms_and_comes_back(browser: Chrome, file: Path) -> None:
    browser.open(file)
    browser.one("#latency-ping_pong-64 button.explore").send_keys(ENTER)
    plot = browser.one("#latency-ping_pong-64 .plot")
    plot.send_keys(RIGHT)
    whole = picture(browser)
    plot.send_keys("+", "+")
    assert picture(browser) != whole
    plot.send_keys(ESCAPE)
    assert picture(browser) == whole
    toggle = browser.one("#latency-ping_pong-64 .legend button")
    toggle.send_keys(ENTER)
    assert toggle.get_attribute("aria-pressed") == "false"
    assert picture(browser) != whole


def picture(browser: Chrome) -> str:
    """What is drawn now; the cursor lies on another layer."""
    return str(browser.later("requestAnimationFrame(() => requestAnimationFrame(() => "
                             "done(document.querySelector('.plot canvas').toDataURL())))"))


# ---- without scripts, on a phone, in the dark, on paper

def test_without_scripts_everything_but_the_chooser_is_there(browser: Chrome, file: Path) -> None:
    browser.scripts(False)
    browser.open(file)
    assert "ipcmark advise" in browser.text("#chooser-absent")
    assert not browser.one("#chooser-form").is_displayed()
    assert browser.all("button.explore, button.sort, .filter") == []
    assert browser.one("#latency-ping_pong-64 svg").is_displayed()
    assert not browser.seen("#table-stream table")
    browser.one("#table-stream summary").click()
    assert browser.seen("#table-stream table")
    assert "ring · spin" in browser.text("#table-stream")
    assert browser.one(".card .pick").is_displayed()
    browser.one(".card summary").click()
    assert browser.seen(".card details h4")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_phone_scrolls_only_downwards(browser: Chrome, file: Path, scripts: bool) -> None:
    browser.resize(*chrome.PHONE)
    browser.scripts(scripts)
    browser.open(file)
    assert browser.command("Page.getLayoutMetrics")["cssContentSize"]["width"] <= chrome.PHONE[0]


def test_the_contents_fold_on_a_phone_and_stand_beside_the_page_on_a_desktop(
        browser: Chrome, file: Path) -> None:
    browser.open(file)
    assert browser.seen(".toc a")
    browser.resize(*chrome.PHONE)
    browser.open(file)
    assert not browser.seen(".toc a")
    browser.one(".toc summary").send_keys(ENTER)
    assert browser.seen(".toc a")
    link = browser.all(".toc a")[3]
    target = link.get_attribute("hash")
    link.send_keys(ENTER)
    assert browser.driver.current_url.endswith(target)
    assert not browser.seen(".toc a")


def test_the_first_key_offers_to_skip_the_contents(browser: Chrome, file: Path) -> None:
    browser.open(file)
    browser.one("body").send_keys(TAB)
    focused = browser.driver.switch_to.active_element
    assert focused.text == "Skip to the report"
    assert focused.get_attribute("hash") == "#main"


def violations(browser: Chrome) -> list[list[str]]:
    """What axe-core finds in the page against WCAG 2.2 A and AA: rules, each with some of its places."""
    script = chrome.axe_script()
    if script is None:
        pytest.skip("no axe-core here: npm install --prefix build/browser axe-core@4.14.1")
    browser.run(script.read_text("utf-8"))
    browser.driver.set_script_timeout(300)
    found: list[list[str]] = browser.later(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then((report) => "
        "done(report.violations.map((rule) => [rule.id, ...rule.nodes.slice(0, 4).map((node) => "
        "`${node.html.slice(0, 200)} ${node.failureSummary}`)])))")
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [chrome.DESKTOP, chrome.PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_violation(browser: Chrome, file: Path, dark: bool, size: tuple[int, int]) -> None:
    browser.resize(*size)
    browser.media(dark=dark)
    browser.open(file)
    browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    browser.run("document.querySelector('#latency-ping_pong-64 button.explore').click()")
    assert violations(browser) == []


def test_axe_would_see_a_violation(browser: Chrome, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text('<!DOCTYPE html><html lang="en"><title>bad</title><p style="color: #bbb">faint</p><input>')
    browser.open(bad)
    assert {rule for rule, *_ in violations(browser)} == {"color-contrast", "label"}


def test_pictures_for_those_who_look(browser: Chrome, file: Path, tmp_path: Path) -> None:
    folder = Path(os.environ.get("IPCMARK_SCREENSHOTS") or tmp_path)
    browser.open(file)
    shown = {"desktop": "html", "cards": "#advice", "chooser": "#chooser", "figure": "#latency-ping_pong-64"}
    for name, selector in shown.items():
        browser.screenshot(folder / f"{name}.png", selector)
    browser.media(dark=True)
    browser.screenshot(folder / "dark.png")
    browser.media()
    browser.pdf(folder / "print.pdf")
    browser.resize(*chrome.PHONE)
    browser.open(file)
    browser.screenshot(folder / "phone.png")
    for name in (*shown, "dark", "phone"):
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "print.pdf").read_bytes().startswith(b"%PDF")
