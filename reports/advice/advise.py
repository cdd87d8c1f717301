"""ipcmark advise: which mechanism to choose. `advise.py RESULT [--verify FILE] [--profile NAME] [...]`.

Exit code 0; 1 when nothing qualifies, and then the answer says what to relax; 2 with one line on stderr when
there is nothing to answer from or the question cannot be meant.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import parent_folder  # noqa: F401
import telling
import verification
from arguments import asked, parse
from facts import facts_of
from profiles import all_profiles
from requirements import Requirements
from results import Refused, file_of, load
from rules import advise

FINE, NOTHING_QUALIFIES, BAD_INPUT = 0, 1, 2


def main(arguments: list[str]) -> int:
    """Answers what the command line asks and returns an exit code. No traceback gets past."""
    try:
        options = parse(arguments, refuse)
        if options.list_profiles:
            return deliver(listing(), FINE)
        return answered(options)
    except Refused as refused:
        complain(refused.what, refused.advice)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except Exception as error:
        complain(f"no advice ({type(error).__name__}: {error})", "please report this")
    return BAD_INPUT


def answered(options: argparse.Namespace) -> int:
    """Reads, decides, tells."""
    wanted, name = asked(options)
    facts = read(options.result, options.verify)
    check(facts, wanted)
    document = wanted.document()
    answer = advise(facts, document)
    told = telling.FORMATS[options.format](facts, document, answer, name)
    return deliver(told, FINE if answer["pick"] else NOTHING_QUALIFIES)


def read(given: Path, verify: Path | None) -> dict[str, Any]:
    """The facts of a result and its verification. Throws Refused, which then begins with the file."""
    file = file_of(given)
    try:
        result = load(file)
        if verify is not None:
            file = verification.file_of(verify)
            result = verification.doubted(result, verification.load(file))
            file = file_of(given)
        return facts_of(result)
    except Refused as refused:
        raise Refused(f"{file}: {refused.what}", refused.advice) from None


def check(facts: dict[str, Any], wanted: Requirements) -> None:
    """Throws Refused when the result has nothing of the placement that was asked for."""
    known = facts["placements"]
    if wanted.placement is not None and wanted.placement not in known:
        raise Refused(f"nothing was measured at the placement {wanted.placement}",
                      f"measured are {', '.join(known)}")


def listing() -> str:
    """The named profiles, a line each."""
    width = max(len(known.name) for known in all_profiles())
    return "".join(f"{known.name:{width}}  {known.for_whom}\n" for known in all_profiles())


def deliver(told: str, code: int) -> int:
    """Writes to stdout and returns the exit code."""
    sys.stdout.buffer.write(told.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
    return code


def refuse(message: str) -> NoReturn:
    """Ends with the one line of a command line that cannot be read."""
    complain(message, "see `ipcmark advise --help`")
    sys.exit(BAD_INPUT)


def complain(what: str, advice: str) -> None:
    """The one line on stderr."""
    print(" ".join(f"ipcmark advise: {what}; {advice}".split()), file=sys.stderr)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
