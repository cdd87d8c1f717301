"""Whether a document fits a schema, without saying why not: a schema becomes functions once, which then run
through a million members in the time that the walk of schema_check.py takes for some thousands."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

LARGEST = 1e300
MOST = 2**63 - 1  # That a count can be: what a reader can pack.
Fits = Callable[[Any], bool]

PLAIN: dict[str, Fits] = {
    "object": lambda value: type(value) is dict,
    "array": lambda value: type(value) is list,
    "string": lambda value: type(value) is str,
    "boolean": lambda value: type(value) is bool,
    "null": lambda value: value is None,
}


def compiled(node: dict[str, Any], root: dict[str, Any]) -> Fits:
    """The function that says whether a value fits `node`, a part of the schema `root`. It may say no to what
    fits, if that is not from a JSON parser, but never yes to what does not."""
    known: dict[str, Fits] = {"bins": _bins}

    def of(part: dict[str, Any]) -> Fits:
        checks: list[Fits] = []
        if "$ref" in part:
            name = part["$ref"].removeprefix("#/$defs/")
            if name not in known:
                known[name] = of(root["$defs"][name])
            checks.append(known[name])
        if "anyOf" in part:
            choices = [of(choice) for choice in part["anyOf"]]
            checks.append(lambda value: any(choice(value) for choice in choices))
        checks += _own(part)
        if "properties" in part or "required" in part:
            inner = [(key, of(inside)) for key, inside in part.get("properties", {}).items()]
            checks.append(_members(frozenset(part.get("required", ())), inner, part.get("type") != "object"))
        if "items" in part and "$ref" not in part:
            checks.append(_items(of(part["items"])))
        return _all(checks)

    return of(node)


def _all(checks: list[Fits]) -> Fits:
    if len(checks) == 1:
        return checks[0]
    return lambda value: all([check(value) for check in checks])


def _own(part: dict[str, Any]) -> list[Fits]:
    """What a value itself has to be, its parts aside."""
    checks: list[Fits] = []
    if "const" in part:
        wanted = part["const"]
        checks.append(lambda value: type(value) is type(wanted) and value == wanted)
    if "enum" in part:
        allowed = part["enum"]
        checks.append(lambda value: type(value) is str and value in allowed)
    if "type" in part and not (part["type"] == "object" and ("properties" in part or "required" in part)):
        names = [part["type"]] if isinstance(part["type"], str) else part["type"]
        checks.append(_of_types(names, part))
    if "pattern" in part:
        match = re.compile(part["pattern"]).fullmatch
        checks.append(lambda value: type(value) is not str or match(value) is not None)
    return checks


def _of_types(names: list[str], part: dict[str, Any]) -> Fits:
    kinds = [_number(name == "integer", part) if name in ("number", "integer") else PLAIN[name]
             for name in names]
    if len(kinds) == 1:
        return kinds[0]
    return lambda value: any([kind(value) for kind in kinds])


def _number(whole: bool, part: dict[str, Any]) -> Fits:
    """Numbers within the bounds of `part`; true and false are none, whatever Python says."""
    largest = math.nextafter(LARGEST, 0)
    low, high = max(part.get("minimum", -largest), -largest), min(part.get("maximum", largest), largest)

    def fits(value: Any) -> bool:
        kind = type(value)
        return (kind is int or kind is float and (not whole or value.is_integer())) and low <= value <= high

    return fits


def _members(required: frozenset[str], inner: list[tuple[str, Fits]], others: bool) -> Fits:
    """Whether an object has all that it must and nothing wrong; `others` is what to say of what is none."""
    absent = object()

    def fits(value: Any) -> bool:
        if type(value) is not dict:
            return others
        if not required <= value.keys():
            return False
        get = value.get
        for key, fit in inner:
            member = get(key, absent)
            if member is not absent and not fit(member):
                return False
        return True

    return fits


def _items(fit: Fits) -> Fits:
    return lambda value: type(value) is not list or all([fit(item) for item in value])


def _bins(value: Any) -> bool:
    """[upper edge in ns, count] with edges that ascend and counts from 1."""
    if type(value) is not list:
        return False
    last = -1.0
    for pair in value:
        if type(pair) is not list or len(pair) != 2:
            return False
        edge, count = pair
        if not (type(edge) in (int, float) and type(count) is int and last < edge < LARGEST
                and 1 <= count <= MOST):
            return False
        last = edge
    return True
