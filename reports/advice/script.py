"""The rules as one piece of JavaScript, for a page or for node."""

from __future__ import annotations

from pathlib import Path

FILES = ("words.js", "checks.js", "ranking.js", "rules.js")


def rules_script() -> str:
    """The scripts in the order in which they need one another; the global `ipcmarkAdvice` has what they
    offer, `advise(facts, requirements)` before all."""
    return "\n".join((Path(__file__).parent / name).read_text("utf-8") for name in FILES)
