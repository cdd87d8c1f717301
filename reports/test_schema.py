"""schema.json against the library for JSON Schema, and our own walk of it against the library's verdicts."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

import schema_check
import schema_fits
import testing
from results import STATISTICS

SCHEMA = schema_check.load_schema()
ABSENT = object()
Path = tuple[Any, ...]


def good() -> testing.Json:
    """A document with every kind of member in it."""
    return testing.result(
        [testing.trial(launches=2), testing.failed(), testing.trial("null", "null", "stream", launches=1)],
        [testing.skip()]) | {"more": "an object may hold more"}


GOOD = good()
LAUNCH: Path = ("trials", 0, "launches", 0)

WRONG: list[tuple[Path, object]] = [
    (("schema",), 2), (("schema",), "1"), (("schema",), True), (("run",), []), (("trials",), {}),
    (("run", "id"), "../elsewhere"), (("run", "partial"), "no"), (("run", "seed"), 1.5),
    (("run", "started"), "yesterday"), (("run", "started"), "2026-01-31 12:34:56"), (("run", "finished"), 7),
    (("environment", "cpu", "cores"), "two"), (("environment", "cpu", "threads"), -1),
    (("environment", "cpu", "model"), None), (("environment", "wine"), True),
    (("environment", "virtualisation"), "kvm"), (("environment", "virtualisation", "hypervisor"), None),
    (("environment", "doctor"), [{"id": "x", "severity": "fatal", "what": "", "meaning": "", "advice": ""}]),
    (("floors", "clock", "cost_ns"), "fast"), (("floors", "memcpy", 0, "size"), 0.5),
    (("floors", "system_call_ns"), -1), (("floors", "cache_line_round_trip_ns"), "unknown"),
    (("trials", 0, "mechanism"), "<script>"), (("trials", 0, "mechanism"), "pipe\n"),
    (("trials", 0, "wait"), "sleep"), (("trials", 0, "placement"), "far"), (("trials", 0, "size"), -64),
    (("trials", 0, "size"), "64"), (("trials", 0, "confidence"), 1.5), (("trials", 0, "stopped_by"), None),
    (("trials", 0, "notes"), "two modes"), (("trials", 0, "notes"), [1]), (("trials", 0, "summary"), []),
    (("trials", 0, "summary", "p50", "low"), "4"), (("trials", 0, "summary", "p50"), 4),
    (("trials", 1, "failure", "kind"), "sad"), ((*LAUNCH, "seconds"), None), ((*LAUNCH, "messages"), 0.5),
    ((*LAUNCH, "latency_ns"), {}), ((*LAUNCH, "latency_ns", "count"), None),
    ((*LAUNCH, "latency_ns", "histogram", "unit"), "us"), ((*LAUNCH, "latency_ns", "histogram", "bins"), {}),
    ((*LAUNCH, "latency_ns", "histogram", "bins", 0), [1.0]),
    ((*LAUNCH, "latency_ns", "histogram", "bins", 0), [1.0, 0]),
    ((*LAUNCH, "latency_ns", "histogram", "bins", 0), ["1.0", 5]),
    ((*LAUNCH, "latency_ns", "histogram", "bins", 0), [1.0, 1.5]),
    ((*LAUNCH, "verified", "torn"), True), ((*LAUNCH, "resources", "producer", "user_ns"), -1),
    ((*LAUNCH, "noise", "contaminated"), 0), (("skipped", 0, "reason"), 3),
]


def changed(path: Path, value: object) -> testing.Json:
    """The good document with one member replaced, or removed."""
    document = copy.deepcopy(GOOD)
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    if value is ABSENT:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return document


def required(node: testing.Json, path: Path, value: Any) -> Iterator[Path]:
    """The paths in `value` of all members which the schema requires."""
    if "$ref" in node:
        node = SCHEMA["$defs"][node["$ref"].removeprefix("#/$defs/")]
    for choice in node.get("anyOf", ()):
        yield from required(choice, path, value)
    if isinstance(value, dict):
        yield from ((*path, key) for key in node.get("required", ()))
        for key, part in node.get("properties", {}).items():
            if key in value:
                yield from required(part, (*path, key), value[key])
    if isinstance(value, list) and value and isinstance(node.get("items"), dict):
        yield from required(node["items"], (*path, 0), value[0])


def accepts(document: testing.Json) -> bool:
    """The verdict of the library."""
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(document))


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_sound_document_is_accepted_by_both() -> None:
    assert accepts(GOOD)
    assert schema_check.check(GOOD, SCHEMA) is None


@pytest.mark.parametrize("path, value", WRONG, ids=str)
def test_the_quick_look_says_no_where_the_walk_finds_a_problem_and_yes_to_the_rest(
        path: Path, value: object) -> None:
    fits = schema_fits.compiled(SCHEMA, SCHEMA)
    assert fits(GOOD)
    assert not fits(changed(path, value))


def test_unknown_facts_and_a_run_without_an_end_are_accepted() -> None:
    document = changed(("environment", "cpu", "cores"), "unknown")
    document["run"]["finished"] = None
    document["floors"]["system_call_ns"] = None
    assert accepts(document)
    assert schema_check.check(document, SCHEMA) is None


def name_of(value: object) -> str:
    """A parameter in a test's name."""
    return "/".join(map(str, value)) if isinstance(value, tuple) else repr(value)


