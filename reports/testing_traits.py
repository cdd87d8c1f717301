"""A small made-up result with traits and a verification, of which advice can be given."""

from __future__ import annotations

from typing import Any

import testing
from results import Result
from verification import Case, Verification, doubted

Json = dict[str, Any]

PLAIN = {
    "framing": "bytes", "delivery": "every", "lifetime": "handles", "waits": ["block"], "options": [],
    "fifo": True, "duplex": False, "many_producers": False, "many_consumers": False, "broadcasts": False,
    "loans": False, "priorities": 1, "selects": False, "sees_peer_death": True, "survives_peer_kill": True,
    "manual": "", "named": False, "passes_descriptors": False, "needs": "",
}
# Of each mechanism of testing.medium() the traits in which it is not plain.
TRAITS: dict[str, Json] = {
    "null": {"framing": "none"},
    "pipe": {"manual": "pipe(7)"},
    "fifo": {"manual": "fifo(7)", "lifetime": "file", "named": True},
    "ring": {"manual": "shm_overview(7)", "framing": "message", "lifetime": "kernel", "named": True,
             "many_producers": True, "many_consumers": True, "duplex": True},
    "loan": {"manual": "shm_overview(7)", "framing": "message", "lifetime": "kernel", "named": True,
             "survives_peer_kill": False, "sees_peer_death": False, "broadcasts": True, "priorities": 8},
}


def mechanisms() -> list[Json]:
    """The object of each mechanism in a result file."""
    families = {"null": "null", "pipe": "pipe", "fifo": "pipe", "ring": "shm", "loan": "shm"}
    return [
        {"name": name, "family": families[name], "summary": f"a made-up {name}", "traits": PLAIN | traits,
         "systems": ["linux"], "counterpart": "win_pipe" if name == "pipe" else None, "lines": 40 + number,
         "libraries": []}
        for number, (name, traits) in enumerate(TRAITS.items())
    ]


def result() -> Result:
    """The result with its verification, in which one mechanism fails a clause."""
    document = testing.medium()
    document["mechanisms"] = mechanisms()
    document["trials"].append(testing.failed())
    document["environment"]["doctor"] = [testing.warning()]
    document["environment"]["mitigations"] = {"speculative_store_bypass_by_prctl_and_seccomp": "vulnerable"}
    cases = [Case(f"GEN-{number:02}", name, "clauses", "pass", "EveryMessageArrives", "", {})
             for name in TRAITS if name != "null" for number in (1, 2, 3)]
    cases.append(Case("GEN-05", "fifo", "clauses", "fail", "OrderIsKept", "message 7 came before 6", {}))
    return doubted(testing.loaded(document), Verification({}, {}, 7, cases))
