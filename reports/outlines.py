"""What a comparison needs of a result: who ran where, and the summary of each trial. No launches.

Dozens of results are read at once, by two processes, each of which gives back no more than an outline.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import overview
import reading
import results
from reading import Refused, Source
from results import Result, Trial
from units import Interval
from words import workload

WORKERS = 2
MANY = 3  # Fewer files than this are read before a second process would have started.


class Key(NamedTuple):
    """What makes a trial the same one in two results."""

    mechanism: str
    family: str
    workload: str
    size: int
    wait: str
    placement: str


@dataclass(frozen=True)
class Outline:
    """A result without its launches. `figures` holds for each measured trial what COMPARED names of it, and
    `confidence` what their intervals cover. `without` are the trials that have no figures."""

    run: dict[str, Any]
    system: str
    cpu: str
    source: Source | None
    figures: dict[Key, dict[str, Interval]]
    confidence: dict[Key, float]
    without: list[Key]

    @property
    def id(self) -> str:
        """The id of its run."""
        return str(self.run["id"])


def compared(name: str) -> tuple[str, ...]:
    """The statistics of a workload that are compared: of a closed loop no rate, which is its latency turned
    round, and of any other no latency, which is that of a queue."""
    return ("p50", "p99", "cpu_ns_per_message") if workload(name).closed_loop else (
        "messages_per_s", "cpu_ns_per_message")


def of_result(result: Result) -> Outline:
    """The outline of a result that was read as a whole."""
    def key(trial: Trial) -> Key:
        return Key(trial.mechanism, trial.family, trial.workload, trial.size, trial.wait, trial.placement)

    figures = {key(trial): {name: trial.summary[name] for name in compared(trial.workload)
                            if name in trial.summary} for trial in result.measured}
    return Outline(
        run=result.run, system=overview.system(result), cpu=result.environment["cpu"]["model"],
        source=result.source, figures=figures,
        confidence={key(trial): trial.confidence for trial in result.measured},
        without=[key(trial) for trial in result.trials if not trial.summary],
    )


def load(file: Path) -> Outline:
    """The outline of the result in `file`. Throws Refused, and nothing else, when there is none."""
    data = reading.bytes_of(file)
    document = reading.outlined(data)
    if document is None:
        return of_result(results.load(file))  # Which knows what to refuse it for.
    return of_result(results.of_document(document, reading.source_of(file, data)))


def _loaded(file: Path) -> Outline | Refused:
    """A refusal as a value, for what another process throws comes without its parts."""
    try:
        return load(file)
    except Refused as refused:
        return Refused(refused.what, refused.advice)


def _work(files: Sequence[Path], answer: Connection) -> None:
    """What a process does: reads its files, and answers when it has them all, for nobody listens before.
    What it keeps until then is packed, a tenth of what the values take."""
    answer.send([pickle.dumps(_loaded(file)) for file in files])
    answer.close()


class Loading:
    """Outlines that are being read while something else is done. Processes start at once, which is best done
    before much is in memory; and no thread waits for them, so that others may be forked meanwhile."""

    def __init__(self, files: Sequence[Path], workers: int) -> None:
        self._files = files
        self._shares = [(files[start::workers], *Pipe(duplex=False)) for start in range(workers)]
        self._processes = [Process(target=_work, args=(share, answer), daemon=True)
                           for share, _, answer in self._shares]
        for process, (_, _, answer) in zip(self._processes, self._shares):
            process.start()
            answer.close()  # It is the child's now, and ends with the child.

    def done(self) -> list[tuple[Path, Outline | Refused]]:
        """Each file with its outline, or with why there is none; waits for those that are not read yet."""
        found: dict[Path, Outline | Refused] = {}
        for share, results_of, _ in self._shares:
            try:
                found.update(zip(share, map(pickle.loads, results_of.recv())))
            except EOFError:
                pass  # The process was killed: what it was to read is read here.
        return [(file, found.get(file) or _loaded(file)) for file in self._files]

    def end(self) -> None:
        """Ends the processes, whether they are through or not."""
        for process in self._processes:
            process.terminate()
            process.join()


@contextmanager
def loading(files: Sequence[Path]) -> Iterator[Loading]:
    """Begins to read; other processes do it where there are many files."""
    begun = Loading(files, min(WORKERS, len(files)) if len(files) >= MANY else 0)
    try:
        yield begun
    finally:
        begun.end()
