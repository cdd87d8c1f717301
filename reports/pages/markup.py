"""Small pieces of HTML. Whatever comes from a result file passes through text() or marked()."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from overview import Fact


def text(value: str) -> str:
    """Text that can be no markup."""
    return escape(value)


def marked(value: str) -> str:
    """A sentence whose names in backquotes become emphasis."""
    return re.sub(r"`([^`]+)`", r"<strong>\1</strong>", escape(value))


def coded(value: str) -> str:
    """A sentence whose backquoted parts are commands to type."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(value))


def section(anchor: str, eyebrow: str, heading: str, finding: str, body: str) -> str:
    """A section that begins with its finding. Finding and body are HTML."""
    return (
        f'<section id="{text(anchor)}"><p class="eyebrow">{text(eyebrow)}</p><h2>{text(heading)}</h2>\n'
        f'<p class="finding">{finding}</p>\n{body}</section>\n'
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str = "") -> str:
    """A table of HTML cells which scrolls sideways on a narrow screen; the first cell names its row."""
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in heads)
    return scrolling(kind, f"<thead><tr>{head}</tr></thead><tbody>{''.join(map(table_row, rows))}</tbody>")


def folded(summary: str, body: str) -> str:
    """HTML that shows when its summary, a text, is clicked."""
    return f"<details><summary>{text(summary)}</summary>\n{body}</details>\n"


def table_row(cells: Sequence[str]) -> str:
    """One row."""
    rest = "".join(f"<td>{cell}</td>" for cell in cells[1:])
    return f'<tr><th scope="row">{cells[0]}</th>{rest}</tr>\n'


def scrolling(kind: str, inner: str, *, long: bool = False) -> str:
    """A table's frame; that of a long one scrolls by itself, so that its heads stay in sight."""
    frame = "scroll long" if long else "scroll"
    return f'<div class="{frame}" tabindex="0"><table class="{kind}">{inner}</table></div>\n'


def fact_list(facts: Iterable[Fact], kind: str) -> str:
    """Names with their values."""
    items = "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in facts)
    return f'<dl class="{kind}">{items}</dl>\n'


def plain_list(items: Iterable[str], kind: str) -> str:
    """A list of HTML items."""
    return f'<ul class="{kind}">{"".join(f"<li>{item}</li>" for item in items)}</ul>\n'
