"""Why not the others: exclusions that share a reason, told as one point."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from checks import TRAITS
from wording import ASKED

Json = dict[str, Any]

FIGURE = re.compile(r"(p99|throughput) of (.*) (is (?:above|below) .*)")


@dataclass(frozen=True)
class Exclusion:
    """One mechanism of a point: what stands behind the reason, where it is documented, which of its waits."""

    mechanism: str
    basis: tuple[str, ...]
    manual: str
    waits: list[str]


def points(excluded: list[Json], tried: dict[str, list[str]]) -> Iterator[str]:
    """A point for each requirement and reason, in the order of requirements. `tried` has the waits of each
    mechanism that were measured at all."""
    groups: dict[tuple[str, str], dict[object, Exclusion]] = {}
    for entry in excluded:
        reason, basis, manual = _split(entry)
        members = groups.setdefault((entry["constraint"], reason), {})
        new = Exclusion(entry["mechanism"], basis, manual, [])
        members.setdefault((entry["mechanism"], basis), new).waits.append(entry["wait"])
    for constraint in ASKED:
        for (of, reason), members in groups.items():
            if of == constraint:
                yield f"{ASKED[constraint]}: {_point(constraint, reason, list(members.values()), tried)}."


def _split(entry: Json) -> tuple[str, tuple[str, ...], str]:
    """Evidence in its parts: a sentence, what it rests on, and a manual page."""
    told, _, manual = entry["evidence"].partition("; see ")
    reason, bracket, basis = told.partition(" (")
    figure = FIGURE.fullmatch(told)
    if figure and entry["constraint"] in ("p99", "rate"):
        return f"{figure[1]} {figure[3]}", (figure[2],), manual
    if entry["constraint"] in TRAITS and bracket and basis.endswith(")"):
        return reason, tuple(basis[:-1].split("; ")), manual
    return told, (), manual


def _point(constraint: str, reason: str, members: list[Exclusion], tried: dict[str, list[str]]) -> str:
    """The reason with what all share of its basis, and the mechanisms with what is their own."""
    spinning = sum("spin" in waits for waits in tried.values())
    if constraint == "spin" and len(members) == spinning > 1:
        return f"{reason}: all {spinning} candidates that spin"
    shared = [part for part in members[0].basis if all(part in member.basis for member in members)]
    head = f"{reason} ({'; '.join(shared)})" if shared else reason
    return f"{head}: {', '.join(_named(member, shared, tried[member.mechanism]) for member in members)}"


def _named(member: Exclusion, shared: list[str], tried: list[str]) -> str:
    """A mechanism, and its wait where another one of it does not share the reason."""
    own = [part for part in member.basis if part not in shared] + ([member.manual] if member.manual else [])
    waits = [] if set(member.waits) == set(tried) else [" and ".join(dict.fromkeys(member.waits))]
    name = f"`{' · '.join([member.mechanism, *waits])}`"
    return f"{name} ({'; '.join(own)})" if own else name