@pytest.mark.parametrize("path, value", WRONG, ids=name_of)
def test_a_wrong_member_is_refused_with_its_place(path: Path, value: object) -> None:
    document = changed(path, value)
    if value != "pipe\n":  # The library takes $ as the end of a line, too.
        assert not accepts(document)
    problem = schema_check.check(document, SCHEMA)
    assert problem is not None
    assert str(path[-1]) in str(problem)


@pytest.mark.parametrize("path", sorted(set(required(SCHEMA, (), GOOD)), key=str), ids=name_of)
def test_a_missing_member_is_refused_by_name(path: Path) -> None:
    document = changed(path, ABSENT)
    assert not accepts(document)
    problem = schema_check.check(document, SCHEMA)
    assert problem is not None
    assert f'has no "{path[-1]}"' in str(problem)


def test_required_members_are_found_at_every_depth() -> None:
    paths = set(required(SCHEMA, (), GOOD))
    assert (*LAUNCH, "resources", "consumer", "peak_rss_bytes") in paths
    assert (*LAUNCH, "latency_ns", "histogram", "overflow") in paths


@pytest.mark.parametrize("value", [float("inf"), 10**400, -(10**400)])
def test_a_number_that_no_figure_can_hold_is_refused(value: float) -> None:
    problem = schema_check.check(changed(("floors", "clock", "cost_ns"), value), SCHEMA)
    assert problem is not None


def test_bins_out_of_order_are_refused() -> None:
    document = changed((*LAUNCH, "latency_ns", "histogram", "bins"), [[20.0, 1], [10.0, 1]])
    problem = schema_check.check(document, SCHEMA)
    assert problem is not None
    assert problem.where.endswith("bins[1]")


def test_the_walk_knows_every_keyword_that_the_schema_uses() -> None:
    known = {"$ref", "anyOf", "const", "enum", "type", "pattern", "minimum", "maximum", "required",
             "properties", "items", "description"}
    by_hand = SCHEMA["$defs"].pop("bins")
    try:
        assert set(keywords(SCHEMA)) - {"$schema", "title", "$defs"} <= known
    finally:
        SCHEMA["$defs"]["bins"] = by_hand


def keywords(node: testing.Json) -> Iterator[str]:
    """The keywords of a schema and of all schemas in it."""
    yield from node
    inner = [*node.get("properties", {}).values(), *node.get("$defs", {}).values(), *node.get("anyOf", ())]
    for part in inner + ([node["items"]] if "items" in node else []):
        yield from keywords(part)


def test_the_report_reads_every_statistic_of_the_schema() -> None:
    assert set(STATISTICS) == set(SCHEMA["$defs"]["trial"]["properties"]["summary"]["properties"])
