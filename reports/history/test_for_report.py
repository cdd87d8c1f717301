"""What a report shows of a history: the headline series of its environment, and what changed lately."""

from __future__ import annotations

from pathlib import Path

import pytest

import environment
import for_report
import history  # noqa: F401  It says where the modules of the folder above are.
import made_up
import past
import report
import testing
from model import Figure, Run
from store import Store
from test_page import read, words

DOCUMENT = made_up.result()
RESULT = testing.loaded(DOCUMENT)
ENVIRONMENT = environment.of_record(RESULT.environment)


def kept(folder: Path, values: list[float], *, trial: str = made_up.TRIAL, of: str = "") -> str:
    """A store with a run for each value."""
    place = str(folder / "history.sqlite")
    store = Store(place)
    runs = [made_up.run(number) for number in range(len(values))]
    where = ENVIRONMENT if not of else made_up.run(environment=of).environment
    store.add([
        Run(one.id, where, "", one.time, one.revision, one.dirty,
            [Figure(trial, "p50", "ns", value, value * 0.99, value * 1.02, 6)])
        for one, value in zip(runs, values)])
    store.close()
    return place


def steps(before: int, after: int) -> list[float]:
    """5 µs with a little noise, then 6 µs."""
    levels = [5000.0] * before + [6000.0] * after
    return [level + number % 3 for number, level in enumerate(levels)]


def test_a_late_change_opens_the_report(tmp_path: Path) -> None:
    found = for_report.past(RESULT, kept(tmp_path, steps(12, 6)))
    assert found is not None
    (change,) = found.changes
    assert (change.series, change.word, change.age) == (f"{made_up.TRIAL}:p50", "worse", 6)
    assert f"{made_up.TRIAL}:p50 became worse by +20.0" in found.opening()
    assert "6 points ago" in found.opening()
    assert found.finding().startswith("1 of the 1 series of the headline trials changed")


def test_an_old_change_is_told_in_its_section_only(tmp_path: Path) -> None:
    found = for_report.past(RESULT, kept(tmp_path, steps(12, 12)))
    assert found is not None
    assert found.opening() == ""
    anchor, _, _, _, body = past.parts(found)
    assert anchor == "history"
    assert "worse" in words(body)
    assert read(body).open == []
    assert body.count("<svg ") == 1 and "var(--series-0)" in body
    assert "url(#" not in body or "url(#history-0-" in body


def test_a_series_without_a_change_is_drawn_and_nothing_is_claimed(tmp_path: Path) -> None:
    found = for_report.past(RESULT, kept(tmp_path, steps(12, 0)))
    assert found is not None
    assert (found.changes, found.opening(), len(found.plots)) == ([], "", 1)
    assert found.finding().startswith("None of the 1 series")


@pytest.mark.parametrize("differs", [{"of": "elsewhere"}, {"trial": "pipe/ping_pong/4096/block/two_cores"}])
def test_other_machines_and_other_trials_are_no_history_of_this_result(
        tmp_path: Path, differs: dict[str, str]) -> None:
    assert for_report.past(RESULT, kept(tmp_path, steps(12, 6), **differs)) is None


def test_the_program_draws_the_history_where_it_is_told_or_usually_kept(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    place = kept(tmp_path, steps(12, 6))
    file = testing.write(DOCUMENT, tmp_path / "result")
    monkeypatch.setenv("IPCMARK_HISTORY", place)
    for given in ([str(file)], [str(file), "--history", place]):
        assert report.main(given) == 0
        assert 'id="history"' in (tmp_path / "result/report/index.html").read_text("utf-8")
        assert {"history.svg", "history.png", "history.pdf"} <= {
            one.name for one in (tmp_path / "result" / "report").iterdir()}
    assert capsys.readouterr().err == ""


def test_a_history_that_is_not_there_is_told_only_to_who_asked_for_it(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    file = testing.write(DOCUMENT, tmp_path / "result")
    nowhere = str(tmp_path / "nowhere.sqlite")
    monkeypatch.setenv("IPCMARK_HISTORY", nowhere)
    assert report.main([str(file)]) == 0
    assert capsys.readouterr().err == ""
    assert report.main([str(file), "--history", nowhere]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (f"ipcmark report: {nowhere}: there is no history; "
                    f"begin one with `ipcmark history add RESULT`")
    assert (tmp_path / "result" / "report" / "index.html").is_file()
