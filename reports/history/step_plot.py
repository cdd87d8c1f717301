"""The plot of `ipcmark history show`: points, the levels between their changes as steps, and what is known of
each change above it. Series share a file as panels below each other, with runs in order, one step apart."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator

import style
from change_points import Change, Segment
from judging import Judged, percent
from listing import heading
from model import day
from units import short, step

# Inches, as all here.
WIDTH, LEFT, RIGHT, EDGE = 9.0, 0.85, 0.4, 0.1
HEIGHT, BOTTOM, FOOT = 1.75, 0.55, 0.15
ROW, TITLE, LETTER = 0.16, 0.35, 0.058  # A row of notes, a panel's title with its air, a letter of a note.
WRAP = 140
TICKS = 8
WORDS = 0.8  # The width of a level in words.
DOTS_PER_INCH = 150
COLOURS = {"worse": style.HUES[1], "better": style.HUES[2]}


class Note(NamedTuple):
    """What is told of a change above it: in which row, and where it begins, in inches from the axes' left."""

    change: Change
    text: str
    row: int
    left: float


def draw(judged: list[Judged], environments: dict[str, str], out: Path) -> None:
    """Writes the picture: SVG, PNG or PDF by the name of `out`. Throws OSError."""
    figure = figure_of(judged, "; ".join(dict.fromkeys(
        heading(environments[one.series.environment], one.series.environment, one.series.effort)
        for one in judged)))
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(out.suffix, {"Software": None})
    with matplotlib.rc_context(style.SETTINGS):
        figure.savefig(out, dpi=DOTS_PER_INCH, metadata=metadata)


def figure_of(judged: list[Judged], foot: str) -> Figure:
    """The picture: a panel for each series, below them what they share."""
    style.apply()
    lines = textwrap.wrap(foot, WRAP)
    notes = [_notes(one) for one in judged]
    heights = [TITLE + ROW * _rows(of) + HEIGHT + BOTTOM for of in notes]
    whole = 2 * FOOT + sum(heights) + ROW * len(lines)
    figure = Figure(figsize=(WIDTH, whole))
    top = whole - FOOT
    for one, of, height in zip(judged, notes, heights):
        _panel(figure, top, one, of)
        top -= height
    for number, line in enumerate(lines):
        figure.text(EDGE / WIDTH, (top - ROW * number) / whole, line, size=7, color=style.MUTED, va="top")
    return figure


def _rows(notes: list[Note]) -> int:
    return 1 + max((note.row for note in notes), default=-1)


def _inner() -> float:
    return WIDTH - LEFT - RIGHT


def _place(judged: Judged, index: float) -> float:
    """Where a point lies, in inches from the left of the axes, which have half a step of air at both ends."""
    return (index + 0.5) / len(judged.points) * _inner()


def _notes(judged: Judged) -> list[Note]:
    """A note for each change in the lowest row where it meets no other."""
    ends: list[float] = []
    notes = []
    for change in judged.findings.changes:
        text = f"{percent(change.change)} {judged.word(change)}, {judged.commits(change)}"
        width, line = LETTER * (len(text) + 2), _place(judged, change.index - 0.5)
        # To the right of its line or, where there is no room, to the left of it.
        left = line if line + width <= _inner() else max(0.0, line - width)
        row = next((row for row, end in enumerate(ends) if end <= left), len(ends))
        ends[row:row + 1] = [left + width]
        notes.append(Note(change, text, row, left))
    return notes


def _panel(figure: Figure, top: float, judged: Judged, notes: list[Note]) -> None:
    """One series, below `top` inches of the figure."""
    whole = figure.get_size_inches()[1]
    bottom = top - TITLE - ROW * _rows(notes) - HEIGHT
    axes = figure.add_axes([LEFT / WIDTH, bottom / whole, _inner() / WIDTH, HEIGHT / whole])
    axes.tick_params(length=0, pad=4)
    figure.text(EDGE / WIDTH, top / whole, judged.series.name, size=10, weight="bold", va="center")
    _points(axes, judged)
    _levels(axes, judged)
    _changes(axes, judged, notes)
    _too_new(axes, judged)
    _axes(axes, judged)


