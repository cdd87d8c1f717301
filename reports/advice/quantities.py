"""Sizes, rates and durations as people write them: 4KiB, 20k, 50us."""

from __future__ import annotations

import re

import parent_folder  # noqa: F401
from results import Refused

SIZES = {"": 1, "b": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30}
RATES = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}
TIMES = {"ns": 1.0, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9}
NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-zµμ]*)(?:/s)?", re.ASCII)


def size_of(text: str | int) -> int:
    """Bytes."""
    found = _parsed(str(text), SIZES, "size", "bytes, as in 64 or 4KiB")
    if found != int(found):
        raise Refused(f"size cannot be {text}", "give whole bytes")
    return int(found)


def rate_of(text: str | float) -> float:
    """Messages per second."""
    return _parsed(str(text), RATES, "rate", "messages per second, as in 20000, 20k or 1M")


def duration_of(text: str) -> float:
    """Nanoseconds. A unit has to be there."""
    return _parsed(str(text), TIMES, "p99", "a duration with its unit, as in 800ns, 50us or 2ms")


def _parsed(text: str, units: dict[str, float] | dict[str, int], name: str, wanted: str) -> float:
    match = NUMBER.fullmatch(text.strip())
    if not match or match[2].lower() not in units:
        raise Refused(f"{name} cannot be {text!r}", f"give {wanted}")
    return float(match[1]) * units[match[2].lower()]
