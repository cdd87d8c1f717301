"""The section that compares results: how many trials changed, which changed most, what only one side has."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from comparison import (BETTER, FIELDS, STATISTICS, WORSE, Against, Change, Comparison, Quartiles, counted,
                        finding)
from markup import coded, plain_list, table, text
from outlines import Key, Outline
from units import Interval, digits, message_size, spread
from words import PLACES, listing, plural, workload

Parts = tuple[str, str, str, str, str]  # anchor, eyebrow, heading, finding, body: sections.make
MOST_CHANGES = 25
MOST_NAMES = 6

NOTE = (
    "A ratio is the other result's median over the baseline's. The runs are not paired, so its interval is "
    "the widest that both intervals allow, and a change is told only where that leaves out 1; of many "
    "figures a few will miss. Between machines, systems or hours a ratio tells of these as much as of the "
    "code: `ipcmark compare` pairs launches on one machine and sees smaller changes."
)


def parts(comparison: Comparison) -> Parts:
    """The section's parts."""
    body = [f"<p>{coded(NOTE)}</p>\n", "<h3>Who is compared</h3>\n", who(comparison)]
    body += ["<h3>How the ratios are spread</h3>\n", spreads(comparison)]
    body += ["<h3>The largest changes that are separable</h3>\n", largest(comparison)]
    body += ["<h3>Trials that only one side has</h3>\n", one_sided(comparison)]
    if comparison.repeated:
        body.append(f"<p>Given more than once and taken once: {text(listing(comparison.repeated))}.</p>\n")
    return "comparison", "Comparison", "Against other results", text(finding(comparison)), "".join(body)


def who(comparison: Comparison) -> str:
    """Each result with its number and all that tells it from the others."""
    heads = ["", *(name for name, _ in FIELDS), "Trials with figures", "SHA-256"]
    rows = [("baseline", comparison.baseline), *((str(one.number), one.outline) for one in comparison.others)]
    return table(heads, ([text(name), *who_cells(outline)] for name, outline in rows), kind="compared")


def who_cells(outline: Outline) -> list[str]:
    """All of a row but its name."""
    digest = f"<code>{text(outline.source.sha256[:16])}…</code>" if outline.source else "–"
    return [*(text(read(outline)) for _, read in FIELDS), f"{len(outline.figures):,}", digest]


def spreads(comparison: Comparison) -> str:
    """Of each result the middle half of its ratios, statistic by statistic, and how many changes are
    separable."""
    heads = ["", *(statistic.title for statistic in STATISTICS), "Verdicts"]
    rows = (
        [text(f"{one.number}"), *(text(quartiles_text(one.quartiles(statistic.name)))
                                  for statistic in STATISTICS), text(counted(one))]
        for one in comparison.others)
    return ("<p>Median of the ratios over the trials that both have, and in brackets the quartiles between "
            "which half of them lie.</p>\n") + table(heads, rows, kind="compared told")


def quartiles_text(quartiles: Quartiles | None) -> str:
    """×1.02 (0.98 to 1.07)."""
    if quartiles is None:
        return "–"
    return f"×{digits(quartiles.median)} ({digits(quartiles.low)} to {digits(quartiles.high)})"


def ratio_text(ratio: Interval) -> str:
    """×1.31 [1.20, 1.44]."""
    return f"×{digits(ratio.median)} [{digits(ratio.low)}, {digits(ratio.high)}]"


def largest(comparison: Comparison) -> str:
    """The certainly largest changes."""
    found = comparison.largest
    if not found:
        return "<p>None: the intervals of both sides overlap everywhere.</p>\n"
    heads = ["Trial", "Result", "Statistic", "Baseline", "Other", "Ratio", "Verdict"]
    rows = ([text(where(change.key)), text(str(one.number)), text(change.statistic.title),
             text(spread(change.before, change.statistic.scale)),
             text(spread(change.after, change.statistic.scale)), text(ratio_text(change.ratio)),
             f"<strong>{text(change.verdict)}</strong>"] for one, change in found[:MOST_CHANGES])
    rest = len(found) - MOST_CHANGES
    more = f"<p>{plural(rest, 'smaller one')} in comparison.csv.</p>\n" if rest > 0 else ""
    return table(heads, rows, kind="compared") + more


