"""A candidate's figures at the size asked for, and which requirements it does not meet, with evidence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from wording import amount, figure_text, label, limit, rounded, size_text

Json = dict[str, Any]
Figure = list[float]

# Up to a cache line a message costs what the smallest one costs: sizes below stand in for one another.
SMALL = 64
TRAITS = ("producers", "consumers", "every_consumer", "no_loss", "ordered", "survive_crash", "see_death",
          "unrelated_processes", "pass_fd", "one_link", "never_block", "priorities", "no_dependencies")
SIDES = ("producers", "consumers")
LIKE = 1.25  # Sources whose lengths differ by no more than this factor are as simple as one another.
UNKNOWN = 10**9  # Of a count that is not known: such a one is simpler than nobody.
WORKLOADS = {"p99": "ping_pong", "cpu": "ping_pong"}


def at(figures: Json | None, size: int) -> tuple[Figure, str] | None:
    """The figure at a size: measured, interpolated between its neighbours (both axes logarithmic), or that of
    the smallest one, which stands for still smaller ones. None beyond the sizes measured."""
    sizes = sorted(int(known) for known in figures or {})
    if not figures or not sizes or size > sizes[-1]:
        return None
    if str(size) in figures:
        return figures[str(size)], "measured"
    if size < sizes[0]:
        return (figures[str(sizes[0])], "smallest") if sizes[0] <= SMALL else None
    above = next(known for known in sizes if known > size)
    below = sizes[sizes.index(above) - 1]
    return _between(figures[str(below)], figures[str(above)], _share(below, size, above)), "interpolated"


def _share(below: int, size: int, above: int) -> float:
    start = math.log(max(below, 1))
    return (math.log(size) - start) / (math.log(above) - start)


def _between(a: Figure, b: Figure, share: float) -> Figure:
    def value(x: float, y: float) -> float:
        if x <= 0 or y <= 0:
            return rounded(x + (y - x) * share)
        return rounded(math.exp(math.log(x) + (math.log(y) - math.log(x)) * share))

    coverage = [figure[3] for figure in (a, b) if len(figure) > 3]
    return [*map(value, a[:3], b[:3]), *([min(coverage)] if coverage else [])]


def placement_of(facts: Json, wanted: Json) -> str:
    """The placement of which the advice speaks: figures of different placements are never ranked together."""
    return str(wanted["placement"] or next(iter(facts["placements"]), "two_cores"))


def here(facts: Json, wanted: Json) -> list[Json]:
    """The candidates of that placement."""
    placement = placement_of(facts, wanted)
    return [candidate for candidate in facts["candidates"] if candidate["placement"] == placement]


def shared(wanted: Json) -> bool:
    """True when several processes of a side share a link and each message reaches one of them."""
    return (wanted["producers"] > 1 or wanted["consumers"] > 1) and not wanted["every_consumer"]


def throughput_workload(facts: Json, wanted: Json) -> str:
    """Whose rate counts: that of a crowd where several share a link and somebody was measured so, or a
    stream's. It is one and the same for all candidates."""
    candidates = here(facts, wanted) if shared(wanted) else []
    crowded = any(at(candidate.get("crowd"), wanted["size"]) for candidate in candidates)
    return "crowd" if crowded else "stream"


def rated(facts: Json, wanted: Json, candidate: Json, workload: str) -> Json:
    """A candidate with its figures at the size asked for (null where there is none) and its complexity."""
    mechanism = facts["mechanisms"][candidate["mechanism"]]
    found = {"p99": at(candidate.get("p99"), wanted["size"]), "cpu": at(candidate.get("cpu"), wanted["size"]),
             "throughput": at(candidate.get(workload), wanted["size"])}
    rating: Json = {
        "mechanism": candidate["mechanism"], "wait": candidate["wait"], "placement": candidate["placement"],
        "label": label(candidate["mechanism"], candidate["wait"]), "family": mechanism["family"],
        **{name: figure[0] if figure else None for name, figure in found.items()},
        "idle": _of_smallest(candidate.get("idle")),
        "after_silence": _of_smallest(candidate.get("after_silence")),
        "load": _under_load(candidate.get("load"), wanted),
        "size_is": {name: figure[1] for name, figure in found.items() if figure},
        "complexity": _complexity(mechanism, candidate, wanted),
    }
    rating["straddles"] = _straddles(rating, wanted)
    return rating


