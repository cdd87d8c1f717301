"""How far a whole run can be trusted: one word, and every check that it rests on."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

import overview
from results import Result
from stats import NEEDED_COVERAGE
from units import percent
from words import listing, plural

# A share of disturbed launches from which one should be careful, and one from which medians may be of the
# disturbance: a median bears less than half.
SOME_DISTURBED, MOST_DISTURBED = 0.05, 0.5
# The null mechanism moves nothing, so what its rate varies by, high over low, is the machine's own doing.
NULL_WIDE, NULL_WILD = 1.1, 2.0


class Level(enum.IntEnum):
    """What a check says of the run, the worst last."""

    SOUND = 0
    CARE = 1
    BAD = 2


WORDS = {Level.SOUND: "Sound", Level.CARE: "Read with care", Level.BAD: "Not to be relied on"}


class Check(NamedTuple):
    """One check with its outcome in words, and the anchor of the section that says more, if one does."""

    level: Level
    title: str
    text: str
    section: str = ""


def checks(result: Result) -> list[Check]:
    """Every check of the run, the worst first."""
    found = [*completeness(result), *host(result), *precision(result), *disturbance(result),
             *null_control(result), verification(result)]
    return sorted(found, key=lambda check: -check.level)


def level(found: list[Check]) -> Level:
    """The lamp as a whole: the worst of its checks."""
    return max(check.level for check in found)


def doubts(result: Result) -> list[str]:
    """Why nobody should choose by this run, a sentence or two for each check that says so; mostly none."""
    return [f"{check.title} {check.text}" for check in checks(result) if check.level is Level.BAD]


def completeness(result: Result) -> Iterator[Check]:
    """Whether there are figures, of all that was planned."""
    if not result.measured:
        yield Check(Level.BAD, "Nothing was measured.", "No trial of this run has figures.", "nothing")
    if result.failed:
        who = listing(sorted({trial.mechanism for trial in result.failed}))
        yield Check(Level.CARE, f"{plural(len(result.failed), 'trial')} failed.",
                    f"They have no figures; a lost or torn message is no fast one: {who}.", "failures")
    if not result.run["partial"]:
        yield Check(Level.SOUND, "Complete.", "Every trial of the plan had its turn.")


def host(result: Result) -> Iterator[Check]:
    """What the machine itself takes from the figures' worth."""
    for banner in overview.banners(result):
        yield Check(Level.CARE, *banner)
    if not overview.doctor(result, "warning"):
        yield Check(Level.SOUND, "No warning about this host.", "The doctor found nothing to mend.",
                    "environment")


def precision(result: Result) -> Iterator[Check]:
    """How many trials have intervals that may separate anything."""
    known = [trial for trial in result.measured if not trial.is_floor]
    if not known:
        return
    enough = sum(trial.confidence >= NEEDED_COVERAGE for trial in known) / len(known)
    said = f"{percent(enough)} of the trials have intervals that cover {percent(NEEDED_COVERAGE)} or more"
    if enough >= 0.9:
        yield Check(Level.SOUND, "Enough launches.", f"{said}.")
    else:
        yield Check(Level.CARE if enough >= 0.5 else Level.BAD, "Too few launches.",
                    f"Only {said}; the others rank nowhere.")


def disturbance(result: Result) -> Iterator[Check]:
    """How many launches the rest of the machine disturbed, as their own probes saw it."""
    launches = [launch for trial in result.measured for launch in trial.launches]
    if not launches:
        return
    hit = sum(launch.contaminated for launch in launches)
    share = hit / len(launches)
    if not hit:
        yield Check(Level.SOUND, "No launch was disturbed.", f"{plural(len(launches), 'launch')} ran alone.")
    else:
        worth = (Level.SOUND if share < SOME_DISTURBED else
                 Level.CARE if share < MOST_DISTURBED else Level.BAD)
        yield Check(worth, f"{percent(share)} of the launches were disturbed.",
                    f"Other work took processors during {hit:,} of {len(launches):,}; they are kept, and "
                    "widen the intervals.")


def null_control(result: Result) -> Iterator[Check]:
    """How steady the machine was, told by the mechanism that moves nothing."""
    rates = [trial.summary["messages_per_s"] for trial in result.having("messages_per_s", family="null")]
    rates = [rate for rate in rates if rate.low > 0]
    if not rates:
        yield Check(Level.CARE, "No null control.",
                    "The mechanism that moves nothing was not measured, so the machine's own variation is "
                    "not known.")
        return
    typical = median(rate.high / rate.low for rate in rates)
    said = f"The mechanism that moves nothing varies by a factor of {typical:.2f} from launch to launch"
    if typical <= NULL_WIDE:
        yield Check(Level.SOUND, "The null control is steady.", f"{said}.", "floors")
    else:
        yield Check(Level.CARE if typical <= NULL_WILD else Level.BAD, "The null control is not steady.",
                    f"{said}: small differences may be the machine's.", "floors")


def verification(result: Result) -> Check:
    """Whether correctness was checked, and what came of it."""
    checked = result.verification
    if checked is None:
        return Check(Level.CARE, "Not verified.",
                     "No verification was given with this run; `ipcmark verify` checks what each mechanism "
                     "promises.")
    cases = plural(len(checked.cases), "case")
    if not checked.failed:
        return Check(Level.SOUND, "Verified.", f"None of {cases} failed.", "promises")
    who = sorted({case.mechanism for case in checked.failed if case.mechanism})
    told = f" What broke a promise ranks nowhere: {listing(who)}." if who else ""
    return Check(Level.CARE, f"{len(checked.failed):,} of {cases} failed.", told.strip(), "promises")
