"""One answer: who meets every requirement, who does not and why, and who is picked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from checks import here, rated, throughput_workload, violations
from ranking import Choice, choose

Json = dict[str, Any]


@dataclass(frozen=True)
class Decision:
    """Who qualifies, the exclusions of the others, and what was chosen; None when nobody qualifies."""

    qualified: list[Json]
    excluded: list[Json]
    choice: Choice | None


def decide(facts: Json, wanted: Json) -> Decision:
    """Checks each candidate of the placement, and chooses among those that meet everything."""
    workload = throughput_workload(facts, wanted)
    qualified, excluded = [], []
    for candidate in here(facts, wanted):
        rating = rated(facts, wanted, candidate, workload)
        found = list(violations(facts, wanted, candidate, rating, workload))
        excluded += [
            {"mechanism": candidate["mechanism"], "wait": candidate["wait"], "constraint": constraint,
             "evidence": evidence} for constraint, evidence in found]
        if not found:
            qualified.append(rating)
    return Decision(qualified, excluded, choose(qualified, wanted["prefer"]))
