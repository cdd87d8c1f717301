"""What a history says of the series that matter most for a result: what of them changed, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from markup import coded, table, text
from words import plural

Parts = tuple[str, str, str, str, str]  # anchor, eyebrow, heading, finding, body: sections.make
RECENT = 10  # A change within so many last points opens the report.


@dataclass(frozen=True)
class PastChange:
    """A series that has another level since some point, in words: `by` is +8.31 %, `levels` from which to
    which, `since` the commits between which it was. `age` is how many points are there since."""

    series: str
    word: str
    by: str
    levels: str
    since: str
    day: str
    age: int


@dataclass(frozen=True)
class Past:
    """The history of one environment: `points` of the longest series, how many `series` were looked at, their
    changes, the latest first, and their plots as HTML. `save` writes all plots into one file."""

    points: int
    series: int
    changes: list[PastChange]
    plots: list[str]
    too_new: str
    save: Callable[[Path], None]

    def opening(self) -> str:
        """The line for the head of a report when something changed lately, otherwise nothing."""
        recent = [change for change in self.changes if change.age <= RECENT]
        if not recent:
            return ""
        first = recent[0]
        more = f"; {plural(len(recent) - 1, 'more change')} as recent" if len(recent) > 1 else ""
        return (f"History: {first.series} became {first.word} by {first.by} on {first.day} "
                f"({first.since}), {plural(first.age, 'point')} ago{more}.")

    def finding(self) -> str:
        """What became of the series, in a sentence."""
        changed = len({change.series for change in self.changes})
        said = f"{changed or 'None'} of the {self.series} series of the headline trials"
        return f"{said} changed their level within {plural(self.points, 'run')} on machines like this one."


NOTE = (
    "Each point is the median of one run, its thin line the interval, cut off where it leaves the panel; "
    "steps are levels between changes. Looked at are the ping-pong and the stream of one size each, on this "
    "environment alone. A history never judges the newest runs: `ipcmark history check` tells all series, "
    "and `ipcmark gate` judges a change by measuring both sides in turn."
)


def parts(past: Past) -> Parts:
    """The section's parts."""
    heads = ["Series", "Became", "Level", "Between", "On", "Points since"]
    rows = ([text(change.series), f"<strong>{text(change.word)}</strong> {text(change.by)}",
             text(change.levels), text(change.since), text(change.day), f"{change.age:,}"]
            for change in past.changes)
    changed = table(heads, rows, kind="compared") if past.changes else ""
    drawn = "".join(f'<div class="scroll wide" tabindex="0">{plot}</div>\n' for plot in past.plots)
    body = (
        f"{changed}<figure>{drawn}<figcaption><p>{coded(NOTE)} {text(past.too_new)}</p>"
        f"<p>Files: history.svg, history.png, history.pdf</p></figcaption></figure>\n")
    return "history", "History", "How it came to this", text(past.finding()), body
