"""A result of `ipcmark run` as a run of the history.

A history wants a trial's summary and not its launches, which are nearly all of a file. Thousands of files are
added at once, so launches are neither parsed to their last number nor checked.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import environment
import results
import schema_check
from model import Figure, Run, clean_revision, parse_time
from results import Refused
from words import plural

Json = dict[str, Any]

# The statistics that are followed, with their units; rates in bytes are those in messages times a size.
FOLLOWED = {
    "p50": "ns", "p99": "ns", "messages_per_s": "msg/s", "cpu_ns_per_message": "ns", "peak_rss_bytes": "B",
}
# In a string of JSON the quotation marks would have a backslash before them.
BINS = re.compile(rb'"bins"\s*:\s*\[[][0-9.,eE+\-\s]*\]')


def read(file: Path, data: bytes) -> Run:
    """The run in `file`, which holds `data`. Throws Refused where that is no result, and where its run was
    interrupted."""
    document = _sound(data)
    if document is None:
        results.load(file)
        raise Refused("is another file than a moment ago", "add it again")
    run = document["run"]
    if run["partial"]:
        raise Refused("is of a run that did not end", "finish it with `ipcmark run --resume`")
    revision, dirty = clean_revision(run["revision"])
    failed, unfinished, measured = _by_outcome(document["trials"])
    return Run(
        id=run["id"],
        environment=environment.of_record(document["environment"]),
        effort=effort_text(run.get("effort")),
        time=parse_time(run["started"]),
        revision=revision,
        dirty=dirty,
        figures=list(_figures(measured)),
        left_out=[f"{plural(len(trials), 'trial')} that {what}" for trials, what in (
            (failed, "failed"), (unfinished, "never ran")) if trials],
    )


def _sound(data: bytes) -> Json | None:
    """The document, when all of it is sound that a history wants; the reader of whole results tells what is
    wrong with any other."""
    try:
        document = json.loads(BINS.sub(b'"bins": []', data), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    if schema_check.check(document, _schema()):
        return None
    whole: Json = document
    return whole


@cache
def _schema() -> Json:
    """The schema of a result, without what launches have to be like."""
    schema = schema_check.load_schema()
    del schema["$defs"]["trial"]["properties"]["launches"]["items"]
    return schema


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _by_outcome(trials: list[Json]) -> tuple[list[Json], list[Json], list[Json]]:
    """Trials that failed, those that never ran, and those with figures."""
    failed = [trial for trial in trials if trial.get("failure")]
    rest = [trial for trial in trials if not trial.get("failure")]
    measured = [trial for trial in rest if trial.get("summary")]
    return failed, [trial for trial in rest if not trial.get("summary")], measured


def _name(trial: Json) -> str:
    """A trial's name everywhere: shm_spsc/ping_pong/64/spin/two_cores, shm_spsc[depth=256]/..."""
    options = ",".join(f"{name}={value}" for name, value in trial.get("options", {}).items())
    variant = f"{trial['mechanism']}[{options}]" if options else trial["mechanism"]
    return f"{variant}/{trial['workload']}/{int(trial['size'])}/{trial['wait']}/{trial['placement']}"


def _figures(trials: list[Json]) -> Iterator[Figure]:
    names = [_name(trial) for trial in trials]
    for name, count in Counter(names).items():
        if count > 1:
            raise Refused(f"not a sound result: it has {name} {count} times", "measure again")
    for name, trial in zip(names, trials):
        for statistic, unit in FOLLOWED.items():
            if statistic not in trial["summary"]:
                continue
            found = trial["summary"][statistic]
            value, low, high = found["median"], found["low"], found["high"]
            if not low <= value <= high:
                raise Refused(f"not a sound result: {statistic} of {name} has its median outside low..high",
                              "measure again")
            yield Figure(name, statistic, unit, value, low, high, len(trial["launches"]))


def effort_text(effort: object) -> str:
    """How long the launches of a run were; nothing where it does not say."""
    if not isinstance(effort, dict) or not {"duration_s", "warm_up_s"} <= effort.keys():
        return ""
    return f"launches of {effort['duration_s']} s after {effort['warm_up_s']} s of warm-up"
