"""What a history is made of. Times are microseconds since 1970 in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from results import Refused
from units import BYTES, BYTES_PER_S, MESSAGES_PER_S, TIME, Scale

# A unit says how a figure is written, and by being in RATES that more of it is better.
SCALES: dict[str, Scale] = {
    "ns": TIME, "msg/s": MESSAGES_PER_S, "B/s": BYTES_PER_S, "B": BYTES,
    "1/s": ((1e9, "G/s"), (1e6, "M/s"), (1e3, "k/s"), (1.0, "/s")),
}
RATES = ("msg/s", "B/s", "1/s")
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
SHORT = 7  # Letters of a commit that people are shown.


@dataclass(frozen=True)
class Environment:
    """A machine and a kind of build; only figures of one environment are comparable."""

    id: str
    description: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """One statistic of one trial of a run: the median over its launches, and the bounds of its interval."""

    trial: str
    statistic: str
    unit: str
    value: float
    low: float
    high: float
    launches: int


@dataclass(frozen=True)
class Run:
    """All figures of one run. `effort` is how long its launches took, as far as that is known: figures of
    another effort are another series. `left_out` tells what of the run has no figure, and why."""

    id: str
    environment: Environment
    effort: str
    time: int
    revision: str
    dirty: bool
    figures: list[Figure]
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Series:
    """One statistic of one trial in one environment, over runs."""

    id: int
    environment: str
    effort: str
    trial: str
    statistic: str
    unit: str

    @property
    def name(self) -> str:
        """pipe/ping_pong/64/block/two_cores:p50."""
        return f"{self.trial}:{self.statistic}"

    @property
    def scale(self) -> Scale:
        """The units in which people are shown its values."""
        return SCALES.get(self.unit, ((1.0, self.unit),))

    def word(self, change: float) -> str:
        """Whether a change by this share is for the better."""
        return "better" if (change > 0) == (self.unit in RATES) else "worse"


@dataclass(frozen=True)
class Point:
    """A figure of a series, with the run that it is from."""

    run: str
    time: int
    revision: str
    dirty: bool
    value: float
    low: float
    high: float
    launches: int

    @property
    def commit(self) -> str:
        """The revision as short as people write it: 0123abc, or 0123abc-dirty."""
        return short_revision(self.revision) + ("-dirty" if self.dirty else "")


def short_revision(revision: str) -> str:
    """Seven letters of a commit; any other name of a revision as it is."""
    return revision[:SHORT] if re.fullmatch("[0-9a-f]{8,64}", revision) else revision


def clean_revision(text: str) -> tuple[str, bool]:
    """A revision without its -dirty, and whether it had that."""
    return text.removesuffix("-dirty"), text.endswith("-dirty")


def commit_range(before: Point, after: Point) -> str:
    """0123abc..4567def, the commits between two points; both may be of one, and then it was not the code."""
    if (before.revision, before.dirty) == (after.revision, after.dirty):
        return f"{after.commit} on both sides"
    return f"{before.commit}..{after.commit}"


def parse_time(text: str) -> int:
    """An ISO 8601 time, or a date; in UTC where it does not say otherwise. Throws Refused for any other."""
    # Of a fraction Python 3.10 knows only three or six digits.
    plain = re.sub(r"\.(\d{1,6})\d*", lambda digits: "." + digits[1].ljust(6, "0"), text.strip())
    try:
        time = datetime.fromisoformat(re.sub("[zZ]$", "+00:00", plain))
    except ValueError:
        raise Refused(f"'{text}' is no time", "write it like 2026-01-31 or 2026-01-31T12:34:56Z") from None
    if time.tzinfo is None:
        time = time.replace(tzinfo=timezone.utc)
    return (time - EPOCH) // timedelta(microseconds=1)


def time_text(time: int) -> str:
    """2026-01-31T12:34:56Z; to the second, as all that people or programs are told."""
    return (EPOCH + timedelta(microseconds=time)).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(time: int) -> str:
    """2026-01-31."""
    return time_text(time)[:10]


def text_at(record: dict[str, Any], *path: str) -> str:
    """The text of a member that may be missing, which then is unknown."""
    value: Any = record
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return "unknown" if value is None else str(value)