def _points(axes: Axes, judged: Judged) -> None:
    """Each median with its interval; those that are too new to judge are hollow and grey."""
    old = len(judged.points) - judged.findings.too_new
    for begin, end, colour, fill in ((0, old, style.TINT, style.TINT),
                                     (old, len(judged.points), style.FLOOR, style.SURFACE)):
        points = judged.points[begin:end]
        axes.add_collection(LineCollection(
            [((i, point.low), (i, point.high)) for i, point in enumerate(points, begin)],
            colors=[colour], linewidths=[0.8], alpha=0.7, zorder=2))
        axes.plot(range(begin, end), [point.value for point in points], ls="", marker="o", markersize=3,
                  color=colour, mfc=fill, zorder=3)


def _levels(axes: Axes, judged: Judged) -> None:
    """Steps, each with its level in words."""
    old = len(judged.points) - judged.findings.too_new
    for segment in judged.findings.segments:
        left, right = segment.begin - 0.5, min(segment.end, max(old, segment.begin)) - 0.5
        if right <= left:
            continue
        axes.plot([left, right], [segment.level] * 2, color=style.HUES[0], lw=2, zorder=4,
                  solid_capstyle="butt")
        middle = (left + right) / 2
        axes.annotate(judged.level(segment.level), (middle, _above(judged, segment, middle)), (0, 3),
                      textcoords="offset points", ha="center", va="bottom", size=8, weight="bold",
                      color=style.HUES[0], zorder=6)


def _above(judged: Judged, segment: Segment, middle: float) -> float:
    """The value above which the words in the middle of a segment hide none of its points."""
    reach = WORDS / 2 / _inner() * len(judged.points)
    near = [judged.points[i].value for i in range(segment.begin, segment.end) if abs(i - middle) <= reach]
    return max([segment.level, *near])


def _limits(judged: Judged) -> tuple[float, float]:
    """Values with some air, above them more, for words; intervals beyond that are cut off."""
    values = [point.value for point in judged.points]
    low, high = min(values), max(values)
    room = max(high - low, 0.1 * abs(high), 1e-9)
    return low - 0.2 * room, high + 0.35 * room


def _changes(axes: Axes, judged: Judged, notes: list[Note]) -> None:
    """A line at each change, up to its note."""
    for note in notes:
        colour = COLOURS[judged.word(note.change)]
        x = note.change.index - 0.5
        above = 1 + ROW * (note.row + 0.5) / HEIGHT
        axes.plot([x, x], [0, above], transform=axes.get_xaxis_transform(), color=colour, lw=0.9,
                  ls=(0, (4, 2)), clip_on=False, zorder=1)
        axes.text((note.left + 0.06) / _inner(), above, note.text, transform=axes.transAxes, size=7.5,
                  color=colour, va="center", zorder=7,
                  bbox={"boxstyle": "square,pad=0.1", "fc": style.SURFACE, "ec": "none"})


def _too_new(axes: Axes, judged: Judged) -> None:
    """A grey field behind the last points."""
    count, new = len(judged.points), judged.findings.too_new
    axes.axvspan(count - new - 0.5, count - 0.5, color=style.RULE, alpha=0.6, lw=0, zorder=0)
    axes.text(count - 0.5, 0.03, "too new to judge " if new < count else "too few points to judge ",
              transform=axes.get_xaxis_transform(), ha="right", va="bottom", size=7, color=style.MUTED)


def _axes(axes: Axes, judged: Judged) -> None:
    """Values with units, and of some points the day and the commit."""
    count = len(judged.points)
    axes.set_xlim(-0.5, count - 0.5)
    low, high = _limits(judged)
    size, _ = step(high, judged.series.scale)
    axes.yaxis.set_major_locator(FixedLocator(size * MaxNLocator(5).tick_values(low / size, high / size)))
    axes.yaxis.set_major_formatter(lambda value, _: short(value, judged.series.scale))
    axes.set_ylim(low, high)
    axes.grid(True, axis="y")
    shown = range(0, count, max(1, -(-(count - 1) // (TICKS - 1))))
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.set_xticklabels([f"{day(judged.points[i].time)}\n{judged.points[i].commit}" for i in shown], size=7)
