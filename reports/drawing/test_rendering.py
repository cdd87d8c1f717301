"""Workers write the same files as one process alone."""

from __future__ import annotations

from pathlib import Path

import pytest

import figures
import rendering
import testing

RESULT = testing.loaded(testing.medium())


def written(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_workers_write_what_one_process_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, processors in (("alone", 1), ("shared", 2)):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(rendering, "processors", lambda: processors)
        charts = figures.charts(RESULT)[:8]
        rendering.write_files(charts, tmp_path / name)
        assert all("svg" in vars(chart) for chart in charts), "the page need not draw it again"
    assert len(written(tmp_path / "alone")) == 24
    assert written(tmp_path / "alone") == written(tmp_path / "shared")


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError) as error:
        rendering.write_files(figures.charts(RESULT), tmp_path / "missing")
    assert str(error.value.filename).startswith(str(tmp_path))
