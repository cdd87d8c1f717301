"""What limits the worth of an advice that rests on a result: its machine, its run, its verification."""

from __future__ import annotations

from collections.abc import Iterator

import parent_folder  # noqa: F401
import lamp
import overview
from results import Result


def machine_caveats(result: Result) -> list[str]:
    """A sentence for each thing that makes every figure of a result worth less."""
    doubts = [f"Not to be relied on: {doubt}" for doubt in lamp.doubts(result)]
    return [*doubts, *_host(result), *_verification(result)]


def _host(result: Result) -> Iterator[str]:
    hypervisor = result.environment["virtualisation"]["hypervisor"]
    if hypervisor not in ("none", "unknown"):
        yield (f"Measured in a virtual machine ({hypervisor}): waking a processor goes through the "
               "hypervisor, so rankings of blocking mechanisms may differ on bare metal.")
    if wine := result.environment.get("wine"):
        yield f"Measured under Wine {wine['version']}: the figures tell of Wine, not of Windows."
    if result.run["partial"]:
        yield "The run is not complete: trials of its plan are missing."
    warnings = [item["what"] for item in overview.doctor(result, "warning")
                if item["id"] != "virtual_machine"]
    if warnings:
        yield f"The doctor warns of this host: {' '.join(map(overview.sentence, warnings))}"


def _verification(result: Result) -> Iterator[str]:
    known = result.verification
    if known is None:
        yield ("No verification was given: that promises are kept rests on the traits and on the checks of "
               "the timed messages alone. Give one with --verify.")
        return
    if known.run.get("partial"):
        yield "The verification is not complete: clauses of its plan are missing."
    revision = known.run.get("revision", result.run["revision"])
    if revision != result.run["revision"]:
        yield (f"The verification is of another revision ({revision}) than the result "
               f"({result.run['revision']}).")
