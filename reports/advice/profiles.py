"""Profiles: requirements under a name, in TOML. The named ones lie in profiles/; anybody may write more."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import parent_folder  # noqa: F401
from quantities import duration_of, rate_of, size_of
from requirements import Requirements, checked
from results import Refused
from rules import advise

Json = dict[str, Any]

FOLDER = Path(__file__).parent / "profiles"
# In the order in which they are shown.
NAMES = ("rpc", "bulk", "fan-in", "pub-sub", "telemetry", "control", "cross-platform", "simplest")
# What a profile writes in another way than the requirements hold it.
UNITS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "size": ("size", size_of), "rate": ("rate", rate_of), "p99": ("p99_ns", duration_of),
}
FOR_WHOM = "for_whom"
KNOWN = (FOR_WHOM, *("p99" if name == "p99_ns" else name for name in Requirements.__dataclass_fields__))


@dataclass(frozen=True)
class Profile:
    """Requirements with the name of the profile and a sentence that says for whom they are. `given` holds
    only what the profile asks for, by members of Requirements."""

    name: str
    for_whom: str
    given: Json

    @property
    def requirements(self) -> Requirements:
        """The whole of it, with what it does not name left open."""
        return checked(self.given)


def profile(given: str) -> Profile:
    """The named profile, or the one in a file. Throws Refused."""
    if given in NAMES:
        return _read(FOLDER / f"{given}.toml", given)
    if given.endswith(".toml"):
        return _read(Path(given), Path(given).stem)
    raise Refused(f"no profile is called {given}", f"known are {', '.join(NAMES)}; or give a FILE.toml")


def all_profiles() -> list[Profile]:
    """The named ones, in the order in which they are shown."""
    return [profile(name) for name in NAMES]


def recommendations(facts: Json) -> list[tuple[Profile, Json]]:
    """Each named profile with the advice that the facts give it."""
    return [(known, advise(facts, known.requirements.document())) for known in all_profiles()]


def _read(file: Path, name: str) -> Profile:
    try:
        document = tomllib.loads(file.read_bytes().decode("utf-8"))
    except OSError as error:
        raise Refused(f"{file}: cannot be read ({error.strerror})", "give a profile's name or file") from None
    except ValueError as error:
        raise Refused(f"{file}: is not valid TOML ({error})",
                      "see the named ones in reports/advice/profiles") from None
    for key in document:
        if key not in KNOWN:
            raise Refused(f"{file}: no requirement is called {key}", f"known are {', '.join(KNOWN)}")
    try:
        found = Profile(name, str(document.pop(FOR_WHOM, "")), translated(document))
        checked(found.given)
    except Refused as refused:
        raise Refused(f"{file}: {refused.what}", refused.advice) from None
    return found


def translated(document: Json) -> Json:
    """What people write as members of Requirements."""
    return {UNITS[key][0] if key in UNITS else key: UNITS[key][1](value) if key in UNITS else value
            for key, value in document.items()}
