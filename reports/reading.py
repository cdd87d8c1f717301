"""The bytes of a result file become a document, or are refused with a reason and an advice.

Nearly all of a file are the launches with their histograms. Who needs the summaries alone reads `outlined`,
which cuts launches out before they are parsed.
"""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import schema_check

READS_SCHEMA = 1
Json = dict[str, Any]

# How the program writes a trial: members in the order of their names, no white space. In a string the
# quotation marks would have a backslash before them.
LAUNCHES, AFTER_LAUNCHES = b'"launches":[', b'],"mechanism":'
LAUNCH = frozenset(("latency_ns", "resources", "noise"))


class Refused(Exception):
    """A file that no report can be made of: what is wrong with it, and what to do about that."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what, advice)
        self.what = what
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.what}; {self.advice}"


@dataclass(frozen=True)
class Source:
    """A file that was read: its name without the folders, its size in bytes, its SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


def source_of(file: Path, data: bytes) -> Source:
    """What tells one file from another."""
    return Source(file.name, len(data), hashlib.sha256(data).hexdigest())


def bytes_of(file: Path) -> bytes:
    """What is in a file. Throws Refused."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise Refused("there is no such file", "give a directory that `ipcmark run` wrote") from None
    except OSError as error:
        raise Refused(f"cannot be read ({error.strerror})", "make it readable for this user") from None


def document(data: bytes) -> Json:
    """The document, when it is an ipcmark result of a version that can be read here. Throws Refused."""
    again = "restore it from its journal with `ipcmark run --resume`, or measure again"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("is not a text file", "give a directory that `ipcmark run` wrote") from None
    if not text.strip():
        raise Refused("is empty", again)
    try:
        with collector_paused():
            found = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        what = "is cut off" if cut else "is not valid JSON"
        raise Refused(f"{what} at line {error.lineno}, column {error.colno}", again) from None
    except (ValueError, RecursionError):
        raise Refused("is not valid JSON (a number or a nesting that JSON has not)", again) from None
    _check_version(found)
    whole: Json = found
    return whole


def _check_version(found: object) -> None:
    version = found.get("schema") if isinstance(found, dict) else None
    if type(version) is not int or version < 1:
        raise Refused("is not an ipcmark result", "give a directory that `ipcmark run` wrote")
    if isinstance(found, dict) and "clauses" in found and "trials" not in found:
        raise Refused("is a verification, which is no result", "give it with --verify")
    if version > READS_SCHEMA:
        raise Refused(f"has schema {version} and this report reads schema {READS_SCHEMA}", "update ipcmark")


@contextmanager
def collector_paused() -> Iterator[None]:
    """Without the collector of cycles, which would look through millions of numbers again and again while
    they are read, and finds nothing: a document has no cycles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def outlined(data: bytes) -> Json | None:
    """The document without what its launches hold, or None when anything else of it is not sound; `document`
    and the schema tell what. What launches hold is not looked at."""
    cut = without_launches(data)
    try:
        with collector_paused():
            found = json.loads(data, parse_constant=_refuse_constant, object_hook=_forget_launch) \
                if cut is None else json.loads(cut, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    if schema_check.check(found, _schema_of_outlines()):
        return None
    for trial in found["trials"]:
        trial["launches"] = []
    sound: Json = found
    return sound


def _forget_launch(value: Json) -> Json | None:
    """Forgets a launch as soon as it is parsed, so that a file of another order does not fill the memory."""
    return None if LAUNCH <= value.keys() else value


@cache
def _schema_of_outlines() -> Json:
    """The schema of a result, without what launches have to be like."""
    schema = schema_check.load_schema()
    del schema["$defs"]["trial"]["properties"]["launches"]["items"]
    return schema


def without_launches(data: bytes) -> bytes | None:
    """`data` with every list of launches empty, where the program wrote it; None for any other file.

    Nothing but launches can go: what ends the cut stands in no launch, and when the members of a trial have
    another order, the next list of launches begins before it. What is left may be no document.
    """
    kept, place = [], 0
    begin = data.find(LAUNCHES)
    while begin >= 0:
        inside = begin + len(LAUNCHES)
        end = data.find(AFTER_LAUNCHES, inside - 1)
        following = data.find(LAUNCHES, inside)
        if end < 0 or 0 <= following < end:
            return None
        kept.append(data[place:inside])
        place, begin = end, following
    return b"".join([*kept, data[place:]]) if kept else None
