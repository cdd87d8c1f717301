"""ipcmark export: results for other programs. `exchange.py RESULT... --format FORMAT [--out FILE]`.

Exit code 0, or 2 with one line on stderr when there is nothing to export or it cannot be written. What an
export leaves out is told on stderr, too, a line for each reason.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

import bencher
import github_action
import go_benchmark
import google_benchmark
import open_metrics
import parent_folder  # noqa: F401
import tidy_csv
import whole_file
from measures import BIGGER, MEASURES, NEITHER, SMALLER, chosen
from plain import one_line
from readings import Run, read
from results import Refused, file_of

FINE, BAD_INPUT = 0, 2


class Format(NamedTuple):
    """How to write a format, whether it holds several runs, and which statistics it can take."""

    text: Callable[[list[Run], tuple[str, ...]], str]
    several: bool
    better: str = ""


FORMATS = {
    "google-benchmark": Format(google_benchmark.text, several=False),
    "benchstat": Format(go_benchmark.text, several=True),
    "bencher": Format(bencher.text, several=False),
    "smaller-is-better": Format(github_action.smaller_text, several=False, better=SMALLER),
    "bigger-is-better": Format(github_action.bigger_text, several=False, better=BIGGER),
    "csv": Format(tidy_csv.text, several=True),
    "openmetrics": Format(open_metrics.text, several=True),
}

EXAMPLES = """\
formats, and who reads them:

  google-benchmark   Google Benchmark's compare.py; a launch is a repetition
      ipcmark export before --format google-benchmark --out before.json
      ipcmark export after --format google-benchmark --out after.json
      compare.py benchmarks before.json after.json

  benchstat          benchstat and other readers of Go's benchmark format
      ipcmark export before --format benchstat --out before.txt
      ipcmark export after --format benchstat --out after.txt
      benchstat before.txt after.txt
      benchstat -col /mechanism after.txt

  bencher            the bencher command (adapter json)
      ipcmark export RESULT --format bencher --out bmf.json
      bencher run --project NAME --adapter json --file bmf.json

  smaller-is-better  the action benchmark-action/github-action-benchmark; rates go into a second file
  bigger-is-better
      ipcmark export RESULT --format smaller-is-better --statistic p50 --out latency.json
      ipcmark export RESULT --format bigger-is-better --statistic messages_per_s --out rate.json
      in the workflow, once with each:
          tool: customSmallerIsBetter
          output-file-path: latency.json

  csv                pandas, R, spreadsheets: a row for each launch and statistic
      ipcmark export RESULT... --format csv --out launches.csv
      in pandas: read_csv("launches.csv").groupby(["trial", "statistic"]).value.median()

  openmetrics        Prometheus, for example by the textfile collector of its node exporter
      ipcmark export RESULT --format openmetrics --out /var/lib/prometheus/node-exporter/ipcmark.prom

benchstat, csv and openmetrics hold several results, the others one.

