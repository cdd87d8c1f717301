"""ipcmark history show: the points of a series as a table, a line of steps, and a plot."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import patterns
from judging import Judged, judge, p_text, percent, too_new_text
from listing import heading
from model import time_text
from results import Refused
from store import Store
from terminal import say, table
from units import Interval, bounds
from words import plural

BLOCKS = "▁▂▃▄▅▆▇█"
WIDTH = 72
MOST_PANELS = 12


def run(options: Namespace) -> bool:
    """Prints each series that the pattern means, and draws them all into one file where that is asked."""
    store = Store(options.store)
    series = patterns.chosen(store, options.pattern, options.environment)
    if options.out and len(series) > MOST_PANELS:
        raise Refused(f"'{options.pattern}' means {len(series):,} series, and a plot holds {MOST_PANELS}",
                      "choose fewer, by a statistic (TRIAL:p50) or with --environment")
    judged = [judge(one, points, options.settings) for one, points in store.points(series)]
    environments = {one.id: one.description for one in store.environments()}
    for one in judged:
        say(heading(environments[one.series.environment], one.series.environment, one.series.effort))
        _say_series(one, options.last)
        say()
    if options.out:
        _draw(options.out, judged, environments)
        say(str(options.out))
    store.close()
    return True


def _draw(out: Path, judged: list[Judged], environments: dict[str, str]) -> None:
    try:
        import step_plot
    except ImportError as error:
        raise Refused(f"this python3 has no {error.name}",
                      "install it: apt install python3-matplotlib") from None
    try:
        step_plot.draw(judged, environments, out)
    except OSError as error:
        raise Refused(f"{out}: cannot be written ({error.strerror})", "choose another --out") from None


def _say_series(judged: Judged, last: int) -> None:
    say(f"{judged.series.name}, {plural(len(judged.points), 'point')}")
    for line in _table(judged, last):
        say(f"  {line}")
    say(f"  {_steps(judged)}")
    for change in judged.findings.changes:
        say(f"  {judged.word(change)} {percent(change.change)}, {judged.level(change.before)} -> "
            f"{judged.level(change.after)}, {judged.commits(change)}, {p_text(change.p)}")
    say(f"  {too_new_text(judged)}")


def _table(judged: Judged, last: int) -> list[str]:
    """The last points, with the level of their segment."""
    points, findings = judged.points, judged.findings
    rows = [["time", "revision", "value", "interval", "launches", "level", ""]]
    first = max(0, len(points) - last) if last else 0
    for segment in findings.segments:
        for index in range(max(first, segment.begin), segment.end):
            point = points[index]
            starts = [one for one in findings.changes if one.index == index]
            note = f"{judged.word(starts[0])} {percent(starts[0].change)}" if starts else ""
            new = index >= len(points) - findings.too_new
            rows.append([
                time_text(point.time)[:16].replace("T", " "), point.commit, judged.level(point.value),
                bounds(Interval(point.value, point.low, point.high), judged.series.scale),
                str(point.launches), judged.level(segment.level), note or ("too new" if new else "")])
    lines = table(rows, right=(2, 4, 5))
    return [*lines[:1], f"... {first:,} before these, --last 0 shows all", *lines[1:]] if first else lines


def _steps(judged: Judged) -> str:
    """The levels as a line of blocks, one for each point or, of many, for some; the highest level is highest.
    Points that are too new to judge are dots."""
    segments, count = judged.findings.segments, len(judged.points)
    levels = [one.level for one in segments for _ in range(one.begin, one.end)]
    low, high = min(levels), max(levels)
    blocks = [BLOCKS[round((level - low) / (high - low) * 7) if high > low else 3] for level in levels]
    blocks[count - judged.findings.too_new:] = "·" * judged.findings.too_new
    width = min(count, WIDTH)
    line = "".join(blocks[(i + 1) * count // width - 1] for i in range(width))
    ends = f"{judged.level(low)} .. {judged.level(high)}" if high > low else judged.level(low)
    return f"{line}  {ends}"
