"""Results that are made up, and their exports, for tests."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import parent_folder  # noqa: F401
import exchange
import testing

Json = dict[str, Any]
HOSTILE = 'a,"b"\nc\\d\\n \r\t\u2028 é 管 # {x="y"} %s \ud800'


def medium(run: str = "first") -> Json:
    """A run of trials of every kind, one of which failed and one of which was skipped."""
    document: Json = json.loads(_medium())
    document["run"]["id"] = run
    return document


@cache
def _medium() -> str:
    document = testing.medium()
    document["trials"] = [*document["trials"][::5], testing.failed(), crowd(), urgent()]
    document["trials"][0]["options"] = {"memory": "memfd", "depth": 256}
    return json.dumps(document)


def crowd() -> Json:
    """A trial whose sides have several processes."""
    trial = testing.trial(workload="crowd", launches=5)
    for launch in trial["launches"]:
        launch["fairness"] = {"producers": 0.75, "consumers": 1.0}
    for side, value in (("producer", 0.75), ("consumer", 1.0)):
        trial["summary"][f"{side}_fairness"] = {"median": value, "low": value, "high": value}
    return trial


def urgent() -> Json:
    """A trial whose messages have priorities."""
    trial = testing.trial(workload="urgent", launches=5)
    for launch in trial["launches"]:
        launch["overtaken_messages"] = 8.5
    trial["summary"]["overtaken_messages"] = {"median": 8.5, "low": 8.5, "high": 8.5}
    return trial


def hostile() -> Json:
    """A run with the same ugly text wherever a result file may hold text of its own."""
    document = medium()
    for key in ("suite", "command", "revision"):
        document["run"][key] = HOSTILE
    document["environment"]["cpu"]["model"] = HOSTILE
    document["environment"]["kernel"] = {"name": HOSTILE, "architecture": HOSTILE}
    document["trials"][1]["options"] = {HOSTILE: HOSTILE, "depth": 4}
    document["skipped"][0]["reason"] = HOSTILE
    return document


def written(folder: Path, *documents: Json) -> list[str]:
    """The result directories of some documents."""
    return [str(testing.write(document, folder / f"result{index}").parent)
            for index, document in enumerate(documents)]


def exported(folder: Path, name: str, *documents: Json, options: tuple[str, ...] = ()) -> bytes:
    """What a format makes of some documents, by way of the command line and files."""
    out = folder / "exported"
    arguments = [*written(folder, *documents), "--format", name, "--out", str(out), *options]
    assert exchange.main(arguments) == exchange.FINE
    return out.read_bytes()
