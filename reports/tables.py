"""The table of all trials as formatted rows, for the page and for markdown."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from results import Result, Skip, Trial
from stats import Standing, Verdict, standing
from units import BYTES_PER_S, MESSAGES_PER_S, TIME, Interval, Scale, bounds, message_size, percent, quantity
from words import PLACEMENTS, WAITS, condition, in_order, plural, workload


@dataclass(frozen=True)
class Cell:
    """A figure with its interval; both empty when the trial has none."""

    value: str = ""
    interval: str = ""

    def __str__(self) -> str:
        return f"{self.value} {self.interval}".strip() or "–"


@dataclass(frozen=True)
class Row:
    """One trial: its label, its cells in the order of COLUMNS, what its intervals rest on, and what to know.

    `place` is "first" for the one that leads its group in p50 (of streams: in throughput), "level" for those
    which cannot be told from the first, otherwise empty.
    """

    label: str
    cells: list[Cell]
    basis: str
    notes: list[str]
    place: str


@dataclass(frozen=True)
class Group:
    """Rows which may be compared: one workload, size, placement and wait; best first, a floor at the end."""

    title: str
    order: str
    rows: list[Row]


COLUMNS: list[tuple[str, str, Scale]] = [
    ("p50", "p50", TIME),
    ("p99", "p99", TIME),
    ("Messages", "messages_per_s", MESSAGES_PER_S),
    ("Bytes", "bytes_per_s", BYTES_PER_S),
    ("CPU per message", "cpu_ns_per_message", TIME),
]

STOPS = {
    "precision": "",
    "budget": "budget",
    "launches": "most launches",
    "interrupted": "interrupted",
    "failure": "failure",
}


def workloads(result: Result) -> list[str]:
    """The workloads in the result, in the order of the page."""
    return in_order(trial.workload for trial in result.trials)


def groups(result: Result, name: str) -> list[Group]:
    """All trials of a workload that did not fail, in groups by size, wait and placement."""
    def key(trial: Trial) -> tuple[int, int, int]:
        return trial.size, list(WAITS).index(trial.wait), list(PLACEMENTS).index(trial.placement)

    trials = sorted((t for t in result.trials if t.workload == name and not t.failure), key=key)
    return [_group(list(members)) for _, members in groupby(trials, key=key)]


def _group(trials: list[Trial]) -> Group:
    first = trials[0]
    closed = workload(first.workload).closed_loop
    statistic, word = ("p50", "p50") if closed else ("messages_per_s", "messages per second")
    ranking = standing(trials, statistic, least=closed)
    known = [t for t in trials if statistic in t.summary]
    known.sort(key=lambda t: (t.is_floor, t.summary[statistic].median * (1 if closed else -1)))
    rows = [_row(t, ranking) for t in known + [t for t in trials if statistic not in t.summary]]
    title = f"{message_size(first.size)} · {condition(first.placement, first.wait).lower()}"
    return Group(title, word, rows)


def _row(trial: Trial, ranking: Standing) -> Row:
    place = ""
    if trial in ranking.level:
        place = "first" if ranking.verdict is Verdict.LEADS else "level"
    cells = [
        Cell() if scale is BYTES_PER_S and not trial.size else cell(trial.summary.get(statistic), scale)
        for _, statistic, scale in COLUMNS
    ]
    return Row(trial.label, cells, basis(trial), remarks(trial), place)


def cell(interval: Interval | None, scale: Scale) -> Cell:
    """An interval as text."""
    return Cell(quantity(interval.median, scale), bounds(interval, scale)) if interval else Cell()


def basis(trial: Trial) -> str:
    """What the intervals rest on, and what ended the trial if not precision: 6 launches, 96.9 %, budget."""
    parts = [plural(len(trial.launches), "launch")]
    parts += [percent(trial.confidence)] if trial.summary else []
    parts += [STOPS[trial.stopped_by]] if STOPS[trial.stopped_by] else []
    return ", ".join(parts)


def remarks(trial: Trial) -> list[str]:
    """The run's notes on a trial, what was lost where that is allowed, and what only its workload tells."""
    lost = sum(launch.verified.get("lost", 0) for launch in trial.launches)
    own = [f"lost {lost:,} messages in {plural(len(trial.launches), 'launch')}"] if lost else []
    own += _shares(trial)
    own += [f"not to be chosen: it fails {', '.join(trial.broken)}"] if trial.broken else []
    return trial.notes + own + (["the harness's own cost"] if trial.is_floor else [])


def _shares(trial: Trial) -> list[str]:
    """How evenly several processes shared the link, and how many messages an urgent one overtook."""
    sides = [f"{trial.summary[f'{side}_fairness'].median:.2f} between {side}s"
             for side in ("producer", "consumer") if f"{side}_fairness" in trial.summary]
    told = [f"fairness {' and '.join(sides)} (1: all alike)"] if sides else []
    overtaken = trial.summary.get("overtaken_messages")
    return told + ([f"an urgent message overtook {overtaken.median:.1f} others"] if overtaken else [])


@dataclass(frozen=True)
class Skipped:
    """Trials of one mechanism which could not take place for one reason."""

    mechanism: str
    reason: str
    where: str


def skipped(result: Result) -> list[Skipped]:
    """The skipped trials, told once per mechanism and reason."""
    def key(skip: Skip) -> tuple[str, str]:
        return skip.mechanism, skip.reason

    found = []
    for (mechanism, reason), members in groupby(sorted(result.skipped, key=key), key=key):
        skips = list(members)
        loads = ", ".join(sorted({s.workload for s in skips}))
        sizes = ", ".join(message_size(size) for size in sorted({s.size for s in skips}))
        waits = ", ".join(wait for wait in WAITS if any(s.wait == wait for s in skips))
        sites = ", ".join(site for key, site in PLACEMENTS.items() if any(s.placement == key for s in skips))
        where = f"{plural(len(skips), 'trial')}: {loads}; {sizes}; {waits}; {sites}"
        found.append(Skipped(mechanism, reason, where))
    return found


def where(trial: Trial) -> str:
    """A trial's full identity in words."""
    return f"{trial.label}, {trial.workload}, {message_size(trial.size)}, {PLACEMENTS[trial.placement]}"


def what_failed(trial: Trial) -> str:
    """The failure of a trial that has one: verification: 3 messages never arrived (lost 3)."""
    if not trial.failure:
        return ""
    counts = ", ".join(f"{name} {count:,}" for name, count in trial.failure.verified.items() if count)
    return f"{trial.failure.kind}: {trial.failure.detail}" + (f" ({counts})" if counts else "")
