"""The page: one HTML file that needs nothing else, no network, no script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import overview
from chart import Chart
from findings import company, first, headline
from markup import coded, fact_list, marked, plain_list, table, text
from results import Result
from sections import Section, all_sections
from style import COLOURS
from svg import FONTS
from units import spread
from words import PLACES, WAITS


def html(result: Result, charts: list[Chart], others: Sequence[Result] = ()) -> str:
    """The whole page; of others their tables only."""
    sections = list(all_sections(result, charts, others))
    title = f"ipcmark: {result.run['suite']}, {result.run['started'][:10]}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{text(title)}</title>\n<style>\n{stylesheet()}</style>\n</head>\n<body>\n<main>\n"
        f"{header(result)}{summary(charts)}{contents(sections)}"
        f"{''.join(section.html for section in sections)}</main>\n</body>\n</html>\n"
    )


def stylesheet() -> str:
    """The rules of page.css under the variables of both colour schemes."""
    light = "".join(f"--{role}: {colours[0]}; " for role, colours in COLOURS.items())
    dark = "".join(f"--{role}: {colours[1]}; " for role, colours in COLOURS.items())
    rules = Path(__file__).with_name("page.css").read_text("utf-8")
    return (
        f":root {{ --sans: {FONTS}; {light}}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark}}} }}\n{rules}"
    )


def header(result: Result) -> str:
    """What was measured, where, when, how to do it again, and why to be careful."""
    banners = "".join(map(banner_of, overview.banners(result)))
    return (
        '<header>\n<p class="eyebrow">ipcmark report</p>\n<h1>Inter-process communication, measured</h1>\n'
        f'<p class="machine">{text(overview.machine(result))}</p>\n'
        f'{fact_list(overview.facts(result), "facts")}<p class="again">Repeat this run</p>\n'
        f'<pre><code>{text(result.run["command"])}</code></pre>\n{banners}</header>\n'
    )


def banner_of(banner: overview.Banner) -> str:
    """One reason to be careful."""
    more = f' <a href="#{banner.section}">What that means, and what helps</a>' if banner.section else ""
    said = f"<strong>{coded(banner.title)}</strong> {coded(banner.text)}{more}"
    return f'<p class="banner" role="note">{said}</p>\n'


def summary(charts: list[Chart]) -> str:
    """The first of each kind of figure and workload, for those who read no further: one column per wait."""
    leading: dict[str, Chart] = {}
    for chart in charts:
        if not chart.places:
            continue
        leading.setdefault(f"{chart.kind} {chart.subject.partition(' of ')[0]}", chart)
    present = {place.wait for chart in leading.values() for place in headline(chart.places)}
    waits = [wait for wait in WAITS if wait in present]
    if not waits:
        return ""
    rows = [[question(chart), *(answer(chart, wait) for wait in waits)] for chart in leading.values()]
    return (
        f'<h2 class="short">In short</h2>\n{table(["", *waits], rows, kind="short")}'
        "<p>Ways of waiting are not ranked against each other: a spinning receiver buys its latency with a "
        "whole core.</p>\n"
    )


def question(chart: Chart) -> str:
    """What is asked for, linked to the figure which answers."""
    best = chart.measure.best[:1].upper() + chart.measure.best[1:]
    where = f"{chart.subject} {PLACES[headline(chart.places)[0].placement]}"
    return f'<a href="#{chart.name}">{text(best)}</a><small>{text(where)}</small>'


def answer(chart: Chart, wait: str) -> str:
    """Who is first under one wait."""
    item = next((place for place in headline(chart.places) if place.wait == wait), None)
    if item is None:
        return "–"
    trial = first(item)
    figure = spread(trial.summary[chart.measure.statistic], chart.measure.scale)
    return f"<strong>{text(trial.label)}</strong> {text(figure)}<small>{marked(company(item))}</small>"


def contents(sections: list[Section]) -> str:
    """Links to all sections."""
    links = (f'<a href="#{text(section.anchor)}">{text(section.name)}</a>' for section in sections)
    return f'<nav aria-label="Contents">{plain_list(links, "contents")}</nav>\n'
