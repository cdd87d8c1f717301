"""The matrix of guarantees on the page: a promise, its verdict in words, the clauses behind it, what was
measured."""

from __future__ import annotations

import re
from collections.abc import Iterator

import matrix
from markup import scrolling, text
from matrix import GUARANTEES, UNCHECKED, UNCLAIMED, UNKNOWN, Cell, Row
from results import Result
from verification import Case
from words import listing

Parts = tuple[str, str, str, str, str]  # anchor, eyebrow, heading, finding, body: sections.make
MOST_IDS = 2
NO_BREAK = "\u2011"  # A hyphen at which no line ends.


def parts(result: Result) -> Iterator[Parts]:
    """The section, where anything is known of guarantees."""
    found = matrix.rows(result)
    if not found:
        return
    verified = result.verification is not None
    said = text(matrix.finding(found, verified=verified))
    yield "matrix", "Guarantees", "What each mechanism guarantees", said, body(found, verified=verified)


def body(found: list[Row], *, verified: bool) -> str:
    """How to read it, the table, the clauses."""
    how = (
        "The first word of a cell is the promise, which the mechanism's traits make. Below it stands what "
        "came of it when processes were made to break it, with the clauses that tried; then what was "
        "measured. A weakness that is stated and there is kept, too.") if verified else (
        "These are the promises that the mechanisms' traits make.")
    heads = "".join(f'<th scope="col">{text(guarantee.name)}</th>' for guarantee in GUARANTEES)
    rows = "".join(map(row, found))
    inner = f'<thead><tr><th scope="col">Mechanism</th>{heads}</tr></thead><tbody>{rows}</tbody>'
    return f"<p>{text(how)}</p>\n{scrolling('guarantees', inner)}{legend(found)}"


def row(of: Row) -> str:
    """One mechanism."""
    about = "; ".join(filter(None, [of.family, f"needs {of.needs}" if of.needs else ""]))
    doubt = (f'<small class="bad">Not to be chosen: fails {text(listing(of.broken))}</small>'
             if of.broken else "")
    head = f'<th scope="row">{text(of.mechanism)}<small>{text(about)}</small>{doubt}</th>'
    return f"<tr>{head}{''.join(map(cell, of.cells))}</tr>\n"


def cell(of: Cell) -> str:
    """One guarantee of one mechanism."""
    promised = "" if of.promised == UNKNOWN else text(of.promised)
    if of.verdict in (UNCHECKED, UNCLAIMED):
        return f"<td>{promised or '–'}</td>"
    mark = ' class="bad"' if of.bad else ""
    said = of.verdict.upper() if of.bad else of.verdict
    tried = text("; ".join(f"{case.id} {case.outcome.replace('_', ' ')}" for case in of.cases))
    measured = f"<small>{text(of.measured)}</small>" if of.measured else ""
    ids = text(listing(of.ids, MOST_IDS)).replace("-", NO_BREAK)
    return (f'<td{mark}>{promised}<small><abbr title="{tried}">{text(said)}</abbr>: {ids}</small>'
            f"{measured}</td>")


def legend(found: list[Row]) -> str:
    """What the clauses say that stand in the table, in words."""
    titles: dict[str, Case] = {case.id: case for of in found for cell in of.cells for case in cell.cases}
    if not titles:
        return ""
    items = "".join(f"<div><dt>{text(id)}</dt><dd>{text(sentence(case.title))}</dd></div>"
                    for id, case in sorted(titles.items()))
    return (f"<details><summary>What the clauses say</summary>\n<dl class=\"facts wide\">{items}</dl>"
            "</details>\n")


def sentence(title: str) -> str:
    """OneReceiveReturnsExactlyOneMessage as a sentence."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", title).split()
    told = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return f"{told[:1].upper()}{told[1:]}."