statistics, and their units in result files:
"""


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        complain(message, "see `ipcmark export --help`")
        sys.exit(BAD_INPUT)


def main(arguments: list[str]) -> int:
    """Exports what the command line says and returns an exit code. No traceback gets past."""
    options = parse(arguments)
    asked = tuple(dict.fromkeys(options.statistic))
    try:
        runs = gather(options)
        check(runs, asked, options)
        data = FORMATS[options.format].text(runs, asked).encode("utf-8", "replace")
        for run in runs:
            for note in notes(run, asked, options.format):
                tell(f"{run.file}: {note}")
        deliver(data, options.out)
    except Refused as refused:
        complain(refused.what, refused.advice)
        return BAD_INPUT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        advice = "choose another --out" if options.out else "write to a file with --out"
        complain(f"{options.out or 'stdout'}: cannot be written ({error.strerror})", advice)
        return BAD_INPUT
    except Exception as error:
        complain(f"{options.results[0]}: cannot be exported ({type(error).__name__}: {error})",
                 "please report this")
        return BAD_INPUT
    return FINE


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line, or an exit with code 2."""
    parser = Parser(
        prog="ipcmark export", description="Writes results in a form that another program reads.",
        epilog="\n".join([EXAMPLES, *(f"  {name:20}{made.unit}: {made.meaning}"
                                      for name, made in MEASURES.items())]),
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "results", nargs="+", type=Path, metavar="RESULT", help="a result directory, or a result.json")
    parser.add_argument("--format", required=True, choices=FORMATS, metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write; stdout by default")
    parser.add_argument(
        "--statistic", action="append", default=[], choices=MEASURES, metavar="NAME",
        help="only this statistic; may be given several times")
    parser.add_argument(
        "--match", action="append", default=[], metavar="PATTERN",
        help="only trials whose label fits, for example '*/ping_pong/64/*' (* any text, ? any character); "
             "may be given several times")
    return parser.parse_args(arguments)


def gather(options: argparse.Namespace) -> list[Run]:
    """The runs to export. Throws Refused, which then begins with the file."""
    runs: list[Run] = []
    for given in options.results:
        file = file_of(given)
        if runs and not FORMATS[options.format].several:
            raise Refused(f"{file}: is a second result and {options.format} holds one",
                          "export each by itself, with its own --out")
        try:
            runs.append(read(file, options.match))
        except Refused as refused:
            raise Refused(f"{file}: {refused.what}", refused.advice) from None
        if runs[-1].id in [run.id for run in runs[:-1]]:
            raise Refused(f"{file}: is the run {runs[-1].id} once more", "name each result once")
        if options.out and options.out.exists() and options.out.samefile(file):
            raise Refused(f"{file}: is a result and would be overwritten", "choose another --out")
    return runs


def check(runs: list[Run], asked: tuple[str, ...], options: argparse.Namespace) -> None:
    """Throws Refused when there is nothing to export: no consumer can do anything with that."""
    file = ", ".join(str(run.file) for run in runs)
    trials = [trial for run in runs for trial in run.trials]
    if not trials and options.match:
        raise Refused(f"{file}: no measured trial fits {' or '.join(options.match)}",
                      "labels read MECHANISM/WORKLOAD/SIZE/WAIT/PLACEMENT, as in 'pipe/*'")
    if not trials:
        raise Refused(f"{file}: has no trial with figures", "see why with `ipcmark report`; measure again")
    there = {name for trial in trials for name in trial.summary}
    if not there & set(fitting(asked, options.format)):
        raise Refused(f"{file}: has nothing for {options.format} in {', '.join(asked) or 'any statistic'}",
                      f"its statistics are {', '.join(name for name in MEASURES if name in there)}")


def fitting(asked: tuple[str, ...], name: str) -> list[str]:
    """The statistics that a format takes: all, or those of which the right values are better."""
    better = FORMATS[name].better
    return [name for name in chosen(asked) if better in ("", MEASURES[name].better)]


def notes(run: Run, asked: tuple[str, ...], name: str) -> Iterator[str]:
    """What the export of a run has not, a line each."""
    yield from run.notes()
    there = {statistic for trial in run.trials for statistic in trial.summary}
    unfit = [statistic for statistic in chosen(asked)
             if statistic in there and statistic not in fitting(asked, name)]
    for better in (SMALLER, BIGGER, NEITHER):
        those = [statistic for statistic in unfit if MEASURES[statistic].better == better]
        where = f"see --format {better}-is-better" if better != NEITHER else "no value of it is better"
        if those:
            yield f"left out of {name}: {', '.join(those)}; {where}"


def deliver(data: bytes, out: Path | None) -> None:
    """Writes to a file, whole or not at all, or to stdout. Throws OSError."""
    if out is not None:
        whole_file.write(out, data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def complain(what: str, advice: str) -> None:
    """The one line on stderr when nothing was exported."""
    tell(f"{what}; {advice}")


def tell(what: str) -> None:
    """A line on stderr."""
    print(one_line(f"ipcmark export: {what}"), file=sys.stderr)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
