"""Mechanisms by guarantees: what each one promises, which clauses of the verification looked at that, and
what was measured. The promises are the traits in the result, the evidence is that of `ipcmark verify`."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import promises
from results import Result
from units import TIME, quantity
from verification import Case
from words import listing, plural

KEPT, BROKEN, DEVIATES = "kept", "broken", "deviates, as known"
UNDECIDED, NOT_HERE = "inconclusive", "cannot be checked here"
UNCHECKED, UNCLAIMED = "not checked", "not promised"
UNKNOWN = "unknown"
Traits = dict[str, Any]
Facts = dict[str, Any]


class Guarantee(NamedTuple):
    """One column: its name, what the traits promise of it in words, the clauses that look at it, and what the
    verification measured of it. A clause ending in a hyphen means those of that section which `several`
    says."""

    name: str
    promise: Callable[[Traits], str]
    clauses: tuple[str, ...]
    measured: Callable[[Facts], str]
    several: Callable[[int, int], bool] | None = None


@dataclass(frozen=True)
class Cell:
    """One guarantee of one mechanism. `cases` are those of the clauses that apply to it."""

    promised: str
    verdict: str
    cases: list[Case]
    measured: str

    @property
    def bad(self) -> bool:
        """True where a promise was broken."""
        return self.verdict == BROKEN

    @property
    def ids(self) -> list[str]:
        """The clauses behind the verdict: of a broken promise those that failed."""
        return [case.id for case in self.cases if case.bad or not self.bad]


@dataclass(frozen=True)
class Row:
    """One mechanism; `broken` are all clauses that it failed, of whatever guarantee."""

    mechanism: str
    family: str
    needs: str
    cells: list[Cell]
    broken: list[str]


def yes_no(trait: str) -> Callable[[Traits], str]:
    """The words for a trait that is true or false."""
    return lambda traits: UNKNOWN if trait not in traits else "yes" if traits[trait] else "no"


def worded(trait: str, words: dict[str, str]) -> Callable[[Traits], str]:
    """The words for a trait that is one of several."""
    return lambda traits: words.get(str(traits.get(trait, UNKNOWN)), str(traits.get(trait, UNKNOWN)))


def _slow(facts: Facts) -> str:
    said = {"block": "slow consumer: the producer waits", "drop": "slow consumer: messages are lost",
            "overwrite": "slow consumer: it sees the newest", "merge": "slow consumer: they are merged",
            "none": "slow consumer: nobody waits"}
    return said.get(str(facts.get("slow_consumer")), "")


def _whole(facts: Facts) -> str:
    return f"up to {promises.size_in(facts, 'atomic')}" if "atomic_bytes" in facts else ""


def _noticed(facts: Facts) -> str:
    return f"noticed after {quantity(facts['noticed_ns'], TIME)}" if facts.get("noticed_ns") else ""


def _kills(facts: Facts) -> str:
    return f"{facts['harmful']} of {plural(facts['kills'], 'kill')} harmed others" if facts["kills"] else ""


def _outlives(facts: Facts) -> str:
    left = facts.get("survives", {}).get("all", {})
    return f"{left['found']} of {left['queued']} queued outlive all processes" if left else ""


def _waits(traits: Traits) -> str:
    return ", ".join(traits["waits"]) if "waits" in traits else UNKNOWN


def _levels(traits: Traits) -> str:
    count = traits.get("priorities", UNKNOWN)
    return "no" if count == 1 else f"{count} levels" if isinstance(count, int) else UNKNOWN


def nothing(facts: Facts) -> str:
    """Of guarantees of which nothing is measured."""
    return ""


GUARANTEES = (
    Guarantee("Whole messages", worded("framing", {
        "message": "yes", "bytes": "a stream of bytes", "signal": "no payload", "none": "nothing moves",
    }), ("GEN-04", "GEN-05", "GUA-01", "GUA-10", "LFQ-01"), _whole),
    Guarantee("None lost", worded("delivery", {
        "every": "yes", "lossy": "may lose", "merged": "merges", "latest": "newest only",
    }), ("GEN-01", "GEN-14", "GEN-15", "GUA-05", "LFQ-05", "LFQ-08", "CON-"), _slow,
              lambda p, c: p == c == 1),
    Guarantee("None twice", lambda traits: "yes", ("GEN-02", "GEN-03", "GEN-22"), nothing),
    Guarantee("In order", yes_no("fifo"), ("GEN-06", "GEN-07", "GEN-08", "GUA-04"),
              lambda facts: str(facts.get("order", ""))),
    Guarantee("Both ways", yes_no("duplex"), ("GEN-13", "GUA-09"), nothing),
    Guarantee("Many producers", yes_no("many_producers"), ("GEN-10", "GEN-23", "LFQ-02", "CON-"), nothing,
              lambda p, c: p > 1),
    Guarantee("Many consumers, one gets each", yes_no("many_consumers"),
              ("GEN-11", "FLT-16", "FLT-17", "CON-"), nothing, lambda p, c: c > 1),
    Guarantee("Every consumer gets each", yes_no("broadcasts"), ("GEN-12",), nothing),
    Guarantee("Survives a kill", yes_no("survives_peer_kill"), (
        "GEN-16", "GEN-17", "FLT-02", "FLT-03", "FLT-04", "FLT-05", "FLT-06", "FLT-07", "FLT-08", "FLT-09",
        "FLT-10", "LFQ-04"), _kills),
    Guarantee("Sees a peer's death", yes_no("sees_peer_death"), ("FLT-01", "GEN-24", "GUA-06"), _noticed),
    Guarantee("Outlives its processes", worded("lifetime", {
        "handles": "no", "kernel": "yes, in the kernel", "file": "its name, as a file",
    }), ("GEN-18", "GEN-19", "GEN-20", "GUA-07"), _outlives),
    Guarantee("Waits", _waits, ("GUA-08",), nothing),
    Guarantee("Strangers reach it by name", yes_no("named"), ("GEN-25",), nothing),
    Guarantee("Passes descriptors", yes_no("passes_descriptors"), (), nothing),
    Guarantee("Priorities", _levels, (), nothing),
)


def rows(result: Result) -> list[Row]:
    """A row for each mechanism of the plan, floors aside; of a result without traits for those verified."""
    known = {item["name"]: item for item in result.mechanisms if item["family"] != "null"}
    families = {trial.mechanism.partition("[")[0]: trial.family for trial in result.trials}
    cases: dict[str, list[Case]] = {}
    for case in result.verification.cases if result.verification else ():
        if case.mechanism and families.get(case.mechanism) != "null" and case.mechanism != "null":
            cases.setdefault(case.mechanism, []).append(case)
    return [
        _row(name, known.get(name, {"family": families.get(name, "")}), cases.get(name, []))
        for name in known or cases
    ]


def _row(name: str, item: dict[str, Any], cases: list[Case]) -> Row:
    traits = item.get("traits", {})
    facts = promises.facts_in(cases)
    cells = [_cell(guarantee, traits, facts, cases) for guarantee in GUARANTEES]
    return Row(name, item["family"], str(traits.get("needs", "")), cells,
               [case.id for case in cases if case.bad])


def _cell(guarantee: Guarantee, traits: Traits, facts: Facts, cases: list[Case]) -> Cell:
    mine = [case for case in cases if _looks_at(guarantee, case.id)]
    promised = guarantee.promise(traits) if traits else UNKNOWN
    said = UNCLAIMED if promised == "no" and not mine else verdict(mine)
    return Cell(promised, said, mine, guarantee.measured(facts) if facts else "")


def _looks_at(guarantee: Guarantee, id: str) -> bool:
    if id in guarantee.clauses:
        return True
    section, _, shape = id.partition("-")
    producers, times, consumers = shape.partition("x")
    if not times or f"{section}-" not in guarantee.clauses or not guarantee.several:
        return False
    return guarantee.several(int(producers), int(consumers))


def verdict(cases: list[Case]) -> str:
    """What the cases of a guarantee say together, the worst first."""
    outcomes = {case.outcome for case in cases}
    if any(case.bad for case in cases):
        return BROKEN
    if not outcomes:
        return UNCHECKED
    if "expected_deviation" in outcomes:
        return DEVIATES
    if "inconclusive" in outcomes:
        return UNDECIDED
    return KEPT if "pass" in outcomes else NOT_HERE


def finding(found: list[Row], *, verified: bool) -> str:
    """What the matrix says, in a sentence or two."""
    def promising(name: str) -> int:
        place = [guarantee.name for guarantee in GUARANTEES].index(name)
        return sum(row.cells[place].promised == "yes" for row in found)

    told = [f"{promising('None lost')} lose nothing", f"{promising('Survives a kill')} survive the kill of a "
            f"peer", f"{promising('Sees a peer' + chr(39) + 's death')} see its death"]
    said = f"Of {plural(len(found), 'mechanism')} {listing(told)}, by their promises"
    if all(cell.promised == UNKNOWN for row in found for cell in row.cells):
        said = f"{plural(len(found), 'mechanism')}; the result does not say what they promise"
    broken = [row.mechanism for row in found if row.broken]
    if not verified:
        return f"{said}. Nobody checked them for this page: give `ipcmark verify`'s file with --verify."
    return f"{said}. " + (f"Broken by {listing(broken, 6)}, not to be chosen." if broken else
                          "Verification found none broken.")


HEAD = ("mechanism", "family", "needs", "guarantee", "promised", "verdict", "clauses", "measured")


def csv_text(found: list[Row]) -> str:
    """A row for each mechanism and guarantee."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEAD)
    for row in found:
        for guarantee, cell in zip(GUARANTEES, row.cells):
            writer.writerow([row.mechanism, row.family, row.needs, guarantee.name, cell.promised,
                             cell.verdict, " ".join(cell.ids), cell.measured])
    return buffer.getvalue()


def markdown(found: list[Row], *, verified: bool) -> Iterator[str]:
    """Lines of the same as a table: a promise, its verdict in words, and the clauses behind it."""
    yield from ("# ipcmark: what each mechanism guarantees", "", finding(found, verified=verified), "")
    yield f"| Mechanism | {' | '.join(guarantee.name for guarantee in GUARANTEES)} |"
    yield "|---" * (len(GUARANTEES) + 1) + "|"
    for row in found:
        cells = [f"{cell.promised}: {cell.verdict}{_ids_text(cell)}" for cell in row.cells]
        name = f"{row.mechanism} (not to be chosen)" if row.broken else row.mechanism
        yield f"| {' | '.join([name, *cells])} |"


def _ids_text(cell: Cell) -> str:
    return f" ({listing(cell.ids, 3)})" if cell.ids else ""
