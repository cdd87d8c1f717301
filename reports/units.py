"""Numbers as people read them: three significant digits, a unit on every figure.

Units are decimal (1 GB/s is 10^9 bytes per second) except for message sizes, which programs choose as powers
of two (4 KiB). An interval is written in the unit of its median, so that its three numbers compare at sight.
"""

from __future__ import annotations

import math
from typing import NamedTuple

Scale = tuple[tuple[float, str], ...]

NBSP = "\u00a0"  # Between a number and its unit, so that no line breaks there.

TIME: Scale = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))
BYTES_PER_S: Scale = ((1e12, "TB/s"), (1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s"), (1.0, "B/s"))
MESSAGES_PER_S: Scale = ((1e9, "G msg/s"), (1e6, "M msg/s"), (1e3, "k msg/s"), (1.0, "msg/s"))
BYTES: Scale = ((2.0**40, "TiB"), (2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"), (1.0, "B"))


class Interval(NamedTuple):
    """A median over launches with the bounds of its interval, all three in one unit."""

    median: float
    low: float
    high: float


def digits(value: float) -> str:
    """Three significant digits without an exponent: 1.23, 12.3, 123, 1230."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:.{places}f}"
    grown = max(0, 2 - math.floor(math.log10(abs(float(text))))) if float(text) else places
    return text if grown == places else f"{value:.{grown}f}"


def step(value: float, scale: Scale) -> tuple[float, str]:
    """The divisor and the unit in which `value` has one to three digits before its point."""
    shown = abs(value) * 1.0005
    return next(((size, unit) for size, unit in scale if shown >= size), scale[-1])


def quantity(value: float, scale: Scale) -> str:
    """One number with its unit: 5.1 µs."""
    size, unit = step(value, scale)
    return f"{digits(value / size)}{NBSP}{unit}"


def short(value: float, scale: Scale) -> str:
    """A round number without needless digits, as at an axis: 10 µs, and 0 without a unit."""
    number, unit = quantity(value, scale).split(NBSP, 1)
    return f"{float(number):g}{NBSP}{unit}" if value else "0"


def bounds(interval: Interval, scale: Scale) -> str:
    """The bounds alone, in the unit of the median: [4.92, 5.31]."""
    size, _ = step(interval.median, scale)
    return f"[{digits(interval.low / size)},{NBSP}{digits(interval.high / size)}]"


def spread(interval: Interval, scale: Scale) -> str:
    """Median and bounds with the unit: 5.10 µs [4.92, 5.31]."""
    return f"{quantity(interval.median, scale)}{NBSP}{bounds(interval, scale)}"


def message_size(size: int) -> str:
    """A size exactly: 64 B, 4 KiB, 1000 B."""
    for factor, unit in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if size >= factor and size % factor == 0:
            return f"{size // factor}{NBSP}{unit}"
    return f"{size}{NBSP}B"


def percentile(p: float) -> str:
    """A quantile's name: 0.999 is 99.9%."""
    return f"{p * 100:.10g}%"


def percent(share: float) -> str:
    """A share as a rounded percentage that never rounds up to certainty: 0.9688 is 96.9 %."""
    shown = min(99.9, round(share * 100, 1)) if share < 1 else 100.0
    return f"{shown:g}{NBSP}%"
