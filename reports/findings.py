"""Findings: one sentence computed from intervals, which claims a lead only where intervals lie apart.

Names stand between backquotes, which the page turns into emphasis and markdown keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from results import Trial
from stats import Standing, Verdict, standing
from units import Scale, spread
from words import PLACES, WAITS, headline_placement, listing


class Measure(NamedTuple):
    """What is ranked: a statistic of summaries, which end of it is good, how a sentence calls that end."""

    statistic: str
    least: bool
    best: str
    scale: Scale


class Place(NamedTuple):
    """The standing under one placement and one wait."""

    placement: str
    wait: str
    standing: Standing


def place(placement: str, wait: str, trials: Sequence[Trial], measure: Measure) -> Place:
    """The standing of `trials`, which share placement and wait."""
    return Place(placement, wait, standing(trials, measure.statistic, least=measure.least))


def headline(found: Sequence[Place]) -> list[Place]:
    """The places, one per wait, of which a page speaks first: those of the most telling placement."""
    placement = headline_placement(item.placement for item in found) if found else ""
    return [item for item in found if item.placement == placement]


def sentence(subject: str, found: Sequence[Place], measure: Measure) -> str:
    """The finding for the headline placement, wait by wait, because waits are not ranked together."""
    if not found:
        return f"{subject}: nobody to choose, since what was measured here broke a promise."
    here = headline(found)
    rivals = [clause(item, measure) for item in here if item.standing.level]
    others = [remark(item, measure) for item in here if not item.standing.level]
    if rivals:
        rivals[0] = f"the {measure.best} belongs, {rivals[0]}"
    return f"{subject} {PLACES[here[0].placement]}: {'; '.join(rivals + others)}."


def named(trial: Trial, measure: Measure) -> str:
    """`pipe · block` (5.10 µs [4.92, 5.31])."""
    return f"`{trial.label}` ({spread(trial.summary[measure.statistic], measure.scale)})"


def clause(item: Place, measure: Measure) -> str:
    """Who is first under one wait, among whom, and who cannot be told from the first."""
    it = item.standing
    among = f"of {len(it.ranked)} {WAITS[item.wait]} mechanisms"
    if it.unranked:
        among += f" ({len(it.unranked)} more have too few launches)"
    who, level = named(it.ranked[0], measure), it.level[1:]
    if len(level) > 1:
        who += f" or one of {len(level)} others that are not separable from it"
    elif level:
        who += f" or {named(level[0], measure)}, not separable"
    return f"{among}, to {who}"


def remark(item: Place, measure: Measure) -> str:
    """What there is to say where nothing can be ranked."""
    it, how = item.standing, WAITS[item.wait]
    if it.verdict is Verdict.ALONE:
        return f"{named(first(item), measure)} is the only {how} mechanism"
    return f"too few launches to rank {len(it.ranked) + len(it.unranked)} {how} mechanisms"


def first(item: Place) -> Trial:
    """Who has the best median, whether that tells anything or not."""
    return (item.standing.ranked + item.standing.unranked)[0]


def margin(item: Place, measure: Measure) -> str:
    """What follows the first of a ranking: who is next, or who cannot be told from the first."""
    it = item.standing
    if it.verdict is Verdict.ALONE:
        return "nothing to compare with"
    if it.verdict is Verdict.TOO_FEW_LAUNCHES:
        return "too few launches to rank"
    if it.verdict is Verdict.NOT_SEPARABLE:
        return "not separable from " + listing([f"`{t.label}`" for t in it.level[1:]])
    return f"ahead of {named(it.ranked[1], measure)}"


def company(item: Place) -> str:
    """A word beside the first of a ranking: with whom it shares its place, or why there is no ranking."""
    it = item.standing
    if it.verdict is Verdict.ALONE:
        return "the only one"
    if it.verdict is Verdict.TOO_FEW_LAUNCHES:
        return "too few launches to rank"
    others = it.level[1:]
    if not others:
        return f"of {len(it.ranked)}"
    who = f"`{others[0].label}`" if len(others) == 1 else f"one of {len(others)} others"
    return f"or {who}, not separable"
