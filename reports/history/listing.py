"""ipcmark history list: what is in a store."""

from __future__ import annotations

import json
from argparse import Namespace
from itertools import groupby
from typing import Any

from model import day, short_revision, time_text
from store import Store, Summary
from terminal import say, table
from words import plural

Commits = dict[tuple[str, int], tuple[str, bool]]


def run(options: Namespace) -> bool:
    """Prints environments and series."""
    store = Store(options.store)
    summaries, commits = store.summaries(), store.commits()
    if options.json:
        _say_json(store, summaries, commits)
    else:
        _say_text(store, summaries, commits)
    store.close()
    return True


def _say_json(store: Store, summaries: list[Summary], commits: Commits) -> None:
    """One JSON object; times as ISO 8601 in UTC."""
    document: dict[str, Any] = {
        "store": store.name,
        "environments": [vars(one) for one in store.environments()],
        "series": [{
            "environment": one.series.environment, "effort": one.series.effort, "trial": one.series.trial,
            "statistic": one.series.statistic, "unit": one.series.unit, "points": one.points,
            "first": _json_end(one, one.first, commits), "last": _json_end(one, one.last, commits),
        } for one in summaries],
    }
    print(json.dumps(document, indent=2))


def _json_end(one: Summary, time: int, commits: Commits) -> dict[str, Any]:
    revision, dirty = commits[one.series.environment, time]
    return {"time": time_text(time), "revision": revision, "dirty": dirty}


def _say_text(store: Store, summaries: list[Summary], commits: Commits) -> None:
    environments = {one.id: one for one in store.environments()}
    for (environment, effort), group in groupby(
            summaries, key=lambda one: (one.series.environment, one.series.effort)):
        say(heading(environments[environment].description, environment, effort))
        rows = [["  trial", "statistics", "points", "first", "last"]]
        for (trial, points, first, last), same in groupby(
                list(group), key=lambda one: (one.series.trial, one.points, one.first, one.last)):
            rows.append([f"  {trial}", " ".join(one.series.statistic for one in same), f"{points:,}",
                         _end(environment, first, commits), _end(environment, last, commits)])
        for line in table(rows, right=(2,)):
            say(line)
        say()
    points = sum(one.points for one in summaries)
    say(f"{len(summaries):,} series with {plural(points, 'point')} in {store.name}")


def heading(description: str, environment: str, effort: str) -> str:
    """What stands above the series of one environment and effort."""
    return f"environment {environment}: {description}" + (f"; {effort}" if effort else "")


def _end(environment: str, time: int, commits: Commits) -> str:
    revision, dirty = commits[environment, time]
    return f"{day(time)} {short_revision(revision)}{'-dirty' if dirty else ''}"
