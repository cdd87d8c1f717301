"""The command line of `ipcmark history`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import NoReturn

from change_points import METHODS, Settings
from store import usual_place
from terminal import complain

BAD_USAGE = 2

NO_GATE = (
    "Exit code 0 whether or not anything changed: a history sees a change only after some more points, so it "
    "can never judge the newest one, which is what a pull request asks about. `ipcmark gate` does that, by "
    "measuring both sides in turn. What is found here opens a report.")
PATTERN = (
    "PATTERN is TRIAL or TRIAL:STATISTIC, where * is any text and ? any letter, and TRIAL may be the "
    "beginning of a name up to a slash: 'shm_spsc/ping_pong:p50', '*/stream/*:messages_per_s'.")
STORE = (
    "where the history is: a file (SQLite), or a URL like postgresql://USER@HOST/DATABASE; default "
    "IPCMARK_HISTORY, else .ipcmark/history.sqlite")


class Parser(ArgumentParser):
    """Tells a wrong command line in one line."""

    def error(self, message: str) -> NoReturn:
        complain(message, f"see `{self.prog} --help`")
        sys.exit(BAD_USAGE)


def parse(arguments: list[str]) -> Namespace:
    """The command line, or an exit: 2 when it is wrong, 0 after help."""
    parser = Parser(prog="ipcmark history",
                    description="Keeps results, and finds where a series of them changed its level.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    _add_adding(commands.add_parser(
        "add", help="put results into the history",
        description="Puts results into the history. A run that is there already is not added again."))
    listing = commands.add_parser("list", help="what is in the history", description="Shows what there is.")
    _add_store(listing)
    listing.add_argument("--json", action="store_true", help="as JSON")
    _add_showing(commands.add_parser(
        "show", help="a series, as a table and as a plot", epilog=PATTERN,
        description="Shows the points of a series and its change points."))
    _add_checking(commands.add_parser(
        "check", help="what changed, when, and by how much", epilog=f"{PATTERN} {NO_GATE}",
        description="Tells the change points of every series. It never gates."))
    options = parser.parse_args(arguments)
    if options.command in ("show", "check"):
        options.settings = _settings(options)
    return options


def _add_store(parser: ArgumentParser) -> None:
    parser.add_argument("--store", metavar="FILE|URL", default=usual_place(), help=STORE)


def _add_adding(parser: ArgumentParser) -> None:
    parser.add_argument("results", nargs="+", type=Path, metavar="RESULT",
                        help="a result directory, a result.json, or a JSON file of Google Benchmark")
    parser.add_argument("--revision", default="",
                        help="of what was measured, instead of what the result says")
    parser.add_argument("--at", default="", metavar="TIME",
                        help="when it was measured, instead of what the result says: 2026-01-31T12:34:56Z")
    _add_store(parser)


def _add_showing(parser: ArgumentParser) -> None:
    parser.add_argument("pattern", metavar="PATTERN", help="which series; see below")
    parser.add_argument("--out", type=_picture, metavar="FILE", help="also draw them: FILE.svg or FILE.png")
    parser.add_argument("--last", type=_count, default=40, metavar="N",
                        help="points in the table (default 40; 0: all)")
    _add_finding(parser)


def _add_checking(parser: ArgumentParser) -> None:
    parser.add_argument("pattern", metavar="PATTERN", nargs="?", default="", help="which series; default all")
    parser.add_argument("--since", default="", metavar="TIME", help="tell only changes from then on")
    parser.add_argument("--json", action="store_true", help="as JSON")
    _add_finding(parser)


def _add_finding(parser: ArgumentParser) -> None:
    usual = Settings()
    parser.add_argument("--environment", default="", metavar="ID", help="only this one, or its first digits")
    parser.add_argument("--min-change", type=_share, default=usual.min_change, metavar="SHARE",
                        help="what counts as a change (default 2%%)")
    parser.add_argument("--p", type=_probability, default=usual.p, metavar="P",
                        help="how unlikely it has to be without one (default 0.001)")
    parser.add_argument("--method", choices=METHODS, default=usual.method,
                        help="how that is told: Student's t, or by permutation, which assumes nothing of the "
                             "noise and takes longer (default t)")
    parser.add_argument("--window", type=_window, default=usual.window, metavar="N",
                        help="points that are searched at once (default 50)")
    parser.add_argument("--seed", type=_count, default=usual.seed, metavar="N",
                        help="of permutations (default 1)")
    _add_store(parser)


def _settings(options: Namespace) -> Settings:
    return Settings(options.min_change, options.p, options.method, options.window, options.seed)


def _share(text: str) -> float:
    return _number(text.removesuffix("%").strip(), 0, 1e9) / (100 if text.endswith("%") else 1)


def _probability(text: str) -> float:
    return _number(text, 1e-6, 0.5)


def _window(text: str) -> int:
    return _whole(text, 10, 500)


def _count(text: str) -> int:
    return _whole(text, 0, 2**32)


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ArgumentTypeError(f"'{text}' is no whole number from {least} to {most}")
    return int(text)


def _number(text: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise ArgumentTypeError(f"'{text}' is no number from {least:g} to {most:g}")
    return value


def _picture(text: str) -> Path:
    if not text.endswith((".svg", ".png")):
        raise ArgumentTypeError(f"'{text}' ends neither in .svg nor in .png")
    return Path(text)
