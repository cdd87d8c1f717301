"""Where a history is kept: one SQLite file, or a PostgreSQL database, by the same statements."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import create_engine, event, func, inspect, insert, select, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from model import Environment, Point, Run, Series
from results import Refused
from store_tables import ENVIRONMENTS, FORMAT, METADATA, POINTS, RUNS, SERIES, VERSION

BESIDE_BASELINES = ".ipcmark/history.sqlite"
WAIT_S = 120  # For another process that writes.
ROWS = 20_000  # That are written between two reports of progress.
LOCK = 0x69706D68  # Of PostgreSQL's advisory locks the one that writers of a history take.
DRIVERS = "apt install python3-sqlalchemy python3-psycopg2"

Progress = Callable[[int], None]


class Unusable(Refused):
    """A store that cannot be read or written, whatever is asked of it."""


class Summary(NamedTuple):
    """A series with how many points it has and the times of the first and the last."""

    series: Series
    points: int
    first: int
    last: int


def usual_place() -> str:
    """The store when none is given: IPCMARK_HISTORY, else beside the baselines in the current folder."""
    return os.environ.get("IPCMARK_HISTORY") or BESIDE_BASELINES


class Store:
    """A history at a file's path or at a URL (sqlite:///FILE, postgresql://USER@HOST/DATABASE).

    Everything throws Unusable, and nothing else, where a store cannot be used; `name` shows no password.
    """

    def __init__(self, place: str) -> None:
        url = _url(place)
        self.file = Path(url.database) if url.get_backend_name() == "sqlite" else None
        self.name = str(self.file) if self.file else url.render_as_string(hide_password=True)
        self._engine = self._new_engine(url)

    def close(self) -> None:
        """Ends all connections."""
        self._engine.dispose()

    def add(self, runs: Sequence[Run], progress: Progress = lambda points: None) -> list[bool]:
        """Adds runs with all their figures, or nothing of any when something goes wrong. By run False when it
        is there already; then nothing of it is changed. Other writers are waited for. `progress` is told how
        many points there are so far."""
        with self._writing() as connection:
            counted = 0
            added = []
            for run in runs:
                added.append(_add(connection, run, lambda points: progress(counted + points)))
                counted += len(run.figures) if added[-1] else 0
        return added

    def environments(self) -> list[Environment]:
        """All environments, by their ids."""
        with self._reading() as connection:
            rows = connection.execute(select(ENVIRONMENTS)).all()
        return sorted((Environment(row.id, row.description, json.loads(row.facts)) for row in rows),
                      key=lambda one: one.id)

    def series(self) -> list[Series]:
        """All series, by environment, effort and trial; statistics in the order in which they came."""
        with self._reading() as connection:
            rows = connection.execute(select(SERIES)).all()
        return sorted((_series(row) for row in rows), key=_order)

    def summaries(self) -> list[Summary]:
        """All series in the same order, with what is known of their points together."""
        with self._reading() as connection:
            counted = select(
                POINTS.c.series, func.count().label("points"), func.min(RUNS.c.time).label("first"),
                func.max(RUNS.c.time).label("last"),
            ).join_from(POINTS, RUNS).group_by(POINTS.c.series).subquery()
            rows = connection.execute(
                select(SERIES, counted.c.points, counted.c.first, counted.c.last)
                .join_from(SERIES, counted, SERIES.c.id == counted.c.series)).all()
        found = [Summary(_series(row), row.points, row.first, row.last) for row in rows]
        return sorted(found, key=lambda one: _order(one.series))

    def commits(self) -> dict[tuple[str, int], tuple[str, bool]]:
        """By environment and time the revision of a run, and whether it was dirty."""
        with self._reading() as connection:
            rows = connection.execute(select(RUNS)).all()
        return {(row.environment, row.time): (row.revision, row.dirty) for row in rows}

    def points(self, chosen: Sequence[Series]) -> list[tuple[Series, list[Point]]]:
        """Each of the chosen series with its points in order of time, all of one moment of the store."""
        columns = (RUNS.c.run, RUNS.c.time, RUNS.c.revision, RUNS.c.dirty, POINTS.c.value, POINTS.c.low,
                   POINTS.c.high, POINTS.c.launches)
        found = []
        with self._reading() as connection:
            for series in chosen:
                rows = connection.execute(
                    select(*columns).join_from(POINTS, RUNS).where(POINTS.c.series == series.id)).all()
                found.append((
                    series, sorted((Point(*row) for row in rows), key=lambda one: (one.time, one.run))))
        return found

    def _new_engine(self, url: URL) -> Engine:
        waits = {"timeout": WAIT_S} if self.file else {}
        try:
            engine = create_engine(url, future=True, connect_args=waits)
        except (SQLAlchemyError, ImportError) as error:
            raise Unusable(f"{self.name}: cannot be opened ({_reason(error)})", DRIVERS) from None
        if self.file:
            # sqlite3 would begin transactions by itself, late, and none for statements that make tables.
            event.listen(engine, "connect", _no_transactions_of_its_own)
        return engine

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that has the store to itself, with its tables made."""
        if self.file:
            _make_file(self.file)
        with self._refusing("cannot be written"), self._engine.connect() as connection, connection.begin():
            if self.file:
                connection.execute(text("BEGIN IMMEDIATE"))
            else:
                connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
            if not inspect(connection).has_table(FORMAT.name):
                METADATA.create_all(connection)
                connection.execute(insert(FORMAT), [{"version": VERSION}])
            self._check_version(connection)
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A transaction that sees the store as it is at one moment."""
        if self.file and not self.file.exists():
            raise Unusable(f"{self.name}: there is no history", "begin one with `ipcmark history add RESULT`")
        with self._refusing("cannot be read"), self._engine.connect() as connection:
            if self.file:
                connection.execute(text("BEGIN"))
            else:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            if not inspect(connection).has_table(FORMAT.name):
                raise Unusable(f"{self.name}: holds no history",
                               "begin one with `ipcmark history add RESULT`")
            self._check_version(connection)
            yield connection

    def _check_version(self, connection: Connection) -> None:
        version = connection.execute(select(func.max(FORMAT.c.version))).scalar()
        if version != VERSION:
            raise Unusable(f"{self.name}: is a history of version {version} and this program knows {VERSION}",
                           "update ipcmark, or choose another --store")

    @contextmanager
    def _refusing(self, what: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, ValueError, OverflowError) as error:
            raise Unusable(f"{self.name}: {what} ({_reason(error)})", "choose another --store") from None


def _url(place: str) -> URL:
    try:
        url = make_url(place) if "://" in place else URL.create("sqlite", database=place)
        known = url.get_backend_name() in ("sqlite", "postgresql")
    except (ArgumentError, NoSuchModuleError, ValueError):
        known = False
    if not known:
        raise Unusable(f"'{place.split('://')[0]}://...' is no URL of a history",
                       "give a file's path, or postgresql://USER@HOST/DATABASE")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise Unusable(f"'{place}' names no file", "give a file's path")
    return url


def _make_file(file: Path) -> None:
    """An empty file that only its owner can read, where there is none; in a folder of the same kind."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise Unusable(f"{file}: cannot be written ({error.strerror})", "choose another --store") from None


