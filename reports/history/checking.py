"""ipcmark history check: the changes of all series, told and never judged as a gate does."""

from __future__ import annotations

import json
import math
from argparse import Namespace
from dataclasses import asdict
from itertools import groupby
from typing import Any

import patterns
from change_points import Change, Settings
from divisive import LEAST
from judging import Judged, judge, p_text, percent
from listing import heading
from model import Point, day, parse_time, time_text
from store import Store
from terminal import Progress, say, table
from words import plural


def run(options: Namespace) -> bool:
    """Prints what changed; True whatever that is."""
    since = parse_time(options.since) if options.since else None
    store = Store(options.store)
    series = patterns.chosen(store, options.pattern, options.environment)
    judged, progress = [], Progress()
    for number, (one, points) in enumerate(store.points(series)):
        progress.show(f"{number} of {len(series)} series")
        judged.append(judge(one, points, options.settings))
    progress.wipe()
    if options.json:
        _say_json(store, judged, options.settings, since)
    else:
        _say_text(store, judged, options.settings, since)
    store.close()
    return True


def _wanted(judged: Judged, since: int | None) -> list[Change]:
    """The changes at `since` or later."""
    return [change for change in judged.findings.changes
            if since is None or judged.points[change.index].time >= since]


def _say_text(store: Store, judged: list[Judged], settings: Settings, since: int | None) -> None:
    environments = {one.id: one.description for one in store.environments()}
    changed = [one for one in judged if _wanted(one, since)]
    for (environment, effort), group in groupby(
            changed, key=lambda one: (one.series.environment, one.series.effort)):
        say(heading(environments[environment], environment, effort))
        for one in group:
            say(f"  {one.series.name}, {plural(len(one.points), 'point')}")
            for line in table([_row(one, change) for change in _wanted(one, since)]):
                say(f"    {line}")
        say()
    for line in _summary(judged, settings, since):
        say(line)


def _row(judged: Judged, change: Change) -> list[str]:
    before, after = judged.points[change.index - 1], judged.points[change.index]
    return [judged.word(change), percent(change.change),
            f"{judged.level(change.before)} -> {judged.level(change.after)}", judged.commits(change),
            f"{day(before.time)} .. {day(after.time)}", p_text(change.p)]


def _summary(judged: list[Judged], settings: Settings, since: int | None) -> list[str]:
    """What was looked at, what came of it, and what could not be seen."""
    words = [one.word(change) for one in judged for change in _wanted(one, since)]
    seed = f" (seed {settings.seed})" if settings.method == "permutation" else ""
    short = sum(len(one.points) < 2 * LEAST for one in judged)
    lines = [
        f"{plural(len(words), 'change')} ({words.count('worse'):,} worse, {words.count('better'):,} better) "
        f"in {len(judged):,} series with {plural(sum(len(one.points) for one in judged), 'point')}; "
        f"p <= {settings.p:g} by {settings.method}{seed}, at least {100 * settings.min_change:g} %, window "
        f"{settings.window}",
    ]
    if short:
        lines.append(f"{short:,} of the series {'has' if short == 1 else 'have'} fewer than {2 * LEAST} "
                     "points: too short to judge")
    if short < len(judged):
        lines.append(f"the last {LEAST - 1} points of a series are too new to judge; `ipcmark gate` judges "
                     "what is new")
    return lines


def _say_json(store: Store, judged: list[Judged], settings: Settings, since: int | None) -> None:
    """One JSON object; values in the unit of their series, changes as shares (0.05 is 5 %)."""
    print(json.dumps({
        "store": store.name,
        "settings": asdict(settings) | {"since": None if since is None else time_text(since)},
        "series": [{
            "environment": one.series.environment, "effort": one.series.effort, "trial": one.series.trial,
            "statistic": one.series.statistic, "unit": one.series.unit, "points": len(one.points),
            "too_new": [_json_point(point) for point in one.points[len(one.points) - one.findings.too_new:]],
            "changes": [_json_change(one, change) for change in _wanted(one, since)],
        } for one in judged],
    }, indent=2))


def _json_point(point: Point) -> dict[str, Any]:
    return {"run": point.run, "time": time_text(point.time), "revision": point.revision, "dirty": point.dirty,
            "value": point.value}


def _json_change(judged: Judged, change: Change) -> dict[str, Any]:
    """A change from zero has no share, which is null then."""
    return {
        "index": change.index, "verdict": judged.word(change),
        "change": change.change if math.isfinite(change.change) else None,
        "before": change.before, "after": change.after, "p": change.p,
        "last_before": _json_point(judged.points[change.index - 1]),
        "first_after": _json_point(judged.points[change.index]),
    }
