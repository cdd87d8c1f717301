"""Checks a document against schema.json, in the keywords which that schema uses: what is wrong, and where.

A reader's machine need not have python3-jsonschema; the tests compare this walk with that library's verdicts.
Patterns are taken as anchored at both ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import schema_fits
from schema_fits import LARGEST, MOST


class Problem(NamedTuple):
    """The first thing wrong: where (trials[3].size) and what (is "big", needs an integer)."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where} {self.what}" if self.where else f"the document {self.what}"


def load_schema() -> dict[str, Any]:
    """The published schema, from beside this file."""
    document: dict[str, Any] = json.loads(Path(__file__).with_name("schema.json").read_text("utf-8"))
    return document


def check(document: object, schema: dict[str, Any]) -> Problem | None:
    """The first problem of `document`, or None when it is what `schema` asks for."""
    if schema_fits.compiled(schema, schema)(document):
        return None
    return next(_problems(document, schema, schema, ""), None)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < LARGEST


TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": _is_number,
    "integer": lambda value: _is_number(value) and value == int(value),
}


def shown(value: object) -> str:
    """A value short enough for one line of an error message."""
    text = json.dumps(value) if not isinstance(value, (dict, list)) else f"a JSON {type(value).__name__}"
    return text if len(text) <= 40 else text[:37] + "..."


def _problems(value: Any, schema: dict[str, Any], root: dict[str, Any], where: str) -> Iterator[Problem]:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        if name == "bins":
            yield from _bin_problems(value, where)
        else:
            yield from _problems(value, root["$defs"][name], root, where)
    if "anyOf" in schema:
        yield from _choice_problems(value, schema["anyOf"], root, where)
    yield from _own_problems(value, schema, where)
    if isinstance(value, dict):
        yield from _member_problems(value, schema, root, where)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from _problems(item, schema["items"], root, f"{where}[{index}]")


def _own_problems(value: Any, schema: dict[str, Any], where: str) -> Iterator[Problem]:
    """What is wrong with the value itself, its parts aside. Later checks rely on earlier ones."""
    if "const" in schema and (value != schema["const"] or isinstance(value, bool)):
        yield Problem(where, f"is {shown(value)}, must be {shown(schema['const'])}")
    if "enum" in schema and value not in schema["enum"]:
        yield Problem(where, f"is {shown(value)}, must be one of {', '.join(schema['enum'])}")
    if "type" in schema:
        allowed = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        if not any(TYPES[name](value) for name in allowed):
            yield Problem(where, f"is {shown(value)}, must be of type {' or '.join(allowed)}")
            return
    if "pattern" in schema and isinstance(value, str) and not re.fullmatch(schema["pattern"], value):
        yield Problem(where, f"is {shown(value)}, which has not the required form {schema['pattern']}")
    if _is_number(value) and value < schema.get("minimum", value):
        yield Problem(where, f"is {shown(value)}, must not be below {schema['minimum']}")
    if _is_number(value) and value > schema.get("maximum", value):
        yield Problem(where, f"is {shown(value)}, must not be above {schema['maximum']}")


def _member_problems(
    value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], where: str
) -> Iterator[Problem]:
    for key in schema.get("required", ()):
        if key not in value:
            yield Problem(where, f"has no \"{key}\"")
    for key, part in schema.get("properties", {}).items():
        if key in value:
            yield from _problems(value[key], part, root, f"{where}.{key}" if where else key)


def _choice_problems(
    value: Any, choices: list[dict[str, Any]], root: dict[str, Any], where: str
) -> Iterator[Problem]:
    """Nothing when one choice fits; otherwise what the best fitting one lacks, of equal ones the last."""
    found = [next(_problems(value, choice, root, where), None) for choice in choices]
    wrong = [problem for problem in found if problem is not None]
    if len(wrong) == len(choices):
        yield max(reversed(wrong), key=lambda problem: len(problem.where))


def _bin_problems(value: Any, where: str) -> Iterator[Problem]:
    """The rule for bins by hand: of hundreds of thousands of them the walk would take seconds."""
    if not isinstance(value, list):
        yield Problem(where, f"is {shown(value)}, must be of type array")
        return
    last = -1.0
    for index, pair in enumerate(value):
        sound = (
            type(pair) is list and len(pair) == 2
            and type(pair[0]) in (int, float) and type(pair[1]) is int
            and last < pair[0] < LARGEST and 1 <= pair[1] <= MOST
        )
        if not sound:
            yield Problem(f"{where}[{index}]", "is not an ascending [upper edge in ns, count]")
            return
        last = pair[0]
