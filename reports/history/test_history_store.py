"""What is put into a store comes out again: of SQLite and of PostgreSQL alike."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import made_up
from model import Environment
from results import Refused
from store import Store, Unusable

HERE = Path(__file__).parent


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Another process with this folder's modules."""
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", f"import history\n{code}", *map(str, arguments)], cwd=HERE,
                            text=True, stdin=pipe, stdout=pipe, stderr=pipe)


def test_a_run_comes_out_as_it_went_in(empty: Store) -> None:
    run = made_up.run(9, 1234.5, effort="launches of 1 s", statistics=["p50", "p99"])
    assert empty.add([run]) == [True]
    assert empty.environments() == [Environment("e1", "machine e1", {"cpu.model": "made up"})]
    found = empty.points([one.series for one in empty.summaries()])
    assert [one.name for one, _ in found] == [f"{made_up.TRIAL}:p50", f"{made_up.TRIAL}:p99"]
    for series, (point,) in found:
        assert (series.environment, series.effort, series.unit) == ("e1", "launches of 1 s", "ns")
        assert (point.run, point.time, point.revision, point.dirty) == (run.id, run.time, run.revision, True)
        assert (point.value, point.low, point.high) == (1234.5, 1234.5 * 0.99, 1234.5 * 1.02)
        assert point.launches == 6


def test_the_same_run_twice_changes_nothing(empty: Store) -> None:
    assert empty.add([made_up.run(1, 10.0)]) == [True]
    assert empty.add([made_up.run(1, 99.0)]) == [False]
    again = [made_up.run(1, 98.0), made_up.run(2, 10.0), made_up.run(2, 97.0)]
    assert empty.add(again) == [False, True, False]
    ((_, points),) = empty.points([one.series for one in empty.summaries()])
    assert [point.value for point in points] == [10.0, 10.0]


def test_points_are_in_order_of_time_whatever_the_order_of_adding(empty: Store) -> None:
    for number in (5, 1, 3, 2):
        empty.add([made_up.run(number, float(number + 1))])
    ((_, points),) = empty.points([one.series for one in empty.summaries()])
    assert [point.value for point in points] == [2.0, 3.0, 4.0, 6.0]
    (summary,) = empty.summaries()
    assert (summary.points, summary.first, summary.last) == (4, points[0].time, points[-1].time)
    assert empty.commits()["e1", summary.last] == (made_up.commit(5), False)


def test_other_environments_and_efforts_are_other_series(empty: Store) -> None:
    empty.add([made_up.run(1)])
    empty.add([made_up.run(2, environment="e2")])
    empty.add([made_up.run(3, effort="launches of 9 s")])
    empty.add([made_up.run(4)])
    assert [(one.series.environment, one.series.effort, one.points) for one in empty.summaries()] == [
        ("e1", "", 2), ("e1", "launches of 9 s", 1), ("e2", "", 1)]


def test_a_run_without_any_figure_is_kept_so_that_it_is_known(empty: Store) -> None:
    assert empty.add([made_up.run(1, trials=[])]) == [True]
    assert empty.add([made_up.run(1, trials=[])]) == [False]
    assert empty.summaries() == []


def test_a_process_that_is_killed_leaves_nothing_half_done(place: str) -> None:
    trials = [f"trial{i}" for i in range(50)]
    code = """
import os, signal, sys, made_up, store
store.ROWS = 10
place = store.Store(sys.argv[1])
place.add([made_up.run(0, trials=["before"])])
place.add([made_up.run(1, trials=[f"trial{i}" for i in range(50)])],
          lambda points: os.kill(os.getpid(), signal.SIGKILL) if points > 20 else None)
"""
    process = python(code, place)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    store = Store(place)
    assert [one.series.trial for one in store.summaries()] == ["before"]
    assert store.add([made_up.run(1, trials=trials)]) == [True]
    assert len(store.summaries()) == 51
    store.close()


def test_an_exception_in_the_middle_leaves_nothing_half_done(empty: Store) -> None:
    def stop(points: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        empty.add([made_up.run(1)], stop)
    assert empty.add([made_up.run(1)]) == [True]


def test_writers_at_once_all_succeed_and_none_is_there_twice(place: str) -> None:
    code = """
import sys, made_up, store
place, first = store.Store(sys.argv[1]), int(sys.argv[2])
sys.stdin.readline()
print(sum(sum(place.add([made_up.run(i, trials=["a", f"own{first}"])])) for i in range(first, first + 30)))
"""
    writers = [python(code, place, first) for first in (0, 10, 20)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    said = [writer.communicate() for writer in writers]
    assert [errors for _, errors in said] == [""] * 3
    assert sum(int(added) for added, _ in said) == 50
    store = Store(place)
    assert {one.series.trial: one.points for one in store.summaries()}["a"] == 50
    store.close()


def test_a_store_of_a_newer_version_is_refused(empty: Store) -> None:
    empty.add([made_up.run(1)])
    with empty._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE ipcmark_history SET version = 2")
    said = "version 2 and this program knows 1; update ipcmark"
    with pytest.raises(Unusable, match=said):
        empty.summaries()
    with pytest.raises(Unusable, match=said):
        empty.add([made_up.run(2)])


def test_reading_makes_no_store(place: str, tmp_path: Path) -> None:
    store = Store(place)
    with pytest.raises(Refused, match="history add"):
        store.summaries()
    store.close()
    assert not (tmp_path / "kept").exists()


def test_text_that_a_database_cannot_hold_is_refused(empty: Store) -> None:
    with pytest.raises(Unusable, match="cannot be written"):
        empty.add([made_up.run(1, trials=["lone \ud800"])])
    assert empty.add([made_up.run(1)]) == [True]


def test_a_file_is_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "history.sqlite"
    before = os.umask(0)
    try:
        Store(str(file)).add([made_up.run(1)])
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder").chmod(0o755)
    Store(str(tmp_path / "folder" / "history.sqlite")).add([made_up.run(1)])
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o755


def test_a_url_of_sqlite_is_the_same_file(tmp_path: Path) -> None:
    Store(str(tmp_path / "a.sqlite")).add([made_up.run(1)])
    assert len(Store(f"sqlite:///{tmp_path}/a.sqlite").summaries()) == 1


def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear Sir or Madam, " * 100, "utf-8")
    store = Store(str(tmp_path / "letter"))
    with pytest.raises(Unusable, match="not a database"):
        store.summaries()
    with pytest.raises(Unusable, match="not a database"):
        store.add([made_up.run(1)])
    assert (tmp_path / "letter").read_text("utf-8").startswith("Dear Sir")


def test_another_programs_database_is_no_history(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.sqlite") as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    with pytest.raises(Unusable, match="holds no history"):
        Store(str(tmp_path / "other.sqlite")).summaries()


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", "utf-8")
    with pytest.raises(Unusable, match="cannot be written"):
        Store(str(tmp_path / "taken" / "history.sqlite")).add([made_up.run(1)])


@pytest.mark.parametrize("place", [
    "mysql://root:hush@host/x", "sqlite://", "sqlite:///:memory:", "://", "x://y"])
def test_what_is_no_place_of_a_history_is_refused(place: str) -> None:
    with pytest.raises(Unusable) as caught:
        Store(place)
    assert "hush" not in str(caught.value)


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    store = Store(f"postgresql://somebody:hush@/x?host={tmp_path}")
    assert "hush" not in store.name
    with pytest.raises(Unusable) as caught:
        store.summaries()
    assert "hush" not in str(caught.value)
