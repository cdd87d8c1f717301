"""Reads verify.json, which `ipcmark verify` writes, and says who failed what."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from reading import Source, source_of
from results import Refused, Result

READS_SCHEMA = 1
VERIFY_FILE = "verify.json"
KINDS = ("clauses", "contention", "faults", "guarantees")
BAD = ("fail", "unexpected_pass", "broken_setup", "hang")
SYMBOLS = {
    "pass": "+", "fail": "F", "expected_deviation": "d", "unexpected_pass": "P", "unsupported": "u",
    "broken_setup": "B", "inconclusive": "?", "hang": "H",
}


@dataclass(frozen=True)
class Case:
    """A clause, and what came of it for one mechanism; for a facility of the system, `mechanism` is empty."""

    id: str
    mechanism: str
    kind: str
    outcome: str
    title: str
    detail: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def section(self) -> str:
        """GEN of GEN-05."""
        return self.id.partition("-")[0]

    @property
    def bad(self) -> bool:
        """True when a promise was not kept, or when nobody could tell because the test itself broke."""
        return self.outcome in BAD


@dataclass(frozen=True)
class Verification:
    """A whole verification. `run` and `environment` are the file's own objects; `source` is the file."""

    run: dict[str, Any]
    environment: dict[str, Any]
    seed: int
    cases: list[Case]
    source: Source | None = None

    @cached_property
    def failed(self) -> list[Case]:
        """The cases that failed the run."""
        return [case for case in self.cases if case.bad]

    def broken_by(self, mechanism: str) -> list[str]:
        """The clauses that a mechanism does not keep, options aside."""
        name = mechanism.partition("[")[0]
        return [case.id for case in self.failed if case.mechanism == name]


def file_of(given: Path) -> Path:
    """The file that a command line means: itself, or the one inside a directory of a verification."""
    return given / VERIFY_FILE if given.is_dir() else given


def load(file: Path) -> Verification:
    """The verification in `file`. Throws Refused, and nothing else, when there is none that can be read."""
    try:
        data = file.read_bytes()
        document = json.loads(data)
        if not isinstance(document, dict) or type(document.get("schema")) is not int:
            raise Refused("is no verification", "give a directory that `ipcmark verify` wrote")
        if document["schema"] > READS_SCHEMA:
            raise Refused(f"has schema {document['schema']} and this report reads schema {READS_SCHEMA}",
                          "update ipcmark")
        cases = [_case(item, kind) for kind in KINDS for item in document[kind]]
        return Verification(document["run"], document["environment"], int(document["seed"]), cases,
                            source_of(file, data))
    except OSError as error:
        raise Refused(f"cannot be read ({error.strerror})", "give what `ipcmark verify` wrote") from None
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"is not a sound verification ({type(error).__name__}: {error})",
                      "verify again") from None


def _case(item: dict[str, Any], kind: str) -> Case:
    if item["outcome"] not in SYMBOLS:
        raise ValueError(f"no outcome is called {item['outcome']}")
    return Case(str(item["id"]), item["mechanism"] or "", kind, item["outcome"], str(item["title"]),
                str(item["detail"]), dict(item.get("facts", {})))


def doubted(result: Result, verification: Verification) -> Result:
    """The result with what was broken noted at each trial: such trials keep their rows and rank nowhere."""
    trials = [replace(trial, broken=verification.broken_by(trial.mechanism)) for trial in result.trials]
    return replace(result, trials=trials, verification=verification)


def sections(cases: Iterable[Case]) -> list[str]:
    """The sections of the cases, in the order in which they first come."""
    return list(dict.fromkeys(case.section for case in cases))
