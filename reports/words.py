"""The words for what the program names: placements, waits and workloads, in the order shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from units import MESSAGES_PER_S, quantity

WAITS = {
    "block": "blocking",
    "adaptive": "adaptive",
    "spin": "spinning",
    "none": "not waiting",
}

PLACEMENTS = {
    "same_core": "same core",
    "smt_siblings": "SMT siblings",
    "two_cores": "two cores",
    "two_sockets": "two sockets",
    "unpinned": "unpinned",
}

PLACES = {
    "same_core": "on one core",
    "smt_siblings": "on SMT siblings",
    "two_cores": "across two cores",
    "two_sockets": "across two sockets",
    "unpinned": "unpinned",
}

# A finding in one sentence speaks of the first of these placements that was measured: where two processes
# usually sit.
HEADLINE = ("two_cores", "two_sockets", "smt_siblings", "same_core", "unpinned")


class Workload(NamedTuple):
    """What a workload's figures mean. A closed loop's rate is its latency turned round, and that of a
    paced one is given: neither is a finding. Such workloads are ranked by their latency."""

    title: str
    latency: str
    meaning: str
    closed_loop: bool


WORKLOADS = {
    "ping_pong": Workload(
        "Ping-pong", "round trip",
        "Round-trip time, closed loop: the next message leaves when the last answer is back.", True),
    "stream": Workload(
        "Stream", "one-way latency",
        "One-way time of sampled messages while the producer sends as fast as it can, queueing included.",
        False),
    "idle": Workload(
        "Idle", "one-way latency",
        "One message in a millisecond, so CPU time per message is what a millisecond of waiting costs; "
        "latency is one-way, after idling.", True),
    "crowd": Workload(
        "Crowd", "one-way latency",
        "Two producers and two consumers on one link, as fast as it takes them: the rate is that of all "
        "together, latency is one-way, queueing included. Pinned producers share one processor, and so do "
        "consumers.", False),
    "urgent": Workload(
        "Urgent", "one-way latency of urgent messages",
        "One message in 64 has a higher priority and overtakes the others, of which the producer sends as "
        "many as it can. Latency is of the urgent ones; of the rate 63 in 64 are ordinary.", True),
    "open_loop": Workload(
        "Open loop", "one-way latency from when a message was due",
        "Messages are due at a fixed rate, whether the channel keeps up or not. Latency is one-way and from "
        "the moment at which a message was due, so what waits behind a full channel or a pause is late, too; "
        "the producer's CPU time is of its schedule.", True),
}


def workload(name: str) -> Workload:
    """The meaning of a workload; a plain one for a name that is not known here."""
    base, rate = at_rate(name)
    if rate:
        about = workload(base)
        return about._replace(title=f"{about.title} at {quantity(rate, MESSAGES_PER_S)}")
    title = name.replace("_", " ").capitalize()
    meaning = f"Latency as the workload {name} defines it."
    return WORKLOADS.get(name, Workload(title, "latency", meaning, False))


def at_rate(name: str) -> tuple[str, int]:
    """A workload's own name and the rate that it was at, 0 for one without: open_loop-1000."""
    base, _, rate = name.rpartition("-")
    return (base, int(rate)) if base and rate.isdigit() else (name, 0)


def in_order(names: Iterable[str]) -> list[str]:
    """Workloads in the order in which a page speaks of them; those that are not known here come last."""
    known = list(WORKLOADS)

    def place(name: str) -> tuple[int, str, int]:
        base, rate = at_rate(name)
        return known.index(base) if base in known else len(known), base, rate

    return sorted(set(names), key=place)


def condition(placement: str, wait: str) -> str:
    """Two cores · block."""
    place = PLACEMENTS[placement]
    return f"{place[0].upper()}{place[1:]} · {wait}"


def headline_placement(present: Iterable[str]) -> str:
    """The placement of which a one-sentence finding speaks."""
    return min(present, key=HEADLINE.index)


def listing(names: list[str], most: int = 3) -> str:
    """a, b and 4 more."""
    if len(names) > most + 1:
        names = names[:most] + [f"{len(names) - most} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def plural(count: int, noun: str) -> str:
    """1 trial, 2 trials, 2 launches."""
    ending = "" if count == 1 else "es" if noun.endswith("ch") else "s"
    return f"{count:,} {noun}{ending}"
