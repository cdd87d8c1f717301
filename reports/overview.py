"""What is to be known before any figure: the machine, the run, and what limits their worth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from results import Result
from units import BYTES, BYTES_PER_S, TIME, digits, message_size, quantity, short
from words import listing, plural


class Banner(NamedTuple):
    """A reason to read all figures with care, and the section that says more of it, if one does."""

    title: str
    text: str
    section: str = ""


class Fact(NamedTuple):
    """Something known by name."""

    name: str
    value: str


def machine(result: Result) -> str:
    """The machine in one line."""
    environment = result.environment
    cpu = environment["cpu"]
    model = cpu["model"].replace("(R)", "").replace("(TM)", "")
    memory = environment.get("memory")
    total = memory.get("total_bytes") if isinstance(memory, dict) else None
    parts = [
        model if model != "unknown" else "unknown processor",
        f"{_count(cpu['cores'], 'core')}, {_count(cpu['threads'], 'thread')}",
        *_shell(environment["virtualisation"]),
        system(result),
    ]
    return " · ".join(parts + ([short(total, BYTES)] if isinstance(total, int) and total > 0 else []))


def system(result: Result) -> str:
    """The operating system by its name and release."""
    kernel = result.environment["kernel"]
    known = [str(kernel[key]) for key in ("name", "release") if kernel.get(key, "unknown") != "unknown"]
    return " ".join(known) or "unknown system"


def _shell(virtualisation: dict[str, Any]) -> list[str]:
    """What is between the processes and the metal."""
    hypervisor, container = virtualisation["hypervisor"], virtualisation["container"]
    texts = {"none": "no hypervisor", "unknown": "virtualisation unknown", "kvm": "KVM guest"}
    inside = [] if container in ("none", "unknown") else [f"{container} container"]
    return [texts.get(hypervisor, f"{hypervisor} guest"), *inside]


def _count(value: Any, noun: str) -> str:
    return plural(int(value), noun) if value != "unknown" else f"unknown {noun}s"


def banners(result: Result) -> list[Banner]:
    """Everything that limits what the whole report is worth."""
    found = []
    if result.instead:
        found.append(Banner("This is not the result that was asked for first.",
                            f"{plural(result.instead, 'file')} before it could not be read."))
    if result.run["partial"]:
        found.append(Banner("This run is not complete.", "It ended before its plan did; trials are missing."))
    if wine := result.environment.get("wine"):
        found.append(Banner(f"Measured under Wine {wine['version']}.",
                            "The figures tell of Wine here, not of Windows."))
    warnings = doctor(result, "warning")
    if warnings:
        said = " ".join(sentence(item["what"]) for item in warnings)
        found.append(Banner(f"{plural(len(warnings), 'warning')} about this host.", said, "environment"))
    return found


def doctor(result: Result, severity: str) -> list[dict[str, str]]:
    """The doctor's remarks of one severity."""
    return [item for item in result.environment["doctor"] if item["severity"] == severity]


def stopped(text: str) -> str:
    """The text with a full stop, unless it brought its own."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    return stopped(text[:1].upper() + text[1:])


def facts(result: Result) -> list[Fact]:
    """The run at a glance."""
    run = result.run
    mechanisms = {trial.mechanism for trial in result.measured if not trial.is_floor}
    trials = [f"{len(result.measured):,} measured"]
    trials += [f"{len(result.failed):,} failed"] if result.failed else []
    trials += [f"{len(result.unfinished):,} unfinished"] if result.unfinished else []
    trials += [f"{len(result.skipped):,} skipped"] if result.skipped else []
    launches = sum(len(trial.launches) for trial in result.trials)
    return [
        Fact("Date", f"{run['started'][:10]} {run['started'][11:16]} UTC"),
        Fact("Suite", run["suite"]),
        Fact("Mechanisms", f"{len(mechanisms)}"),
        Fact("Trials", ", ".join(trials)),
        Fact("Launches", f"{launches:,}"),
        Fact("Revision", run["revision"]),
        Fact("Run", run["id"]),
    ]


def floors(result: Result) -> list[Fact]:
    """What nothing on this machine can beat."""
    known = result.floors
    clock = known["clock"]
    found = [
        Fact(f"Reading the clock ({clock['source']})", quantity(clock["cost_ns"], TIME)),
        Fact("Resolution of the clock", quantity(clock["resolution_ns"], TIME)),
        Fact("Cache line to another core and back", _time(known["cache_line_round_trip_ns"])),
        Fact("System call", _time(known["system_call_ns"])),
    ]
    for item in sorted(known["memcpy"], key=lambda item: int(item["size"])):
        name = f"memcpy of {message_size(int(item['size']))}"
        found.append(Fact(name, quantity(item["bytes_per_s"], BYTES_PER_S)))
    return found


def _time(value: float | None) -> str:
    return "not available here" if value is None else quantity(value, TIME)


def environment(result: Result) -> list[Fact]:
    """Every fact of the environment, the doctor's remarks aside."""
    return list(_flat({key: value for key, value in result.environment.items() if key != "doctor"}, ""))


MOST_ITEMS = 4


def _flat(value: Any, name: str) -> Iterator[Fact]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flat(part, f"{name}.{key}" if name else str(key))
    else:
        yield Fact(name, _plain(value, name))


def _plain(value: Any, name: str = "") -> str:
    """A value of the environment for people."""
    if isinstance(value, list):
        return listing([_plain(item) for item in value], MOST_ITEMS) if value else "none"
    if isinstance(value, dict):
        return " ".join(f"{key} {_plain(part)}" for key, part in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)) and name.endswith("_bytes"):
        return short(value, BYTES)
    if isinstance(value, float):
        return digits(value)
    return "not available here" if value is None else str(value)
