"""What a command line asks for, read from its files. Each that cannot be read is told and left out."""

from __future__ import annotations

import importlib
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import results
import verification
from comparison import Comparison, compare
from outlines import Loading, Outline, loading, of_result
from past import Past
from results import Refused, Result, file_of

HISTORY = Path(__file__).with_name("history")
Refuse = Callable[[object, str, str], None]  # The file, what is wrong with it, what to do.


@dataclass(frozen=True)
class Own:
    """The page's own result and its file; `refused` are the files before it that could not be read."""

    file: Path
    result: Result
    refused: list[Path]


def begun(options: Namespace) -> AbstractContextManager[Loading]:
    """Begins to read all other results; this is best done before anything large is in memory."""
    _, *rest = map(file_of, options.results)
    more = [file_of(options.baseline)] if options.baseline and file_of(options.baseline) not in rest else []
    return loading(rest + more)


def own(options: Namespace, refuse: Refuse) -> Own | None:
    """The first result that can be read, with its verification; None when there is none."""
    refused: list[Path] = []
    for file in map(file_of, options.results):
        try:
            result = results.load(file)
        except Refused as problem:
            refuse(file, problem.what, problem.advice)
            refused.append(file)
            continue
        if refused:
            result = replace(result, instead=len(refused))
        return Own(file, _doubted(result, options, refuse), refused)
    return None


def _doubted(result: Result, options: Namespace, refuse: Refuse) -> Result:
    """The result with what its verification found, where one was given that can be read."""
    if options.verify is None:
        return result
    file = verification.file_of(options.verify)
    try:
        return verification.doubted(result, verification.load(file))
    except Refused as problem:
        refuse(file, problem.what, problem.advice)
        return result


def beside(options: Namespace, refuse: Refuse) -> list[Result]:
    """The results of which the page has tables."""
    found = []
    for file in map(file_of, options.beside):
        try:
            found.append(results.load(file))
        except Refused as problem:
            refuse(file, problem.what, problem.advice)
    return found


def compared(options: Namespace, own: Own, reads: Loading, refuse: Refuse) -> Comparison | None:
    """All results against the baseline; None when only one could be read."""
    read: dict[Path, Outline] = {}
    for file, outline in reads.done():
        if isinstance(outline, Outline):
            read[file] = outline
        elif file not in own.refused:
            refuse(file, outline.what, outline.advice)
    read[own.file] = of_result(own.result)
    order = [read[file] for file in map(file_of, options.results) if file in read]
    baseline = read.get(file_of(options.baseline)) if options.baseline else None
    return _compared(baseline or order[0], order)


def _compared(baseline: Outline, order: Sequence[Outline]) -> Comparison | None:
    others = list(order)
    if baseline in others:
        others.remove(baseline)
    found = compare(baseline, others)
    return found if found.others else None


def past_of(options: Namespace, own: Own, refuse: Refuse) -> Past | None:
    """What the history says of the result. Without --history a store that is not there, or that this python3
    cannot open, is no reason to say anything."""
    try:
        sys.path.append(str(HISTORY))
        found: Past | None = importlib.import_module("for_report").past(own.result, options.history)
        return found
    except ImportError as error:
        problem = Refused(f"the history needs a python3 with {error.name}",
                          "apt install python3-sqlalchemy")
    except Refused as refused:
        problem = refused
    if options.history:
        refuse(options.history, problem.what.removeprefix(f"{options.history}: "), problem.advice)
    return None