def _of_smallest(figures: Json | None) -> Figure | None:
    """The figure at the smallest size that has one: of what hardly depends on the size."""
    return figures[min(figures, key=int)] if figures else None


def _under_load(load: Json | None, wanted: Json) -> Json | None:
    """p99 at the lowest rate and the smallest size that were measured and not below what was asked for."""
    sizes = [int(size) for size in load or {} if int(size) >= wanted["size"]]
    if wanted["rate"] is None or load is None or not sizes:
        return None
    size = min(sizes)
    rates = [int(rate) for rate in load[str(size)] if int(rate) >= wanted["rate"]]
    return {"size": size, "rate": min(rates), "p99": load[str(size)][str(min(rates))]} if rates else None


def _complexity(mechanism: Json, candidate: Json, wanted: Json) -> Json:
    """What it takes, in the order in which it is compared."""
    links = 2 if wanted["replies"] and not mechanism["duplex"] else 1
    handles = candidate["handles"].get("ping_pong" if wanted["replies"] else "stream")
    if handles is None and links == 1:
        handles = candidate["handles"].get("ping_pong")
    objects = None if handles is None else handles + (links if mechanism["outlives"] else 0)
    return {"needs": mechanism["needs"], "libraries": mechanism["libraries"], "lines": mechanism["lines"],
            "kernel_objects": objects}


def complexity_key(rating: Json) -> list[int]:
    """Smaller is simpler: needs beside the kernel, libraries, lines, kernel objects, in this order."""
    known = rating["complexity"]
    return [1 if known["needs"] else 0, len(known["libraries"]),
            UNKNOWN if known["lines"] is None else known["lines"],
            UNKNOWN if known["kernel_objects"] is None else known["kernel_objects"]]


def as_simple(a: Json, b: Json) -> bool:
    """True when two need as much and their sources are about as long: a few lines decide nothing."""
    mine, its = complexity_key(a), complexity_key(b)
    lines = (mine[2], its[2])
    return mine[:2] == its[:2] and max(lines) <= LIKE * min(lines)


def _straddles(rating: Json, wanted: Json) -> list[str]:
    """The limits within a figure's interval: nobody can say on which side of them it is."""
    p99, rate = rating["p99"], rating["throughput"]
    found = []
    if wanted["p99_ns"] is not None and p99 and p99[1] <= wanted["p99_ns"] < p99[2]:
        found.append("p99")
    if wanted["rate"] is not None and rate and rate[1] < wanted["rate"] <= rate[2]:
        found.append("rate")
    return found


def violations(facts: Json, wanted: Json, candidate: Json, rating: Json,
               workload: str) -> Iterator[tuple[str, str]]:
    """Each requirement that a candidate does not meet, with the evidence."""
    mechanism = facts["mechanisms"][candidate["mechanism"]]
    if wanted["size"] > 0 and "payload" in mechanism["breaks"]:
        yield "size", evidence(facts, mechanism, "breaks", "payload")
    else:
        yield from _unmeasured(facts, wanted, candidate, rating, workload)
    for clause in mechanism["broken"]:
        yield "verification", clause
    for failure in mechanism["failures"]:
        yield "trials", failure
    yield from _figures(wanted, rating)
    for requirement in TRAITS:
        if _asked(wanted, requirement) and requirement in mechanism["breaks"]:
            yield requirement, evidence(facts, mechanism, "breaks", requirement)
    yield from _spinning(wanted, candidate)
    for system in wanted["platforms"]:
        if system not in mechanism["platforms"]:
            yield "platforms", f"there is nothing like it on {system}"


def evidence(facts: Json, mechanism: Json, side: str, requirement: str) -> str:
    """What a mechanism's traits say, and where that is documented."""
    manual = f"; see {mechanism['manual']}" if mechanism["manual"] else ""
    return f"{facts['texts'][mechanism[side][requirement]]}{manual}"


def _asked(wanted: Json, requirement: str) -> bool:
    if requirement == "consumers":
        return bool(wanted["consumers"] > 1 and not wanted["every_consumer"])
    if requirement == "producers":
        return bool(wanted["producers"] > 1)
    return bool(wanted[requirement])


