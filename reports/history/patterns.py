"""Which series a pattern means."""

from __future__ import annotations

import re
from collections.abc import Callable

from model import Series
from results import Refused
from store import Store


def chosen(store: Store, pattern: str, environment: str) -> list[Series]:
    """The series of `store` that a command line means; an empty pattern or environment means all. Throws
    Refused where there is none."""
    here = [one for one in store.series() if one.environment.startswith(environment)]
    if environment and not here:
        raise Refused(f"no environment '{environment}' in {store.name}", "`ipcmark history list` shows them")
    meant = meaning(pattern or "*")
    found = [one for one in here if meant(one)]
    if not found:
        raise Refused(f"no series fits '{pattern}' in {store.name}", "`ipcmark history list` shows them")
    return found


def meaning(pattern: str) -> Callable[[Series], bool]:
    """Whether a pattern, TRIAL or TRIAL:STATISTIC, means a series.

    * is any text and ? any letter. TRIAL may be the beginning of a trial's name up to one of its slashes.
    """
    trial, colon, statistic = pattern.rpartition(":")
    whole = _trials(pattern)
    parts = (_trials(trial), _expression(statistic)) if colon else None

    def means(series: Series) -> bool:
        if whole.fullmatch(series.trial):
            return True
        return parts is not None and bool(
            parts[0].fullmatch(series.trial) and parts[1].fullmatch(series.statistic))

    return means


def _trials(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_expression(pattern).pattern}(/.*)?", re.S)


def _expression(pattern: str) -> re.Pattern[str]:
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(letter, re.escape(letter)) for letter in pattern), re.S)
