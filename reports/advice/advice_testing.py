"""Made-up facts and results for tests. Nothing here was ever measured."""

from __future__ import annotations

from random import Random
from typing import Any

import parent_folder  # noqa: F401
import testing
from requirements import FLAGS, STATISTICS, checked
from results import Result
from trait_words import PLAIN, judged, platforms
from words import PLACES, WAITS

Json = dict[str, Any]

# A mechanism that keeps every promise that one can keep together with the others.
TRAITS: Json = {
    "framing": "message", "delivery": "every", "lifetime": "handles", "waits": ["block"], "options": [],
    "fifo": True, "duplex": True, "many_producers": True, "many_consumers": True, "broadcasts": True,
    "loans": False, "priorities": 8, "selects": False, "sees_peer_death": True, "survives_peer_kill": True,
    "manual": "made(7)", "named": True, "passes_descriptors": True, "needs": "",
}


def entry(name: str, family: str = "made", traits: Json | None = None, **more: Any) -> Json:
    """An object of `mechanisms` of a result."""
    return {"name": name, "family": family, "summary": f"{name}, made up", "traits": TRAITS | (traits or {}),
            "systems": ["linux", "windows"], "counterpart": None, "lines": 50, "libraries": []} | more


def around(median: float, spread: float = 0.05) -> list[float]:
    """A figure with its interval."""
    return [median, median * (1 - spread), median * (1 + spread)]


def candidate(mechanism: str, wait: str = "block", placement: str = "two_cores", **figures: Any) -> Json:
    """A candidate with p99 10 µs, CPU 5 µs and 100 k msg/s at 64 B and 4 KiB, unless said otherwise."""
    usual: Json = {"p99": {"64": around(10_000), "4096": around(20_000)},
                   "cpu": {"64": around(5_000), "4096": around(5_000)},
                   "stream": {"64": around(100_000), "4096": around(50_000)}}
    return {"mechanism": mechanism, "wait": wait, "placement": placement, "missing": {}, "handles": {},
            **usual, **figures}


def facts(candidates: list[Json], entries: list[Json] | None = None, **mechanisms: Json) -> Json:
    """Facts of the candidates; `mechanisms` overrides members of theirs, by name."""
    texts: list[str] = []

    def numbers(by_name: dict[str, str]) -> dict[str, int]:
        start = len(texts)
        texts.extend(by_name.values())
        return {name: start + i for i, name in enumerate(by_name)}

    known = {item["name"]: item for item in entries or []}
    made = {}
    for name in dict.fromkeys(item["mechanism"] for item in candidates):
        item = known.get(name, entry(name))
        keeps, breaks = judged(item["traits"], {}, item)
        made[name] = {
            "base": name, "family": item["family"], "summary": item["summary"], "manual": "made(7)",
            "keeps": numbers(keeps), "breaks": numbers(breaks), "platforms": platforms(item),
            "needs": item["traits"]["needs"], "libraries": item["libraries"], "lines": item["lines"],
            "duplex": item["traits"]["duplex"], "outlives": item["traits"]["lifetime"] != "handles",
            "cases": 0, "broken": [], "deviations": [], "failures": [],
        } | mechanisms.get(name, {})
    here = {item["placement"] for item in candidates}
    return {
        "schema": 1, "result": {"id": "made", "suite": "made", "started": "", "machine": "made"},
        "placements": [place for place in ("two_cores", "same_core") if place in here], "places": PLACES,
        "waits": WAITS, "system": "linux", "verified": False, "reliable": True, "caveats": [],
        "mechanisms": made,
        "candidates": candidates, "texts": texts,
    }


def wanted(**given: Any) -> Json:
    """Requirements as the rules read them."""
    return checked(given).document()


def result(trials: list[Json] | None = None, entries: list[Json] | None = None, **more: Any) -> Json:
    """A result document with traits: of pipe, fifo and null unless said otherwise."""
    usual = [testing.trial("pipe", typical_ns=5000), testing.trial("fifo", typical_ns=9000),
             testing.trial("pipe", workload="stream"), testing.trial("fifo", workload="stream"),
             testing.trial("null", "null", typical_ns=20)]
    mechanisms = entries or [entry("pipe", "pipe"), entry("fifo", "pipe"), entry("null", "null")]
    document: Json = testing.result(usual if trials is None else trials)
    return document | {"mechanisms": mechanisms} | more


