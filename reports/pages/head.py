"""The head of the page: the question, the verdict, how far to trust it, and how to do it again."""

from __future__ import annotations

from collections.abc import Sequence

import lamp
import overview
from chart import Chart
from findings import Measure, Place, company, first, headline
from lamp import WORDS, Check, Level
from markup import coded, fact_list, marked, table, text
from results import Result
from sections import Section
from units import NBSP, spread
from words import PLACES, WAITS, WORKLOADS

QUESTION = "How should two programs talk to each other here?"


def head(result: Result, verdict: str, lately: str = "") -> str:
    """What was asked and what is the answer, where and when it was measured, and how to do it again.

    `verdict` is the answer in a sentence or two, with names in backquotes; `lately` says what the history has
    seen change, if it has.
    """
    found = lamp.checks(result)
    doubtful = f"{WORDS[Level.BAD]}, as the checks below say. As far as it goes: "
    told = doubtful + verdict if lamp.level(found) is Level.BAD else verdict
    changed = f'<p class="lately"><a href="#history">{text(lately)}</a></p>\n' if lately else ""
    return (
        f'<header>\n<p class="eyebrow">ipcmark report · {text(result.run["started"][:10])}</p>\n'
        f'<h1>{text(QUESTION)}</h1>\n<p class="verdict">{unbroken(marked(told))}</p>\n'
        f'<p class="machine">{text(overview.machine(result))}</p>\n{changed}{lamp_box(found)}'
        f'{fact_list(overview.facts(result), "facts")}<p class="again">Repeat this run</p>\n'
        f'<pre><code>{text(result.run["command"])}</code></pre>\n</header>\n'
    )


def unbroken(html: str) -> str:
    """Rates that keep their unit on their line."""
    return html.replace(" msg/s", f"{NBSP}msg/s")


CLASSES = {Level.SOUND: "sound", Level.CARE: "care", Level.BAD: "bad"}
SIGNS = {Level.SOUND: "✓", Level.CARE: "!", Level.BAD: "✕"}
TOLD = {Level.SOUND: "fine", Level.CARE: "care", Level.BAD: "bad"}


def lamp_box(found: list[Check]) -> str:
    """The lamp as a badge with its word, and below it each check; those that are fine are folded away."""
    whole = lamp.level(found)
    sign = f'<span class="sign" aria-hidden="true">{SIGNS[whole]}</span>'
    reasons = [check for check in found if check.level]
    fine = [check for check in found if not check.level]
    folded = (f'<details><summary>{len(fine)} of {len(found)} checks are fine</summary>'
              f'{check_list(fine)}</details>\n' if fine else "")
    return (
        f'<div class="lamp {CLASSES[whole]}" role="region" aria-labelledby="lamp">\n'
        f'<h2 id="lamp">{sign} {text(WORDS[whole])}</h2>\n{check_list(reasons)}{folded}</div>\n'
    )


def check_list(found: Sequence[Check]) -> str:
    """Checks, each with a sign that a word repeats for those who do not see it."""
    items = "".join(
        f'<li class="{CLASSES[check.level]}">'
        f'<span class="sign" aria-hidden="true">{SIGNS[check.level]}</span>'
        f'<span><span class="unseen">{TOLD[check.level]}: </span><strong>{coded(check.title)}</strong> '
        f'{coded(check.text)}{more(check)}</span></li>\n'
        for check in found)
    return f'<ul class="checks">\n{items}</ul>\n' if items else ""


def more(check: Check) -> str:
    """A link to the section that tells more."""
    return f' <a href="#{check.section}">What that means</a>' if check.section and check.level else ""


def verdict_of_figures(charts: list[Chart]) -> str:
    """What the figures alone allow to say where no advice can be given: who is first, one word per wait."""
    leading = {chart.kind: chart for chart in reversed(charts) if chart.places}
    told = []
    kinds = [kind for kind in ("Latency under load", "Latency", "Throughput") if kind in leading]
    for chart in (leading[kind] for kind in kinds[:2]):
        here = headline(chart.places)
        firsts = "; ".join(f"`{first(place).label}` {figure(chart, place)}, {company(place)}"
                           for place in here)
        where = f"{chart.subject} {PLACES[here[0].placement]}"
        told.append(f"{capital(measure_of(chart).best)}, {where}: {firsts}.")
    return " ".join(told) or "Nothing was measured that could be advised."


def capital(words: str) -> str:
    """The words with a capital at their beginning."""
    return words[:1].upper() + words[1:]


def measure_of(chart: Chart) -> Measure:
    """What a figure that ranks somebody ranks by."""
    assert chart.measure
    return chart.measure


def figure(chart: Chart, place: Place) -> str:
    """The figure of who is first, with its interval."""
    measure = measure_of(chart)
    return spread(first(place).summary[measure.statistic], measure.scale)


def summary(charts: list[Chart]) -> list[Section]:
    """The first of each plain kind of figure and workload, for those who read no further, a column per wait.
    Nothing where nobody is first."""
    leading: dict[tuple[int, str], Chart] = {}
    for chart in charts:
        if chart.places and chart.kind in SHORT:
            about = chart.subject.partition(" of ")[0]
            leading.setdefault((place_of(about), chart.kind), chart)
    leading = dict(sorted(leading.items(), key=lambda item: (item[0][0], SHORT.index(item[0][1]))))
    present = {place.wait for chart in leading.values() for place in headline(chart.places)}
    waits = [wait for wait in WAITS if wait in present]
    if not waits:
        return []
    rows = [[question(chart), *(answer(chart, wait) for wait in waits)] for chart in leading.values()]
    shown = table(["Question", *waits], rows, kind="short")
    html = (
        f'<div id="short" class="part"><h2>In short</h2>\n{shown}'
        "<p>Ways of waiting are not ranked against each other: a spinning receiver buys its latency with a "
        "whole core.</p></div>\n"
    )
    return [Section("short", "In short", html, "Overview")]


SHORT = ("Latency", "Throughput", "CPU time", "Idle CPU")


def place_of(title: str) -> int:
    """Where a workload stands in the order in which this page speaks of them."""
    titles = [about.title for about in WORKLOADS.values()]
    return titles.index(title) if title in titles else len(titles)


def question(chart: Chart) -> str:
    """What is asked for, linked to the figure which answers."""
    where = f"{chart.subject} {PLACES[headline(chart.places)[0].placement]}"
    return f'<a href="#{chart.name}">{text(capital(measure_of(chart).best))}</a><small>{text(where)}</small>'


def answer(chart: Chart, wait: str) -> str:
    """Who is first under one wait."""
    item = next((place for place in headline(chart.places) if place.wait == wait), None)
    if item is None:
        return "–"
    who = f"<strong>{text(first(item).label)}</strong> {text(figure(chart, item))}"
    return f"{who}<small>{marked(company(item))}</small>"
