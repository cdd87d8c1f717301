"""ipcmark report: draws result files. Exit code 0, or 2 where something could not be read or written.

report.py RESULT... [--verify FILE] [--baseline RESULT] [--beside RESULT] [--history STORE] [--out DIR]
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from pathlib import Path

import folders  # noqa: F401

FINE, BAD_INPUT = 0, 2
NEEDED = "install it: apt install python3-matplotlib python3-numpy"


def main(arguments: list[str]) -> int:
    """Draws each result that can be read; complains of each other in one line."""
    options = parse(arguments)
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    gc.disable()  # A report makes much and throws little away: looking for garbage is a tenth of its time.
    missing = missing_module()
    if missing:
        complain(f"{sys.executable}: this python3 has no {missing}", NEEDED)
        return BAD_INPUT
    return render(options)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line, or an exit with code 2."""
    parser = argparse.ArgumentParser(
        prog="ipcmark report", description="Draws results as a page, figures and tables.")
    parser.add_argument(
        "results", nargs="+", type=Path, metavar="RESULT",
        help="a result directory, or a result.json; the first one is the page's own, and the others are "
             "compared with it")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write, RESULT/report by default")
    parser.add_argument(
        "--baseline", type=Path, metavar="RESULT",
        help="what the results are compared with, instead of the first of them")
    parser.add_argument(
        "--verify", type=Path, metavar="FILE",
        help="what `ipcmark verify` wrote on the same machine, a directory or a verify.json: shown beside "
             "the figures, and what failed there leads no ranking")
    parser.add_argument(
        "--beside", type=Path, metavar="RESULT", action="append", default=[],
        help="another result, of another system say: its tables are shown on the same page, apart")
    parser.add_argument(
        "--history", metavar="FILE|URL", default="",
        help="a history whose series are shown; default IPCMARK_HISTORY, else .ipcmark/history.sqlite, where "
             "that has any of this environment")
    return parser.parse_args(arguments)


def missing_module() -> str:
    """The name of a needed module which this interpreter has not, or nothing."""
    try:
        import numpy  # noqa: F401
        import matplotlib  # noqa: F401
    except ImportError as error:
        return error.name or str(error)
    return ""


def complain(what: str, advice: str) -> None:
    """The one line on stderr."""
    line = " ".join(f"ipcmark report: {what}; {advice}".split())
    print(line, file=sys.stderr)


def render(options: argparse.Namespace) -> int:
    """Writes the report and returns an exit code. Nothing gets past that would print a traceback."""
    import gathering
    import writing

    told: list[str] = []

    def refuse(file: object, what: str, advice: str) -> None:
        told.append(str(file))
        complain(f"{file}: {what}", advice)

    try:
        with gathering.begun(options) as reads:
            own = gathering.own(options, refuse)
            if own is None:
                return BAD_INPUT
            folder = options.out or own.file.parent / "report"
            report = writing.Report(own.result, gathering.beside(options, refuse), folder)
            report.write(gathering.compared(options, own, reads, refuse),
                         gathering.past_of(options, own, refuse))
    except OSError as error:
        complain(f"{error.filename or options.out}: cannot be written ({error.strerror})",
                 "choose another --out")
        return BAD_INPUT
    except Exception as error:
        complain(f"{options.results[0]}: cannot be drawn ({type(error).__name__}: {error})",
                 "please report this")
        return BAD_INPUT
    print(os.fsencode(folder / "index.html").decode("utf-8", "replace"))
    return BAD_INPUT if told else FINE


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
