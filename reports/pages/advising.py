"""The page's way to the advice: the facts of its result, and an answer for each named profile."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

from results import Result

FOLDER = Path(__file__).parents[1] / "advice"
sys.path.append(str(FOLDER))

from facts import facts_of  # noqa: E402
from profiles import recommendations  # noqa: E402
from script import rules_script  # noqa: E402
from wording import figure_text  # noqa: E402

__all__ = ["Advice", "advices", "facts", "figure_text", "headlines", "rules_script"]

Json = dict[str, Any]

# The profiles of which the head of the page speaks, and what they are in plain words.
PLAIN = {"rpc": "For requests and replies", "bulk": "For moving bulk"}


class Advice(NamedTuple):
    """A profile with its answer: for whom it is, what it asks for, and in plain words what it is about."""

    name: str
    about: str
    wanted: Json
    answer: Json

    @property
    def plain(self) -> str:
        """What the profile is about."""
        return PLAIN.get(self.name, f"For {self.name}")


def facts(result: Result) -> Json | None:
    """What the rules work from, or None where nothing can be advised: without traits, or where neither
    round trips nor rates were measured."""
    if not result.mechanisms or not result.measured:
        return None
    known = facts_of(result)
    return known if any({"p99", "stream"} & candidate.keys() for candidate in known["candidates"]) else None


def advices(known: Json) -> list[Advice]:
    """An answer for every named profile."""
    return [Advice(profile.name, profile.for_whom, profile.requirements.document(), answer)
            for profile, answer in recommendations(known)]


def headlines(given: list[Advice]) -> list[Advice]:
    """The answers of which the head of the page speaks."""
    return [advice for advice in given if advice.name in PLAIN]
