"""What would change the answer, and what to relax when there is none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from checks import placement_of
from deciding import Decision, decide
from ranking import Choice
from requirements import STATISTICS, Requirements
from wording import TITLES, WITHOUT, figure_text, size_text

Json = dict[str, Any]

# The member of the requirements that holds a constraint, where its name is another.
KEYS = {"p99": "p99_ns", "rate": "rate", "spin": "cores_to_burn"}
NOTHING = Requirements().document()
MOST_RELAXED = 3
# Who needs which figure, and how many processes spin, depends on other requirements.
DEPENDENT = {"size", "rate", "spin"}


def given(wanted: Json) -> list[str]:
    """The constraints that were asked for."""
    return [name for name in WITHOUT if wanted[KEYS.get(name, name)] != NOTHING[KEYS.get(name, name)]]


def without(wanted: Json, constraints: tuple[str, ...]) -> Json:
    """The requirements without some of their constraints."""
    return wanted | {KEYS.get(name, name): NOTHING[KEYS.get(name, name)] for name in constraints}


def sizes(facts: Json, wanted: Json) -> list[int]:
    """Every other size that was measured at the placement; that of bare signals is another question."""
    placement = placement_of(facts, wanted)
    known = {int(size) for candidate in facts["candidates"] if candidate["placement"] == placement
             for name in ("p99", "stream") for size in candidate.get(name) or {}}
    return sorted(size for size in known if size not in (0, wanted["size"]))


def variants(facts: Json, wanted: Json) -> Iterator[tuple[str, str, Json]]:
    """Kind, words and requirements of each question that lies next to the one asked."""
    for name in given(wanted):
        yield name, WITHOUT[name], without(wanted, (name,))
    if wanted["cores_to_burn"] is None:
        yield "spin", "if no process may spin", wanted | {"cores_to_burn": 0}
    for placement in facts["placements"]:
        if placement != placement_of(facts, wanted):
            yield "placement", facts["places"][placement], wanted | {"placement": placement}
    for size in sizes(facts, wanted):
        yield "size", f"at {size_text(size)}", wanted | {"size": size}
    for statistic in STATISTICS:
        if statistic != wanted["prefer"][0]:
            prefer = [statistic] + [name for name in wanted["prefer"] if name != statistic]
            yield "prefer", f"with {TITLES[statistic]} preferred", wanted | {"prefer": prefer}


def changes(facts: Json, wanted: Json, choice: Choice) -> list[Json]:
    """The neighbouring questions with another answer. It counts as another only where this pick does not
    belong to those that are left beside the new one. Where nothing was measured there is no answer."""
    label = choice.pick["label"]
    found = []
    for kind, words, requirements in variants(facts, wanted):
        other = decide(facts, requirements)
        if _unmeasured(other):
            continue
        if other.choice is None or label not in [rating["label"] for rating in other.choice.left]:
            found.append({"kind": kind, "change": words, **_answer(other, requirements)})
    return found


def _unmeasured(decision: Decision) -> bool:
    """True when nobody qualifies because nobody was measured."""
    names = [(entry["mechanism"], entry["wait"], entry["constraint"]) for entry in decision.excluded]
    everyone = {name[:2] for name in names}
    without_figures = {name[:2] for name in names if name[2] == "size"}
    return decision.choice is None and everyone == without_figures


def _answer(decision: Decision, wanted: Json) -> Json:
    """Who is picked instead, with the figure that is preferred."""
    if decision.choice is None:
        return {"mechanism": None, "wait": None, "figure": None, "told": "nobody qualifies"}
    pick = decision.choice.pick
    who = {"mechanism": pick["mechanism"], "wait": pick["wait"]}
    statistic = next((name for name in wanted["prefer"] if name != "simple" and pick[name]), None)
    if statistic is None:
        return {**who, "figure": None, "told": f"`{pick['label']}`"}
    median, low, high = pick[statistic][:3]
    told = f"`{pick['label']}`, {TITLES[statistic]} {figure_text(pick[statistic], statistic)}"
    figure = {"statistic": statistic, "median": median, "low": low, "high": high}
    return {**who, "figure": figure, "told": told}


def relaxations(facts: Json, wanted: Json, decision: Decision) -> list[Json]:
    """When nobody qualifies: the fewest constraints whose removal lets somebody qualify, and who that is;
    then the nearest sizes that were measured and at which somebody does."""
    of_each = _obstacles_of_each(decision)
    found: list[Json] = []
    for count in range(1, MOST_RELAXED + 1):
        for constraints in combinations(given(wanted), count):
            if not any(obstacles <= set(constraints) for obstacles in of_each):
                continue
            found += _relaxed(facts, without(wanted, constraints), list(constraints),
                              " and ".join(WITHOUT[name] for name in constraints))
        if found:
            break
    around = sizes(facts, wanted)
    smaller = [size for size in reversed(around) if size < wanted["size"]]
    larger = [size for size in around if size > wanted["size"]]
    for side in (smaller, larger):
        fitting = (_relaxed(facts, wanted | {"size": size}, ["size"], f"at {size_text(size)}")
                   for size in side)
        found += next((entry for entry in fitting if entry), [])
    return found


def _obstacles_of_each(decision: Decision) -> list[set[str]]:
    """Of each candidate what excludes it, but for what may go away with something else: it saves asking again
    where nothing can come of it."""
    found: dict[tuple[str, str], set[str]] = {}
    for entry in decision.excluded:
        obstacles = found.setdefault((entry["mechanism"], entry["wait"]), set())
        obstacles |= {entry["constraint"]} - DEPENDENT
    return list(found.values())


def _relaxed(facts: Json, wanted: Json, constraints: list[str], words: str) -> list[Json]:
    decision = decide(facts, wanted)
    if decision.choice is None:
        return []
    return [{"constraints": constraints, "change": words, "qualifying": len(decision.qualified),
             **_answer(decision, wanted)}]
