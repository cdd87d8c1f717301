"""The sections of the page about correctness: which promises are kept, and what each mechanism guarantees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from markup import scrolling, table, text
from units import NBSP, TIME, message_size, quantity
from verification import SYMBOLS, Case, Verification
from verification import sections as sections_of
from words import plural

Parts = tuple[str, str, str, str, str]  # anchor, eyebrow, heading, finding, body: sections.make


def all_parts(verification: Verification) -> Iterator[Parts]:
    """Every section with all that a verification found: those about what each mechanism guarantees are the
    shorter way, and stand before."""
    yield from guarantees(verification)
    yield kept_or_not(verification)


def summary(verification: Verification) -> str:
    """How many cases passed, and who is not to be chosen."""
    passed = sum(case.outcome == "pass" for case in verification.cases)
    who = sorted({case.mechanism for case in verification.failed if case.mechanism})
    return f"{passed:,} of {plural(len(verification.cases), 'case')} pass. " + (
        f"Not to be chosen, since they broke a promise: {', '.join(who)}." if who
        else "No mechanism broke a promise that was checked.")


def broken(verification: Verification) -> Iterator[Parts]:
    """What did not pass, where anything did not."""
    told = [case for case in verification.cases if case.outcome not in ("pass", "unsupported")]
    if told:
        rows = ([text(f"{case.id} {case.mechanism}"), text(case.outcome.replace("_", " ")),
                 f"{text(case.title)}<small>{text(case.detail)}</small>"] for case in told)
        yield ("broken", "Guarantees", "What did not pass", text(summary(verification)),
               table(["Clause", "Outcome", "What it says, and what was seen"], rows, kind="prose"))


def kept_or_not(verification: Verification) -> Parts:
    """Who keeps which promise, clause by clause."""
    of_mechanisms = [case for case in verification.cases if case.mechanism and case.kind != "guarantees"]
    marks = ", ".join(f"{mark} {outcome.replace('_', ' ')}" for outcome, mark in SYMBOLS.items())
    matrices = "".join(
        f"<details><summary>{text(HEADINGS.get(name, name))}</summary>\n"
        f"{matrix([case for case in of_mechanisms if case.section == name])}</details>\n"
        for name in sections_of(of_mechanisms))
    body = (
        f"<p>Each cell is a test between real processes. Its clause stands in the head of its column, and "
        f"behind it what was seen where it did not pass. {text(marks)}, · does not apply. "
        f"Seed {verification.seed}.</p>\n{matrices}{facilities(verification)}"
    )
    return "promises", "Correctness", "Promises, kept or not", text(summary(verification)), body


HEADINGS = {
    "GEN": "What holds for every mechanism",
    "LFQ": "Lock-free rings",
    "CON": "Contention: producers x consumers on one link",
    "FLT": "Faults: killed, stopped, short of something",
}


def matrix(cases: list[Case]) -> str:
    """Mechanisms by clauses."""
    ids = sorted({case.id for case in cases})
    titles = {case.id: case.title for case in cases}
    found = {(case.mechanism, case.id): case for case in cases}
    head = "".join(
        f'<th scope="col"><abbr title="{text(titles[id])}">{text(id.partition("-")[2])}</abbr></th>'
        for id in ids)
    rows = "".join(
        f'<tr><th scope="row">{text(name)}</th>'
        f'{"".join(matrix_cell(found.get((name, id))) for id in ids)}</tr>\n'
        for name in dict.fromkeys(case.mechanism for case in cases))
    heads = f'<thead><tr><th scope="col">Mechanism</th>{head}</tr></thead>'
    return scrolling("matrix", f"{heads}<tbody>{rows}</tbody>")


def matrix_cell(case: Case | None) -> str:
    """One outcome."""
    if case is None:
        return "<td>·</td>"
    if case.outcome == "pass":
        return f"<td>{SYMBOLS[case.outcome]}</td>"
    detail = f"; {case.detail}" if case.detail else ""
    said = f"{case.id} {case.title}: {case.outcome.replace('_', ' ')}{detail}"
    mark = f'<abbr title="{text(said)}">{SYMBOLS[case.outcome]}</abbr>'
    return f'<td class="bad">{mark}</td>' if case.bad else f"<td>{mark}</td>"


def facilities(verification: Verification) -> str:
    """Clauses about what the system offers, in one line each section."""
    cases = [case for case in verification.cases if not case.mechanism]
    rows = []
    for name in sections_of(cases):
        here = [case.outcome for case in cases if case.section == name]
        counts = ", ".join(f"{here.count(outcome)} {outcome.replace('_', ' ')}"
                           for outcome in SYMBOLS if outcome in here)
        rows.append([text(name), f"{len(here)}", text(counts)])
    shown = table(["Section", "Clauses", "Outcomes"], rows)
    return f"<h3>Facilities of this system</h3>\n{shown}" if rows else ""


def guarantees(verification: Verification) -> Iterator[Parts]:
    """What each mechanism guarantees, as measured beside the verdicts."""
    cases: dict[str, list[Case]] = {}
    for case in verification.cases:
        if case.mechanism:
            cases.setdefault(case.mechanism, []).append(case)
    known = {name: facts_in(of) for name, of in cases.items()}
    known = {name: facts for name, facts in known.items() if "delivery" in facts or "noticed_ns" in facts}
    if not known:
        return
    losing = [name for name, facts in known.items()
              if facts.get("slow_consumer") in ("drop", "overwrite", "merge")]
    finding = f"{plural(len(known), 'mechanism')} measured. " + (
        f"A slow consumer misses messages of {', '.join(losing)}." if losing
        else "None of them loses a message because its consumer is slow.")
    heads = ["Mechanism", "Whole up to", "64 B messages that fit", "Largest message", "Order", "Delivery",
             "A slow consumer causes", "A dead peer is noticed after", "The others go on after",
             "Kills that harmed the others"]
    rows = ([text(name), *(text(cell) for cell in guarantee_cells(facts))] for name, facts in known.items())
    yield ("guarantees", "Correctness", "What each one guarantees, as measured", text(finding),
           table(heads, rows))


def facts_in(cases: Iterable[Case]) -> dict[str, Any]:
    """What the cases of one mechanism have recorded of guarantees and of faults."""
    facts: dict[str, Any] = {}
    kills = harmful = 0
    for case in cases:
        if case.kind in ("guarantees", "faults"):
            facts |= case.facts
            if "killed_at" in case.facts:
                kills += case.facts["killed_at"]
                harmful += case.facts["points_that_harmed"]
    return facts | {"kills": kills, "harmful": harmful}


def guarantee_cells(facts: dict[str, Any]) -> list[str]:
    """A row of the table, without its name."""
    capacity = facts.get("capacity", {})
    fits = capacity.get("64", capacity.get("0"))
    times = (facts.get("noticed_ns"), facts.get("recovered_ns"))
    return [
        size_in(facts, "atomic"),
        f"{at_least(fits['more'])}{fits['messages']:,}" if fits else "–",
        size_in(facts, "largest"),
        str(facts.get("order", "–")),
        str(facts.get("delivery", "–")),
        str(facts.get("slow_consumer", "–")),
        *(quantity(time, TIME) if time is not None else "–" for time in times),
        f"{facts['harmful']} of {facts['kills']}" if facts["kills"] else "–",
    ]


def size_in(facts: dict[str, Any], name: str) -> str:
    """A size that was searched for up to a bound, which it may have reached."""
    size = facts.get(f"{name}_bytes")
    return f"{at_least(facts.get(f'{name}_more', False))}{message_size(size)}" if size is not None else "–"


def at_least(more: bool) -> str:
    """The sign before a figure that ended at the bound of its search."""
    return f"≥{NBSP}" if more else ""
