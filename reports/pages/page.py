"""The page: one HTML file that needs nothing else, no network, and no script to be read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import advising
import cards
import chooser
import head
import scripts
from chart import Chart
from context import ALONE, Context
from markup import marked, plain_list, text
from results import Result
from sections import Section, all_sections, make
from style import COLOURS
from svg import FONTS

# Asks the browser to keep the promise that nothing comes from outside.
POLICY = ("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
          "base-uri 'none'; form-action 'none'")


def html(result: Result, charts: list[Chart], others: Sequence[Result] = (), context: Context = ALONE) -> str:
    """The whole page; of others their tables only."""
    verdict, advice = advised(result)
    sections = [*advice, *head.summary(charts), *all_sections(result, charts, others, context)]
    lately = context.past.opening() if context.past else ""
    opening = head.head(result, verdict or head.verdict_of_figures(charts), lately)
    body = opening + "".join(section.html for section in sections)
    title = f"ipcmark: {result.run['suite']}, {result.run['started'][:10]}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{text(title)}</title>\n<style>\n{stylesheet()}{scripts.styles(body)}</style>\n</head>\n"
        f'<body>\n<a class="skip" href="#main">Skip to the report</a>\n{contents(sections)}'
        f'<main id="main">\n{body}</main>\n{scripts.elements(body)}</body>\n</html>\n'
    )


# What only the page needs beside the colours of figures: (light, dark). Text needs more contrast than lines.
OWN_COLOURS = {
    "shade": ("#f7f8fa", "#1b1f25"),
    "edge": ("#868e99", "#6d7682"),
    "series-1-ink": ("#b23a00", "#ff8a66"),
    "series-2-ink": ("#0a6b45", "#2bd391"),
    "bad": ("#b00020", "#ff7b8a"),
}


def advised(result: Result) -> tuple[str, list[Section]]:
    """The verdict and the sections of the advice; nothing for a result that tells of no traits."""
    known = advising.facts(result)
    if known is None:
        return "", []
    advices = advising.advices(known)
    judged = (f"{len(known['candidates']):,} candidates, each a mechanism with its wait and placement, are "
              "judged first by what is needed, then by what was measured.")
    return cards.verdict(advising.headlines(advices)), [
        make("advice", "Advice", "What to choose", marked(cards.finding(advices)), cards.cards(advices)),
        make("chooser", "Advice", "Choose for your own case", judged, chooser.chooser(known, advices)),
    ]


def stylesheet() -> str:
    """The rules of page.css under the variables of both colour schemes."""
    roles = COLOURS | OWN_COLOURS
    light = "".join(f"--{role}: {colours[0]}; " for role, colours in roles.items())
    dark = "".join(f"--{role}: {colours[1]}; " for role, colours in roles.items())
    rules = Path(__file__).with_name("page.css").read_text("utf-8")
    return (
        f":root {{ --sans: {FONTS}; {light}}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark}}} }}\n{rules}"
    )


def contents(sections: list[Section]) -> str:
    """Links to all sections, neighbours of one kind under its name: beside the page where there is room."""
    groups = []
    for kind, members in groupby(sections, key=lambda section: section.kind):
        links = (f'<a href="#{text(section.anchor)}">{text(section.name)}</a>' for section in members)
        groups.append(f"<span>{text(kind)}</span>{plain_list(links, 'links')}")
    return (f'<nav class="toc" aria-label="Contents"><details id="contents"><summary>Contents</summary>\n'
            f"{plain_list(groups, 'contents')}</details></nav>\n")
