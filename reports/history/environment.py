"""Which machine and which kind of build a run is of: the same id as `ipcmark baseline list` shows."""

from __future__ import annotations

import json
import re
from typing import Any

from model import Environment, text_at

# The fields that have to be equal for two runs to be comparable. suites/compare/stable_environment.cpp has
# the same ones in the same order: ids are of both.
STABLE = (
    "cpu.vendor", "cpu.model", "cpu.family", "cpu.model_number", "cpu.stepping", "cpu.cores", "cpu.threads",
    "cpu.sockets", "cpu.numa_nodes", "kernel.name", "kernel.release", "kernel.architecture",
    "virtualisation.hypervisor", "virtualisation.container", "build.compiler", "build.compiler_version",
    "build.flags", "build.build_type", "build.assertions", "build.sanitizers", "libc.version",
)


def of_record(record: dict[str, Any]) -> Environment:
    """The environment that a result has recorded."""
    facts = {name: _text(record, *name.split(".")) for name in STABLE}
    facts["topology"] = _dumped(record["topology"]) if "topology" in record else "unknown"
    threads = text_at(record, "cpu", "threads")
    parts = [
        text_at(record, "cpu", "model"),
        f"{threads} threads" if threads != "unknown" else "",
        _known(facts, "virtualisation.hypervisor") + " guest" if _is_guest(facts) else "",
        _known(facts, "kernel.name", "kernel.release", "kernel.architecture"),
        _known(facts, "build.compiler", "build.compiler_version", "build.flags"),
    ]
    return Environment(hashed(facts.values()), ", ".join(filter(None, parts)), facts)


def hashed(texts: Any) -> str:
    """16 hexadecimal digits of the texts, by FNV-1a (Fowler, Noll, Vo)."""
    value = 0xCBF29CE484222325
    for letter in "".join(text + "\n" for text in texts).encode("utf-8", "surrogatepass"):
        value = (value ^ letter) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def _known(facts: dict[str, str], *names: str) -> str:
    """What is known of some facts, in one line."""
    return " ".join(facts[name] for name in names if facts[name] not in ("unknown", ""))


def _is_guest(facts: dict[str, str]) -> bool:
    return facts["virtualisation.hypervisor"] not in ("none", "unknown")


def _text(record: dict[str, Any], group: str, name: str) -> str:
    fields = record.get(group)
    if not isinstance(fields, dict) or name not in fields:
        return "unknown"
    value = fields[name]
    text = value if isinstance(value, str) else _dumped(value)
    return _major_minor(text) if name == "release" else text


def _dumped(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _major_minor(release: str) -> str:
    """6.18.44-rc1 counts as 6.18."""
    found = re.match(r"[^.]*\.[0-9]*", release)
    return found[0] if found else release
