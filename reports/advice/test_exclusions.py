"""How exclusions that share a reason become one point."""

from __future__ import annotations

from typing import Any

import advice_testing as made
from advice_testing import around, candidate, entry, wanted
from exclusions import points
from rules import advise
from wording import plain


def told(candidates: list[Any], entries: Any = None, **asked: Any) -> list[str]:
    tried: dict[str, list[str]] = {}
    for item in candidates:
        tried.setdefault(item["mechanism"], []).append(item["wait"])
    answer = advise(made.facts(candidates, entries), wanted(**asked))
    return [plain(point) for point in points(answer["excluded"], tried)]


def test_a_wait_is_named_where_another_one_does_not_share_the_reason() -> None:
    ring = candidate("ring", "spin")
    fast = candidate("ring", p99={"64": around(10)})
    assert told([candidate("pipe", p99={"64": around(20_000)}), fast, ring], p99_ns=1000) == [
        "the p99 budget: p99 is above 1 µs: `pipe` (20.0 µs [19.0, 21.0]), "
        "`ring · spin` (10.0 µs [9.50, 10.5])."]


def test_all_who_spin_are_counted_and_not_listed() -> None:
    everyone = [candidate(name, wait) for name in ("pipe", "ring") for wait in ("spin", "block")]
    assert told(everyone, cores_to_burn=1) == [
        "the limit on spinning: 2 spinning processes keep 2 cores busy, and 1 may be: all 2 candidates that "
        "spin."]


def test_what_all_share_is_told_once_and_what_is_their_own_beside_each() -> None:
    weak = {"survives_peer_kill": False}
    assert told([candidate("a"), candidate("b")], [entry("a", traits=weak), entry("b", traits=weak)],
                survive_crash=True) == [
        "the crash of a peer survived: a peer that is killed at the wrong point may block the others or lose "
        "messages (not survives_peer_kill): `a` (made(7)), `b` (made(7))."]


def test_points_stand_in_the_order_of_requirements() -> None:
    found = told([candidate("a")], [entry("a", traits={"named": False, "fifo": False})], ordered=True,
                 unrelated_processes=True, p99_ns=1, rate=1e9)
    assert [point.partition(":")[0] for point in found] == [
        "the p99 budget", "the rate", "messages in order", "unrelated processes"]