def _no_transactions_of_its_own(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _reason(error: BaseException) -> str:
    """What a driver says, on one line and without the statement."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def _next_id(connection: Connection, table: Any) -> int:
    """The first free number, which stays free while writers wait for each other."""
    last: int | None = connection.execute(select(func.max(table.c.id))).scalar()
    return (last or 0) + 1


def _add(connection: Connection, run: Run, progress: Progress) -> bool:
    if connection.execute(select(RUNS.c.id).where(RUNS.c.run == run.id)).first():
        return False
    _add_environment(connection, run.environment)
    number = _next_id(connection, RUNS)
    connection.execute(insert(RUNS), [{
        "id": number, "run": run.id, "environment": run.environment.id, "time": run.time,
        "revision": run.revision, "dirty": run.dirty}])
    series = _series_ids(connection, run)
    rows = [{
        "run": number, "series": series[figure.trial, figure.statistic, figure.unit],
        "value": figure.value, "low": figure.low, "high": figure.high, "launches": figure.launches,
    } for figure in run.figures]
    for start in range(0, len(rows), ROWS):
        connection.execute(insert(POINTS), rows[start:start + ROWS])
        progress(min(start + ROWS, len(rows)))
    return True


def _add_environment(connection: Connection, environment: Environment) -> None:
    if connection.execute(select(ENVIRONMENTS.c.id).where(ENVIRONMENTS.c.id == environment.id)).first():
        return
    connection.execute(insert(ENVIRONMENTS), [{
        "id": environment.id, "description": environment.description,
        "facts": json.dumps(environment.facts)}])


def _series_ids(connection: Connection, run: Run) -> dict[tuple[str, str, str], int]:
    """The numbers of a run's series; new ones are made."""
    where = (SERIES.c.environment == run.environment.id) & (SERIES.c.effort == run.effort)
    ids = {(row.trial, row.statistic, row.unit): int(row.id)
           for row in connection.execute(select(SERIES).where(where))}
    new, number = [], _next_id(connection, SERIES)
    for figure in run.figures:
        if (figure.trial, figure.statistic, figure.unit) not in ids:
            ids[figure.trial, figure.statistic, figure.unit] = number
            new.append({"id": number, "environment": run.environment.id, "effort": run.effort,
                        "trial": figure.trial, "statistic": figure.statistic, "unit": figure.unit})
            number += 1
    if new:
        connection.execute(insert(SERIES), new)
    return ids


def _order(series: Series) -> tuple[str, str, str, int]:
    return series.environment, series.effort, series.trial, series.id


def _series(row: Any) -> Series:
    return Series(row.id, row.environment, row.effort, row.trial, row.statistic, row.unit)
