"""The advice: facts and requirements in, a reasoned answer out. rules.js says the same in a browser.

Both work on plain JSON and on nothing else; a test compares their answers over many requirements.
"""

from __future__ import annotations

from typing import Any

from caveats import caveats
from changes import changes, relaxations
from checks import placement_of, reasons, throughput_workload
from deciding import decide
from ranking import choose, margin, pareto, separable

Json = dict[str, Any]


def advise(facts: Json, wanted: Json) -> Json:
    """The answer to the requirements `wanted` (Requirements.document()) from `facts` (facts_of). README.md
    says what it holds; `pick` is None when nobody qualifies."""
    decision = decide(facts, wanted)
    choice = decision.choice
    answer: Json = {
        "placement": placement_of(facts, wanted),
        "throughput_workload": throughput_workload(facts, wanted),
        "pick": None, "decided_by": None, "steps": [], "reasons": [], "runner_up": None, "margin": None,
        "level": [], "qualifying": len(decision.qualified), "pareto": pareto(decision.qualified),
        "excluded": decision.excluded, "changes": [], "relax": [], "caveats": [],
    }
    if choice is None:
        return answer | {"relax": relaxations(facts, wanted, decision),
                         "caveats": caveats(facts, wanted, None, None)}
    pick = choice.pick
    base = facts["mechanisms"][pick["mechanism"]]["base"]
    others = [rating for rating in decision.qualified
              if facts["mechanisms"][rating["mechanism"]]["base"] != base]
    second = choose(others, wanted["prefer"])
    runner_up = second.pick if second else None
    return answer | {
        "pick": pick, "decided_by": choice.decided_by, "steps": choice.steps,
        "reasons": reasons(facts, wanted, pick), "runner_up": runner_up,
        "margin": margin(pick, runner_up, wanted["prefer"]) if runner_up else None,
        "level": level(pick, decision.qualified, wanted["prefer"][0]),
        "changes": changes(facts, wanted, choice), "caveats": caveats(facts, wanted, choice, runner_up),
    }


def level(pick: Json, qualified: list[Json], statistic: str) -> list[Json]:
    """Who cannot be told from the pick in the first preferred statistic; nobody where that is simplicity."""
    if statistic == "simple" or not pick[statistic]:
        return []
    return [{"mechanism": rating["mechanism"], "wait": rating["wait"]} for rating in qualified
            if rating["label"] != pick["label"] and rating[statistic]
            and not separable(rating[statistic], pick[statistic])]
