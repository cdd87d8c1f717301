"""What a plot says, and that nothing of it is cut off or lies upon something else."""

from __future__ import annotations

import itertools
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.random import default_rng

import judging
import made_up
import step_plot
from change_points import Settings
from judging import Judged

pytest.importorskip("matplotlib")

MANY = [(20, 1.2), (30, 0.8), (40, 1.1), (52, 1.2), (64, 0.7), (150, 1.3), (185, 0.9), (192, 1.2)]


def judged(changes: list[tuple[int, float]], count: int = 200, unit: str = "ns") -> Judged:
    values = 2000 * np.exp(default_rng(1).normal(0, 0.005, count))
    for place, factor in changes:
        values[place:] *= factor
    return judging.judge(made_up.series(unit=unit), made_up.points(values.tolist()), Settings())


def texts(file: Path) -> list[str]:
    """All that an SVG says."""
    found = ElementTree.parse(file).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(one.itertext()) for one in found]


def draw(one: Judged, file: Path) -> Path:
    step_plot.draw([one], {"e1": "machine e1"}, file)
    return file


def test_levels_have_their_unit_and_changes_their_commits(tmp_path: Path) -> None:
    said = [text.replace("\u00a0", " ") for text in texts(draw(judged([(80, 1.2)]), tmp_path / "x.svg"))]
    assert f"{made_up.TRIAL}:p50" in said
    assert {"2.00 µs", "2.40 µs"} <= set(said)
    assert any(f"% worse, {made_up.commit(79)[:7]}..{made_up.commit(80)[:7]}" in text for text in said)
    assert "too new to judge " in said
    assert "environment e1: machine e1" in said


@pytest.mark.parametrize("count", [1, 2, 5, 6, 7])
def test_a_few_points_can_be_drawn(tmp_path: Path, count: int) -> None:
    said = texts(draw(judged([], count), tmp_path / "x.svg"))
    assert ("too few points to judge " in said) == (count < 6)


def test_constant_and_zero_series_can_be_drawn(tmp_path: Path) -> None:
    for value in (0.0, 4096.0):
        points = made_up.points([value] * 20)
        one = judging.judge(made_up.series(unit="B", statistic="peak_rss_bytes"), points, Settings())
        draw(one, tmp_path / f"{value}.png")


def test_notes_of_changes_meet_neither_each_other_nor_the_edge() -> None:
    notes = step_plot._notes(judged(MANY))
    assert len(notes) >= 7
    width = {note: step_plot.LETTER * (len(note.text) + 2) for note in notes}
    for one, other in itertools.combinations(notes, 2):
        apart = one.left + width[one] <= other.left or other.left + width[other] <= one.left
        assert one.row != other.row or apart
    assert all(0 <= note.left and note.left + width[note] <= step_plot._inner() + 1e-9 for note in notes)


def test_several_series_share_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "x.svg"
    step_plot.draw([judged([]), judged([(50, 2.0)], unit="msg/s")], {"e1": "machine e1"}, file)
    said = texts(file)
    assert said.count(f"{made_up.TRIAL}:p50") == 2
    assert any("better" in text for text in said)


def test_the_same_series_gives_the_same_picture(tmp_path: Path) -> None:
    first = draw(judged(MANY), tmp_path / "a.svg").read_bytes()
    assert draw(judged(MANY), tmp_path / "b.svg").read_bytes() == first


def test_a_png_is_written_by_its_name(tmp_path: Path) -> None:
    assert draw(judged(MANY), tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
