"""The Go benchmark format, which benchstat reads: https://go.dev/design/14313-benchmark-format.

One line for each launch. What was varied stands in the name as /key=value, so that
`benchstat -col /mechanism` compares mechanisms. benchstat turns ns into sec: p50-ns/op becomes p50-sec/op and
is shown as 5.1µ. Which way is better stands in lines `Unit UNIT better=lower` (https://go.dev/issue/43744).

benchstat compares nothing across different configuration lines. So these say only what go test says, too; the
run is one only where a file holds several of them (`benchstat -col run`), and otherwise a comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from measures import BIGGER, MEASURES, SMALLER, chosen
from plain import number, one_line
from readings import Run, Trial

UNITS = {
    "p50": "p50-ns/op", "p90": "p90-ns/op", "p99": "p99-ns/op", "p999": "p999-ns/op", "max": "max-ns/op",
    "mean": "mean-ns/op", "messages_per_s": "msg/s", "bytes_per_s": "B/s", "cpu_ns_per_message": "cpu-ns/op",
    "peak_rss_bytes": "peak-B", "producer_fairness": "producer-fairness",
    "consumer_fairness": "consumer-fairness", "overtaken_messages": "overtaken-msg",
}
BETTER = {SMALLER: "lower", BIGGER: "higher"}


def text(runs: list[Run], asked: tuple[str, ...]) -> str:
    """All runs, one after the other."""
    return "".join(f"{line}\n" for line in _lines(runs, asked))


def _lines(runs: list[Run], asked: tuple[str, ...]) -> Iterator[str]:
    for name in chosen(asked):
        better = BETTER.get(MEASURES[name].better)
        if better and any(name in trial.summary for run in runs for trial in run.trials):
            yield f"Unit {UNITS[name]} better={better}"
    for run in runs:
        yield from _configuration(run, several=len(runs) > 1)
        for trial in run.trials:
            name = _name(trial, run)
            for launch in trial.launches:
                values = [f"{number(launch.values[key])} {UNITS[key]}" for key in chosen(asked)
                          if key in launch.values]
                if values:
                    yield "\t".join([name, str(launch.messages), *values])


def _configuration(run: Run, *, several: bool) -> Iterator[str]:
    """A key without a value takes back what the run before said."""
    kernel = run.environment["kernel"]
    system = str(kernel.get("name", "")).lower().split()
    yield f"# ipcmark run {one_line(run.id)}, suite {one_line(run.about['suite'])}"
    yield f"# revision {one_line(run.about['revision'])}, started {one_line(run.about['started'])}"
    if several:
        yield _pair("run", run.id)
    yield _pair("goos", system[0] if system else "")
    yield _pair("goarch", kernel.get("architecture", ""))
    yield _pair("pkg", "ipcmark")
    yield _pair("cpu", run.environment["cpu"]["model"])


def _pair(key: str, value: object) -> str:
    return f"{key}: {one_line(value)}".rstrip()


def _name(trial: Trial, run: Run) -> str:
    """BenchmarkPing_pong/mechanism=pipe/size=64/wait=block/placement=same_core-2, for a host of 2 threads."""
    parts = [f"Benchmark{trial.workload[:1].upper()}{trial.workload[1:]}"]
    axes = {"mechanism": trial.mechanism, **trial.options, "size": str(trial.size), "wait": trial.wait,
            "placement": trial.placement}
    parts += [f"{_word(key)}={_word(value)}" for key, value in axes.items()]
    threads = run.environment["cpu"]["threads"]
    return "/".join(parts) + (f"-{threads}" if isinstance(threads, int) else "")


def _word(value: str) -> str:
    """Text that neither ends a name nor a part of one."""
    return one_line(value).replace(" ", "_").replace("/", "_")