def where(key: Key) -> str:
    """A trial's full identity in words, as other tables have it."""
    return (f"{key.mechanism} · {key.wait}, {workload(key.workload).title}, {message_size(key.size)}, "
            f"{PLACES[key.placement]}")


def one_sided(comparison: Comparison) -> str:
    """What cannot be compared, told by mechanism and workload."""
    said = []
    for one in comparison.others:
        if one.only_here:
            said.append(f"Only result {one.number} has {grouped(one.only_here)}.")
        if one.only_there:
            said.append(f"Result {one.number} lacks {grouped(one.only_there)}.")
    if not said:
        return "<p>None: every result has figures for the same trials.</p>\n"
    lines = plain_list(map(text, said), "remarks")
    return lines if len(said) <= MOST_NAMES else (
        f"<details><summary>{plural(len(said), 'line')}</summary>{lines}</details>\n")


def grouped(keys: Sequence[Key]) -> str:
    """4 trials: fifo (stream), pipe (ping_pong, stream)."""
    loads: dict[str, set[str]] = {}
    for key in keys:
        loads.setdefault(key.mechanism, set()).add(key.workload)
    names = [f"{name} ({', '.join(sorted(of))})" for name, of in sorted(loads.items())]
    return f"{plural(len(keys), 'trial')}: {listing(names, MOST_NAMES)}"


HEAD = ("run", "system", "mechanism", "workload", "size_bytes", "wait", "placement", "statistic",
        "baseline_median", "baseline_low", "baseline_high", "median", "low", "high", "ratio", "ratio_low",
        "ratio_high", "verdict")


NUMBERS = ",".join(["%.6g"] * 9)


def write_csv(comparison: Comparison, file: TextIO) -> None:
    """A row for each figure that the baseline and another result have, in base units (ns, messages/s), to six
    digits."""
    file.write(",".join(HEAD) + "\n")
    for one in comparison.others:
        for changes in one.changes.values():
            file.writelines(_records(one, changes))


def _records(one: Against, changes: Iterable[Change]) -> Iterator[str]:
    """Lines. There may be hundreds of thousands, so that only what may need quotation marks is looked at for
    them: the name of a system, and a mechanism with two options."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=",").writerow([one.outline.id, one.outline.system])
    run = buffer.getvalue()
    for key, statistic, before, after, ratio, verdict in changes:
        name = f'"{key.mechanism}"' if "," in key.mechanism else key.mechanism
        yield (f"{run}{name},{key.workload},{key.size},{key.wait},{key.placement},{statistic.name},"
               f"{NUMBERS % (*before, *after, *ratio)},{verdict}\n")


def markdown(comparison: Comparison) -> Iterator[str]:
    """Lines of the same: who is compared, how the ratios are spread, the largest changes."""
    yield from ("# ipcmark: results compared", "", finding(comparison), "", NOTE, "")
    yield from _rows(["", *(name for name, _ in FIELDS)], [
        [name, *(read(outline) for _, read in FIELDS)] for name, outline in
        [("baseline", comparison.baseline), *((str(one.number), one.outline) for one in comparison.others)]])
    yield from _rows(["", *(statistic.title for statistic in STATISTICS), WORSE, BETTER, "of"], [
        [str(one.number), *(quartiles_text(one.quartiles(statistic.name)) for statistic in STATISTICS),
         str(one.counts[WORSE]), str(one.counts[BETTER]), str(one.counts.total())]
        for one in comparison.others])
    yield from _rows(["Trial", "Result", "Statistic", "Baseline", "Other", "Ratio", "Verdict"], [
        [where(change.key), str(one.number), change.statistic.title,
         spread(change.before, change.statistic.scale), spread(change.after, change.statistic.scale),
         ratio_text(change.ratio), change.verdict] for one, change in comparison.largest[:MOST_CHANGES]])


def _rows(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for row in rows:
        yield f"| {' | '.join(' '.join(cell.replace('|', chr(92) + '|').split()) for cell in row)} |"
    yield ""
