"""ipcmark history add: runs get into the store, each as a whole or not at all."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import from_google_benchmark
import from_result
import results
from model import Run, clean_revision, day, parse_time, short_revision
from results import Refused
from store import Store
from terminal import Progress, complain, say
from words import plural

AT_ONCE = 5000  # Points of several runs that are written together: a disk takes its time for every writing.


class Adding:
    """What one call of the program does."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        self._time = parse_time(options.at) if options.at else None
        self._store = Store(options.store)
        self._progress = Progress()
        self._waiting: list[Run] = []
        self._points = self._added = self._there = self._refused = 0

    def run(self) -> bool:
        """Adds each result that can be read; False when one could not."""
        try:
            for number, given in enumerate(self._options.results):
                self._show(number)
                self._take(results.file_of(given))
                if sum(len(one.figures) for one in self._waiting) >= AT_ONCE:
                    self._write(number + 1)
            self._write(len(self._options.results))
        finally:
            self._progress.wipe()
            self._store.close()
        line = f"{plural(self._added, 'run')} with {plural(self._points, 'point')} added"
        if self._there:
            line += f", {self._there:,} {'was' if self._there == 1 else 'were'} there already"
        say(f"{line}: {self._store.name}")
        return self._refused == 0

    def _show(self, number: int, points: int = 0) -> None:
        self._progress.show(f"{number:,} of {plural(len(self._options.results), 'result')}, "
                            f"{plural(self._points + points, 'point')}")

    def _take(self, file: Path) -> None:
        """Reads a result, and complains where that cannot be done."""
        try:
            self._waiting.append(self._as_told(_read(file)))
        except Refused as refused:
            self._progress.wipe()
            complain(f"{file}: {refused.what}", refused.advice)
            self._refused += 1

    def _as_told(self, read: Run) -> Run:
        """A run with the revision and the time that the command line gives it."""
        if self._options.revision:
            revision, dirty = clean_revision(self._options.revision)
            read = replace(read, revision=revision, dirty=dirty)
        return read if self._time is None else replace(read, time=self._time)

    def _write(self, number: int) -> None:
        """Writes all that was read, and says so when it is written."""
        if not self._waiting:
            return
        added = self._store.add(self._waiting, lambda points: self._show(number, points))
        self._progress.wipe()
        for one, new in zip(self._waiting, added):
            say(_told(one, new))
            self._points += len(one.figures) if new else 0
        self._added += added.count(True)
        self._there += added.count(False)
        self._waiting = []


def run(options: Namespace) -> bool:
    """Adds results; False when one could not be read."""
    return Adding(options).run()


def _read(file: Path) -> Run:
    """The run in a file of either kind."""
    try:
        data = file.read_bytes()
    except OSError:
        results.load(file)
        raise
    document = from_google_benchmark.recognise(data)
    return from_result.read(file, data) if document is None else from_google_benchmark.read(document, data)


def _told(read: Run, new: bool) -> str:
    if not new:
        return f"run {read.id}: is there already, nothing was changed"
    revision = short_revision(read.revision) + ("-dirty" if read.dirty else "")
    out = f" (without {', '.join(read.left_out)})" if read.left_out else ""
    return (f"run {read.id}: {plural(len(read.figures), 'point')} of revision {revision}, {day(read.time)}, "
            f"environment {read.environment.id}{out}")
