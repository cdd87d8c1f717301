"""How the rules write numbers and names. rules.js writes them in the same way, letter by letter."""

from __future__ import annotations

import re
from typing import Any

import parent_folder  # noqa: F401
from units import MESSAGES_PER_S, NBSP, TIME, Interval, Scale, digits, message_size, quantity, short, spread

Json = dict[str, Any]
Figure = list[float]

# Numbers that lie exactly between two roundings go up, in both languages alike.
NUDGE = 1 + 1e-12

SCALES: dict[str, Scale] = {"p99": TIME, "cpu": TIME, "idle": TIME, "throughput": MESSAGES_PER_S}
TITLES = {"p99": "p99", "cpu": "CPU per message", "throughput": "throughput", "simple": "simplicity"}

# How a requirement is called, in questions and over the lists of those that do not meet it.
ASKED = {
    "size": "the size of messages",
    "verification": "the clauses of the verification",
    "trials": "whole and working trials",
    "p99": "the p99 budget",
    "rate": "the rate",
    "producers": "several producers",
    "consumers": "several consumers",
    "every_consumer": "each message to every consumer",
    "no_loss": "no loss",
    "ordered": "messages in order",
    "survive_crash": "the crash of a peer survived",
    "see_death": "the death of the producers seen",
    "spin": "the limit on spinning",
    "platforms": "the systems",
    "unrelated_processes": "unrelated processes",
    "pass_fd": "descriptors handed over",
    "replies": "replies",
    "one_link": "both directions on one link",
    "never_block": "a producer that never waits for a slow consumer",
    "priorities": "priorities",
    "no_dependencies": "no dependencies",
}

WITHOUT = {
    "p99": "without the p99 budget",
    "rate": "without the rate",
    "producers": "with one producer",
    "consumers": "with one consumer",
    "every_consumer": "if each message need not reach every consumer",
    "no_loss": "if messages may be lost",
    "ordered": "if messages may overtake one another",
    "survive_crash": "if a killed peer may harm the others",
    "see_death": "if the death of the producers need not be seen",
    "spin": "if processes may spin",
    "platforms": "if it need not run on each of the systems",
    "unrelated_processes": "if only relatives talk",
    "pass_fd": "if no descriptor is handed over",
    "one_link": "if each direction may have a link of its own",
    "never_block": "if a slow consumer may hold the producer back",
    "priorities": "without priorities",
    "no_dependencies": "if libraries and daemons are welcome",
}


def rounded(value: float) -> float:
    """Four significant digits; an int where that is exact, as JSON then writes it without a point."""
    short = float(f"{value * NUDGE:.4g}")
    return int(short) if short == int(short) else short


def amount(value: float, statistic: str) -> str:
    """A figure with its unit: 5.10 µs."""
    return quantity(value * NUDGE, SCALES[statistic])


def limit(value: float, statistic: str) -> str:
    """A limit as somebody gave it: 50 µs."""
    return short(value * NUDGE, SCALES[statistic])


def figure_text(figure: Figure, statistic: str) -> str:
    """Median, interval and unit, and the coverage where it is too little: 5.10 µs [4.92, 5.31]."""
    median, low, high = (value * NUDGE for value in figure[:3])
    told = spread(Interval(median, low, high), SCALES[statistic])
    return f"{told} (coverage {_percent(figure[3])})" if len(figure) > 3 else told


def _percent(share: float) -> str:
    return f"{share * 100 * NUDGE:.0f}{NBSP}%"


def times(value: float) -> str:
    """A ratio: 1.52, 131."""
    return digits(value * NUDGE)


def size_text(size: int) -> str:
    """64 B, 4 KiB."""
    return message_size(size)


def label(mechanism: str, wait: str) -> str:
    """The name under which a candidate appears."""
    return f"{mechanism} · {wait}"


def plain(text: str) -> str:
    """With ordinary spaces between numbers and units, for JSON and terminals."""
    return re.sub(NBSP, " ", text)