def loaded(document: Json) -> Result:
    """The document as the reader sees it."""
    return testing.loaded(document)


def random_facts(rng: Random) -> Json:
    """Facts of a dozen mechanisms that differ in everything that a rule looks at."""
    entries, candidates, overrides = [], [], {}
    for number in range(12):
        name = f"made_{number}"
        traits: Json = {words.trait: rng.random() < 0.7 for words in PLAIN.values()}
        traits |= {"delivery": rng.choice(["every", "every", "every", "lossy", "latest"]),
                   "framing": rng.choice(["message", "bytes", "bytes", "signal"]),
                   "lifetime": rng.choice(["handles", "kernel"]), "priorities": rng.choice([1, 1, 8]),
                   "needs": rng.choice(["", "", "", "a daemon"])}
        entries.append(entry(name, traits=traits, lines=rng.choice([None, 40, 40, 90]),
                             libraries=rng.choice([[], [], ["one"]]), systems=["linux"],
                             counterpart=rng.choice([None, "win_made"])))
        overrides[name] = {"broken": ["GEN-05 fail: Made"] if rng.random() < 0.05 else [],
                           "deviations": ["CON-01 expected deviation: Made"] if rng.random() < 0.2 else []}
        for placement in ("two_cores", "same_core"):
            for wait in rng.sample(["block", "spin", "adaptive"], rng.randint(1, 3)):
                candidates.append(_random_candidate(rng, name, wait, placement))
    return facts(candidates, entries, **overrides) | {"verified": rng.random() < 0.5}


def _random_candidate(rng: Random, name: str, wait: str, placement: str) -> Json:
    made = candidate(name, wait, placement, p99={}, cpu={}, stream={})
    for size in rng.choice([[8, 64, 1024, 65536], [64, 4096], [64], [256, 4096]]):
        for figure, usual in (("p99", 2e4), ("cpu", 8e3), ("stream", 4e5), ("crowd", 2e5), ("idle", 1e5),
                              ("after_silence", 5e4)):
            if rng.random() < (0.95 if figure in ("p99", "cpu", "stream") else 0.4):
                median = float(f"{usual * 4 ** rng.uniform(-1, 1) * (1 + size / 4096):.4g}")
                low, high = (float(f"{median * x:.4g}") for x in (rng.uniform(0.7, 1), rng.uniform(1, 1.4)))
                made.setdefault(figure, {})[str(size)] = [median, low, high] + [0.75] * (rng.random() < 0.05)
    if rng.random() < 0.4:
        rates = (1000, 50_000, 10**6)
        made["load"] = {str(size): {str(rate): around(rng.uniform(1e3, 1e7)) for rate in rates}
                        for size in rng.choice([[64], [64, 4096]])}
    if rng.random() < 0.7:
        made["handles"] = {"ping_pong": rng.randint(1, 6), "stream": rng.randint(1, 4)}
    return made


def random_wanted(rng: Random) -> Json:
    """Requirements of which some are met by most mechanisms and some by few."""
    given: Json = {"size": rng.choice([0, 1, 8, 64, 100, 256, 1000, 4096, 9000, 65536, 100_000])}
    given |= {"producers": rng.choice([1, 1, 1, 2, 4]), "consumers": rng.choice([1, 1, 1, 2, 4])}
    given |= {name: True for name in FLAGS if rng.random() < 0.15}
    if rng.random() < 0.5:
        given["p99_ns"] = rng.choice([300, 5000, 20_000, 50_000, 1e6, 137_499.5])
    if rng.random() < 0.4:
        given["rate"] = rng.choice([1, 20_000, 433_300, 1e6])
    if rng.random() < 0.5:
        given["cores_to_burn"] = rng.choice([0, 0, 2, 4, 5])
    if rng.random() < 0.2:
        given["platforms"] = rng.choice([["linux"], ["windows"], ["linux", "windows"]])
    if rng.random() < 0.4:
        given["placement"] = rng.choice(["same_core", "two_cores"])
    if rng.random() < 0.5:
        given["prefer"] = rng.sample(STATISTICS, rng.randint(1, 4))
    return wanted(**given)
