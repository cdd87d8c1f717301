"""What somebody asks of a mechanism: the requirements as the rules read them, checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

import parent_folder  # noqa: F401
from results import Refused
from words import PLACEMENTS

SYSTEMS = ("linux", "windows")
STATISTICS = ("p99", "cpu", "throughput", "simple")
LARGEST_SIZE = 2**40
MOST_PROCESSES = 10_000


@dataclass(frozen=True)
class Requirements:
    """Hard constraints, and the order of preference among what meets them. None and False ask for nothing.

    `size` is bytes, `rate` messages per second of all producers together, `p99_ns` the budget of a round
    trip, `cores_to_burn` how many cores spinning processes may keep busy (0: none may spin).
    """

    size: int = 64
    rate: float | None = None
    p99_ns: float | None = None
    producers: int = 1
    consumers: int = 1
    every_consumer: bool = False
    no_loss: bool = False
    ordered: bool = False
    survive_crash: bool = False
    see_death: bool = False
    cores_to_burn: int | None = None
    platforms: list[str] = field(default_factory=list)
    unrelated_processes: bool = False
    pass_fd: bool = False
    replies: bool = False
    one_link: bool = False
    never_block: bool = False
    priorities: bool = False
    no_dependencies: bool = False
    placement: str | None = None
    prefer: list[str] = field(default_factory=lambda: list(STATISTICS))

    def document(self) -> dict[str, Any]:
        """As JSON, the form that the rules in both languages read."""
        return asdict(self)


def checked(given: dict[str, Any]) -> Requirements:
    """The requirements in `given`, whose keys are members of Requirements. Throws Refused at the first that
    cannot be meant; preferences that were not named follow those that were."""
    known = [member.name for member in fields(Requirements)]
    for key, value in given.items():
        if key not in known:
            raise Refused(f"no requirement is called {key}", f"known are {', '.join(known)}")
        _check(key, value)
    prefer = list(given.get("prefer", []))
    whole: dict[str, Any] = given | {"prefer": prefer + [name for name in STATISTICS if name not in prefer]}
    if "platforms" in given:
        whole["platforms"] = [system for system in SYSTEMS if system in given["platforms"]]
    return Requirements(**whole)


FLAGS = [member.name for member in fields(Requirements) if member.default is False]
COUNTS = {"producers": MOST_PROCESSES, "consumers": MOST_PROCESSES}
CHOICES = {"platforms": SYSTEMS, "prefer": STATISTICS}


def _check(key: str, value: Any) -> None:
    """Throws Refused when a requirement has a value that it cannot have."""
    if key in FLAGS:
        _demand(isinstance(value, bool), key, value, "true or false")
    elif key in COUNTS:
        _demand(_whole(value) and 1 <= value <= COUNTS[key], key, value, f"a count from 1 to {COUNTS[key]:,}")
    elif key in CHOICES:
        names = CHOICES[key]
        listed = isinstance(value, list) and all(isinstance(name, str) for name in value)
        _demand(listed and set(value) <= set(names) and len(set(value)) == len(value), key, value,
                f"different ones of {', '.join(names)}")
    elif key == "size":
        _demand(_whole(value) and 0 <= value <= LARGEST_SIZE, key, value, "bytes, as in 64 or 4KiB")
    elif key == "cores_to_burn":
        _demand(value is None or _whole(value) and 0 <= value <= MOST_PROCESSES, key, value,
                "a count of cores")
    elif key == "placement":
        _demand(value is None or value in PLACEMENTS, key, value, f"one of {', '.join(PLACEMENTS)}")
    else:
        _demand(value is None or _number(value) and value > 0, key, value, "a number above 0")


def _demand(good: bool, key: str, value: object, wanted: str) -> None:
    if not good:
        raise Refused(f"{key} cannot be {value!r}", f"give {wanted}")


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value < float("inf")
