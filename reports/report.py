"""ipcmark report: draws result files. `report.py RESULT... [--verify FILE] [--out DIR]`, exit code 0 or 2."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from results import Result

FINE, BAD_INPUT = 0, 2
NEEDED = "install it: apt install python3-matplotlib python3-numpy"


def main(arguments: list[str]) -> int:
    """Draws each result that can be read; complains of each other in one line."""
    options = parse(arguments)
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    missing = missing_module()
    if missing:
        complain(f"{sys.executable}: this python3 has no {missing}", NEEDED)
        return BAD_INPUT
    return max(
        render(given, options, alone=len(options.results) == 1) for given in options.results)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line, or an exit with code 2."""
    parser = argparse.ArgumentParser(
        prog="ipcmark report", description="Draws results as a page, figures and tables.")
    parser.add_argument(
        "results", nargs="+", type=Path, metavar="RESULT", help="a result directory, or a result.json")
    parser.add_argument(
        "--out", type=Path, metavar="DIR",
        help="where to write, RESULT/report by default; several results each get a folder named by their run")
    parser.add_argument(
        "--verify", type=Path, metavar="FILE",
        help="what `ipcmark verify` wrote on the same machine, a directory or a verify.json: shown beside "
             "the figures, and what failed there leads no ranking")
    parser.add_argument(
        "--beside", type=Path, metavar="RESULT", action="append", default=[],
        help="another result, of another system say: its tables are shown on the same page, apart")
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


def render(given: Path, options: argparse.Namespace, *, alone: bool) -> int:
    """Writes one report and returns an exit code. Nothing gets past that would print a traceback."""
    import verification
    from results import Refused, file_of, load

    out = options.out
    file = read = file_of(given)
    try:
        result = load(file)
        if options.verify is not None:
            read = verification.file_of(options.verify)
            result = verification.doubted(result, verification.load(read))
        others = []
        for other in options.beside:
            read = file_of(other)
            others.append(load(read))
        folder = file.parent / "report" if out is None else out if alone else out / result.run["id"]
        write(result, folder, others)
    except Refused as refused:
        complain(f"{read}: {refused.what}", refused.advice)
        return BAD_INPUT
    except OSError as error:
        complain(f"{error.filename or out}: cannot be written ({error.strerror})", "choose another --out")
        return BAD_INPUT
    except Exception as error:
        complain(f"{file}: cannot be drawn ({type(error).__name__}: {error})", "please report this")
        return BAD_INPUT
    print(os.fsencode(folder / "index.html").decode("utf-8", "replace"))
    return FINE


def write(result: Result, out: Path, others: list[Result]) -> None:
    """All files of a report. The page comes last: where there is one, it is whole."""
    import export
    import figures
    import page
    import svg

    out.mkdir(parents=True, exist_ok=True)
    charts = figures.charts(result)
    for chart in charts:
        save(out / f"{chart.name}.svg", svg.standalone(chart.svg))
        (out / f"{chart.name}.png").write_bytes(chart.png())
    save(out / "table.csv", export.csv_text(result))
    save(out / "table.md", export.markdown(result))
    save(out / "index.html", page.html(result, charts, others))


def save(file: Path, text: str) -> None:
    """Writes a text file; what cannot be encoded becomes a question mark."""
    file.write_bytes(text.encode("utf-8", "replace"))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