def needed_statistics(wanted: Json) -> list[str]:
    """The figures without which nobody can be judged: of the limits given, and of the first preference."""
    first = next(statistic for statistic in wanted["prefer"] if statistic != "simple")
    return [statistic for statistic in ("p99", "cpu", "throughput")
            if statistic == first or statistic == "p99" and wanted["p99_ns"] is not None
            or statistic == "throughput" and wanted["rate"] is not None]


def _unmeasured(facts: Json, wanted: Json, candidate: Json, rating: Json,
                workload: str) -> Iterator[tuple[str, str]]:
    breaks = facts["mechanisms"][candidate["mechanism"]]["breaks"]
    # Who cannot share a link is told so, and not that it was not measured in a crowd.
    alone = any(_asked(wanted, side) and side in breaks for side in SIDES)
    loads: dict[str, list[str]] = {}
    for statistic in needed_statistics(wanted):
        load = WORKLOADS.get(statistic, workload)
        if not rating[statistic] and not (load == "crowd" and alone):
            why = _why_unmeasured(facts, candidate, load, wanted["size"])
            loads[why] = loads.get(why, []) + ([] if load in loads.get(why, []) else [load])
    for why, those in loads.items():
        yield "size", f"{' and '.join(those)} not measured at {size_text(wanted['size'])}{why}"


def _why_unmeasured(facts: Json, candidate: Json, load: str, size: int) -> str:
    """What the run says of a trial that it has not."""
    missing = candidate["missing"].get(load, {})
    sizes = sorted(int(known) for known in missing)
    near = next((known for known in sizes if known >= size), None)
    if near is not None:
        return f": {facts['texts'][missing[str(near)]]}"
    measured = sorted(int(known) for known in candidate.get("p99" if load == "ping_pong" else load) or {})
    if not measured:
        return " nor at another size"
    return f", only from {size_text(measured[0])} to {size_text(measured[-1])}"


def _figures(wanted: Json, rating: Json) -> Iterator[tuple[str, str]]:
    p99, rate = rating["p99"], rating["throughput"]
    if wanted["p99_ns"] is not None and p99 and p99[1] > wanted["p99_ns"]:
        yield "p99", f"p99 of {figure_text(p99, 'p99')} is above {limit(wanted['p99_ns'], 'p99')}"
    if wanted["rate"] is not None and rate and rate[2] < wanted["rate"]:
        yield "rate", (f"throughput of {figure_text(rate, 'throughput')} is below "
                       f"{limit(wanted['rate'], 'throughput')}")


def _spinning(wanted: Json, candidate: Json) -> Iterator[tuple[str, str]]:
    """A spinning process keeps a core busy, whether there is a message or not."""
    needed = wanted["producers"] + wanted["consumers"]
    allowed = wanted["cores_to_burn"]
    if allowed is not None and candidate["wait"] == "spin" and needed > allowed:
        yield "spin", f"{needed} spinning processes keep {needed} cores busy, and {allowed} may be"


def reasons(facts: Json, wanted: Json, rating: Json) -> list[Json]:
    """What speaks for a candidate that meets every requirement: one entry for each that was asked."""
    merits = _merits(facts, wanted, rating)
    return [{"constraint": constraint, "evidence": text} for constraint, text in merits]


def _merits(facts: Json, wanted: Json, rating: Json) -> Iterator[tuple[str, str]]:
    mechanism = facts["mechanisms"][rating["mechanism"]]
    if wanted["p99_ns"] is not None and rating["p99"]:
        yield "p99", (f"p99 of {figure_text(rating['p99'], 'p99')} against a budget of "
                      f"{limit(wanted['p99_ns'], 'p99')}")
    if wanted["rate"] is not None and rating["throughput"]:
        yield "rate", (f"throughput of {figure_text(rating['throughput'], 'throughput')} where "
                       f"{limit(wanted['rate'], 'throughput')} are asked for")
    for requirement in TRAITS:
        if _asked(wanted, requirement) and requirement in mechanism["keeps"]:
            yield requirement, evidence(facts, mechanism, "keeps", requirement)
    if wanted["cores_to_burn"] is not None:
        yield "spin", f"its wait is {rating['wait']}"
    for system in wanted["platforms"]:
        yield "platforms", f"on {system} it is {mechanism['platforms'][system]}"
    if rating["idle"]:
        yield "idle", f"a millisecond of waiting costs {amount(rating['idle'][0], 'idle')} of CPU time"
